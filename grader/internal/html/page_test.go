package html_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/html"
	"faultline/grader/internal/result"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

var update = flag.Bool("update", false, "write the goldens of testdata anew")

// golden compares a page with testdata/NAME, without the style and the script,
// which are files of their own, and without the policy, which is their hashes.
func golden(t *testing.T, name, page string) {
	t.Helper()
	for _, part := range []string{`(?s)<style>.*?</style>`, `(?s)<script>.*?</script>`, `<meta http-equiv.*`, `,"picture":"(\\.|[^"\\])*"`} {
		page = regexp.MustCompile(part).ReplaceAllString(page, "")
	}
	page = strings.ReplaceAll(page, `},{"at"`, "},\n{\"at\"")
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(page, "\n")); diff != "" {
		t.Errorf("%s has changed; look at it in a browser, then run with -update (- before, + now):\n%s", name, diff)
	}
}

func TestAStudentsReport(t *testing.T) {
	before := graded(lostAck(t), kinds(t))
	before.Stages[0].Cases[0].Verdict = labs.Panic
	before.Stages[0].Cases[0].Reason = "no panic; panic: oh"
	golden(t, "student.html", written(t, html.Page{Name: "carl",
		Labs: []html.Lab{{Now: graded(lostAck(t), kinds(t), linearizable(t), deadlock()), Before: before,
			Files: map[string][]byte{"mailbox.go": []byte(strings.Repeat("\tcode <here>\n", 63))}}}}))
}

func TestTheStaffsReport(t *testing.T) {
	golden(t, "staff.html", written(t, html.Page{Name: "carl", Labs: []html.Lab{{Now: graded(deadlock())}},
		Staff: &html.Staff{Machine: []string{"a machine"}, Index: "index.html", Student: "../carl/report.html"}}))
}

