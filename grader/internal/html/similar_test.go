package html_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"faultline/grader/internal/html"
	"faultline/grader/internal/similar"
)

// alike is the page of a lab in which each of these has handed in the files.
func alike(t *testing.T, name, lab string, class html.Code) string {
	t.Helper()
	var all []similar.Submission
	for student, files := range class {
		all = append(all, similar.Submission{Name: student, Files: files})
	}
	l := similar.Compare(all, similar.Options{K: 10, Window: 4})
	l.Lab, l.Number = lab, 1
	l.Missing = []similar.Missing{{Name: name, Why: "the folder has none of the files of " + lab}}
	page := html.Similar{Name: name, Report: similar.NewReport([]similar.Lab{l}), Files: map[string]html.Code{lab: class}}
	var b strings.Builder
	if err := html.WriteSimilar(&b, page); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sum is a function, and by other names another one.
const sum = "package p\n\nfunc Sum(list []int) (n int) {\n\tfor _, x := range list {\n\t\tif x > 0 {\n\t\t\tn += x\n\t\t}\n\t}\n\treturn n\n}\n"

func smallClass() html.Code {
	other := regexp.MustCompile(`\b(n|x|list)\b`).ReplaceAllString(sum, "my$1")
	return html.Code{
		"anna": {"a.go": []byte(sum)},
		"bert": {"b.go": []byte("// Mine.\n\n" + other)},
		"carl": {"a.go": []byte("package p\n\nfunc (")},
		"dora": {"a.go": []byte(sum)},
	}
}

func TestThePageOfWhatIsAlike(t *testing.T) {
	golden(t, "similar.html", alike(t, "class", "messaging", smallClass()))
}

func TestThePageOfWhatIsAlikeHasNoScriptAndAsksNobody(t *testing.T) {
	page := alike(t, "class", "messaging", smallClass())
	if !regexp.MustCompile(`content="default-src &#39;none&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;; ` +
		`style-src &#39;sha256-[\w&#;+/=]+&#39;; script-src"`).MatchString(page) {
		t.Errorf("the policy lets something in: %s", page[:600])
	}
	for _, bad := range []string{"<script", ` src=`, `@import`, ` style="`, ` onclick=`, ` onload=`, `<link`, `<base`, `<form`, "://"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

func TestNamesAndCodeInThePageOfWhatIsAlikeDoNoHarm(t *testing.T) {
	code := []byte(sum + "// " + hostile + "\n" + strings.Replace(sum, "package p", "", 1))
	page := alike(t, hostile, hostile, html.Code{
		hostile:       {"a.go": code, hostile + ".go": code},
		"a" + hostile: {"a.go": code, hostile + ".go": code},
	})
	for _, tag := range []string{"<img", "<script"} {
		if strings.Contains(page, tag) {
			t.Errorf("the page has %q", tag)
		}
	}
	for i, r := range page {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			t.Fatalf("the page has the character %U: …%q…", r, page[max(0, i-80):i+20])
		}
	}
	if !strings.Contains(page, `\u202egnp`) || !strings.Contains(page, "&lt;/script&gt;") {
		t.Error("the names are not shown as they were written")
	}
}

func TestABrowserShowsWhatIsAlike(t *testing.T) {
	b := open(t, alike(t, "class", "messaging", smallClass()), 360, 740)
	b.want("the first pair is open", `document.querySelector("details.failure").open`)
	b.want("both sides have their lines", `document.querySelectorAll(".passage")[0].querySelectorAll(".source").length === 2`)
	b.click(`a[href="#lab-1-pair-3"]`)
	b.want("a link opens its pair", `document.querySelectorAll("details.failure")[2].open`)
	b.want("the style is ours", `getComputedStyle(document.querySelector(".how")).maxWidth === "960px"`)
	b.want("the page is as wide as the window", `document.documentElement.scrollWidth <= innerWidth`)
}