func TestTheIndexOfAClass(t *testing.T) {
	var b strings.Builder
	right := graded()
	refused := graded(lostAck(t))
	refused.Refused = []string{"mailbox.go:3:1: syntax error"}
	err := html.WriteClass(&b, html.Class{Name: "class", Staff: html.Staff{Machine: []string{"a machine"}}, Rows: []html.Row{
		{Name: "anna", Results: []*result.Result{right}, Gists: []string{"messaging: everything passed"},
			Staff: "./anna.html", Student: "../anna/report.html"},
		{Name: "bert"},
		{Name: "carl", Results: []*result.Result{graded(lostAck(t), deadlock())}, Gists: []string{"messaging: 2 fail"},
			Staff: "./carl.html", Student: "../carl/report.html"},
		{Name: "dora", Results: []*result.Result{graded(lostAck(t))}, Gists: []string{"messaging: 1 fail"},
			Staff: "./dora.html", Student: "../dora/report.html"},
		{Name: "emil", Results: []*result.Result{refused}, Gists: []string{"messaging: build-error"},
			Staff: "./emil.html", Student: "../emil/report.html"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "class.html", b.String())
}

func TestWhatCouldNotBeGradedIsNotZero(t *testing.T) {
	ours := graded(lostAck(t))
	c := &ours.Stages[1].Cases[0]
	c.Verdict, c.Failure, c.Reason = labs.GraderError, nil, "the machine failed"
	var b strings.Builder
	if err := html.WriteClass(&b, html.Class{Name: "class", Rows: []html.Row{{Name: "anna", Results: []*result.Result{ours}}}}); err != nil {
		t.Fatal(err)
	}
	if page := b.String(); !strings.Contains(page, "not graded") || !strings.Contains(page, "Everybody passes everything") ||
		strings.Contains(page, "20/22") {
		t.Error(page[strings.Index(page, "<main>"):])
	}
}

func TestAReportNeedsNothingButItself(t *testing.T) {
	for _, c := range []result.Case{lostAck(t), linearizable(t)} {
		_, policy, _ := strings.Cut(written(t, html.Page{Labs: []html.Lab{{Now: graded(c)}}}), `http-equiv="Content-Security-Policy" content="`)
		policy, _, _ = strings.Cut(policy, `"`)
		// The checker's picture sets style attributes. They can load nothing.
		policy = strings.TrimSuffix(policy, "; style-src-attr &#39;unsafe-inline&#39;")
		if !strings.HasPrefix(policy, "default-src &#39;none&#39;; ") || strings.Contains(policy, "unsafe") ||
			strings.Contains(policy, "http") || strings.Contains(policy, "*") {
			t.Errorf("the policy lets something in: %s", policy)
		}
	}
	page := written(t, html.Page{Labs: []html.Lab{{Now: graded(lostAck(t), linearizable(t))}}})
	data := regexp.MustCompile(`(?s)<script type="application/json".*?</script>`)
	for _, bad := range []string{` src=`, `@import`, ` style="`, ` onclick=`, ` onload=`, `<link`, `<base`, `<form`} {
		if strings.Contains(data.ReplaceAllString(page, ""), bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if n := strings.Count(page, "</script>"); n != 2 {
		t.Errorf("the page has %d scripts, want the data and the one of the report", n)
	}
}

// hostile is a text that a student may write somewhere.
const hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\" onmouseover='x' {{.}} ${x}" +
	"\x1b[2J\x00\r\u202egnp.exe\u2066\u200b\ufeff\u0085\u2028e\u0301\u0301\u0301\u0301\u0301\u0301\xff&lt;"

func TestTextsOfAStudentDoNoHarm(t *testing.T) {
	names := []trace.Kind{trace.Step, trace.Fault, trace.Open, trace.Send, trace.Deliver, trace.Duplicate, trace.Drop, trace.Call,
		trace.Return, trace.Log, trace.Note, trace.Cut, trace.Heal, trace.Crash, trace.Pause, hostile, trace.Reach}
	var list []trace.Event
	for _, kind := range names {
		list = append(list, trace.Event{Kind: kind, Node: hostile, Peer: hostile, N: 1, Text: hostile})
	}
	list[6].Peer = "b" + hostile
	c := failed("hostile", hostile, labtest.Finding{Property: hostile, Expected: hostile, Actual: hostile, Where: hostile}, list)
	c.ID, c.Name, c.Ref, c.Reason = hostile, hostile, hostile, hostile
	c.Failure.Dump, c.Failure.File = []string{hostile}, hostile
	c.Failure.Apart = &result.Apart{Without: hostile, Common: []string{hostile}, Failing: []string{hostile}, Passing: []string{hostile}}
	c.Failure.Sizes = []labtest.Size{{Name: hostile, N: 1}}
	r := graded(c)
	r.Solution, r.Notes = hostile, []string{hostile}
	before := graded(c)
	before.Stages[1].Cases[0].Verdict = labs.Panic
	c.Failure.Where = "x.go:1"
	page := written(t, html.Page{Name: hostile, Labs: []html.Lab{{Now: r, Before: before, Files: map[string][]byte{"x.go": []byte(hostile)}}},
		Staff: &html.Staff{Machine: []string{"a machine"}}})
	r.Refused = []string{hostile}
	page += written(t, html.Page{Name: hostile, Labs: []html.Lab{{Now: r}}})
	if n := strings.Count(page, "</script>"); n != 4 {
		t.Errorf("%d scripts end in two pages, want 4", n)
	}
	for _, tag := range []string{"<img", "<script>alert"} {
		if strings.Contains(page, tag) {
			t.Errorf("the page has %q", tag)
		}
	}
	for i, r := range page {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			t.Fatalf("the page has the character %U: …%q…", r, page[max(0, i-80):i+20])
		}
	}
	if strings.Contains(page, strings.Repeat("\u0301", 5)) {
		t.Error("five marks stand on one letter: they paint over the lines above")
	}
	for _, escaped := range []string{`\u202egnp`, `\x1b[2J`} {
		if !strings.Contains(page, escaped) {
			t.Errorf("%q is not shown as it was written", escaped)
		}
	}
}

func TestAStudentDoesNotSeeWhatIsTheStaffs(t *testing.T) {
	ours := lostAck(t)
	ours.Verdict, ours.Reason, ours.Failure.Actual = labs.GraderError, "secret reason", "secret path"
	p := html.Page{Labs: []html.Lab{{Now: graded(lostAck(t), ours)}}}
	secrets := []string{"0123456789abcdef0123456789abcdef", "secret reason", "a machine", "SHA-256", "3 passed, seed 4"}
	student := written(t, p)
	p.Staff = &html.Staff{Machine: []string{"a machine"}}
	staff := written(t, p)
	for _, secret := range secrets {
		if strings.Contains(student, secret) {
			t.Errorf("the student's report has %q", secret)
		}
		if !strings.Contains(staff, secret) {
			t.Errorf("the staff's report does not have %q", secret)
		}
	}
	if strings.Contains(student, "secret path") {
		t.Error("the student's report quotes a fault of the grader")
	}
}

func TestEveryVerdictSaysWhatToDo(t *testing.T) {
	for _, v := range []labs.Verdict{labs.Panic, labs.Deadlock, labs.Stuck, labs.Memory, labs.Output, labs.Inconclusive,
		labs.Vacuous, labs.GraderError} {
		c := deadlock()
		c.Verdict = v
		page := written(t, html.Page{Labs: []html.Lab{{Now: graded(c)}}})
		if !regexp.MustCompile(`<div class="banner"><p><b>[A-Z][^<]+\.</b> [A-Z][^<]+\.</p>`).MatchString(page) {
			t.Errorf("%s: no banner that says what it means and what to do", v)
		}
	}
	for _, v := range []labs.Verdict{labs.BuildError, labs.Forbidden} {
		r := graded(result.Case{ID: "messaging/B/x", Name: "x", Title: "x", Verdict: v, MaxPoints: 2, Seeds: 1})
		r.Stages = r.Stages[1:]
		r.Refused = []string{"mailbox.go:3:1: syntax error: <oops>"}
		page := written(t, html.Page{Labs: []html.Lab{{Now: r}}})
		for _, want := range []string{"Nothing was run.", "mailbox.go:3:1: syntax error: &lt;oops&gt;"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page does not say %q", v, want)
			}
		}
	}
}

func TestWhatIsSaidOfWrittenCodeIsShown(t *testing.T) {
	c := deadlock()
	c.Verdict = labs.BuildError
	c.Failure.Said = []string{`stubs_clock.go:11:2: "context" imported and not used`}
	page := written(t, html.Page{Labs: []html.Lab{{Now: graded(c)}}})
	for _, want := range []string{"Your code ran, and wrote code that does not compile", "stubs_clock.go:11:2: &#34;context&#34; imported"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// data is what the script of a page gets.
func data(t *testing.T, page string) map[string]struct {
	Events []struct {
		Kind string
		N    int
	}
	Focus int
	Stuck []int
} {
	t.Helper()
	_, text, _ := strings.Cut(page, `<script type="application/json" id="data">`)
	text, _, _ = strings.Cut(text, "</script>")
	var d map[string]struct {
		Events []struct {
			Kind string
			N    int
		}
		Focus int
		Stuck []int
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADiagramSaysHowMuchOfALongRunItLeavesOut(t *testing.T) {
	c := many(20_000)
	c.Failure.Events, _ = result.Excerpt(c.Failure.Events, nil)
	d := data(t, written(t, html.Page{Labs: []html.Lab{{Now: graded(c)}}}))["case-messaging-B-long"]
	var left []int
	for _, e := range d.Events {
		if e.Kind == "omitted" {
			left = append(left, e.N)
		}
	}
	if len(d.Events) != len(c.Failure.Events) || len(left) != 1 || left[0] < 16_000 {
		t.Errorf("%d events drawn, left out are %v", len(d.Events), left)
	}
}

func TestTheDiagramBeginsWhereTheHistoryBreaks(t *testing.T) {
	d := data(t, written(t, html.Page{Labs: []html.Lab{{Now: graded(linearizable(t), lostAck(t))}}}))
	lin := d["case-messaging-B-linearizable"]
	if diff := cmp.Diff([]int{2}, lin.Stuck); diff != "" {
		t.Errorf("the operation that fits nowhere (- want, + got):\n%s", diff)
	}
	if e := lin.Events[lin.Focus]; e.Kind != "return" || e.N != 2 {
		t.Errorf("it begins at %+v, want the return of operation 2", e)
	}
	if ack := d["case-messaging-B-lost-ack"]; ack.Focus != len(ack.Events)-1 {
		t.Errorf("it begins at %d of %d, want the end of the run", ack.Focus, len(ack.Events))
	}
}
