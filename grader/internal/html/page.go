package html

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"faultline/grader/internal/result"
)

// A Page is a report about the work of one student, or group.
type Page struct {
	Name  string // whose work it is; may be empty
	Labs  []Lab
	Staff *Staff // nil: for the student
}

// A Lab is what grading one lab gave, and what it gave the last time.
type Lab struct {
	Now    *result.Result
	Before *result.Result // nil if there is no earlier result
}

// Staff is what only the staff's report says.
type Staff struct {
	Machine []string // on what it was graded, a line each
	Index   string   // link to the index of the class; may be empty
	Student string   // link to the student's report; may be empty
}

//go:embed assets
var assets embed.FS

var pages = template.Must(template.New("").ParseFS(assets, "assets/*.tmpl"))

// Write writes the report as one file of HTML.
func Write(w io.Writer, p Page) error {
	v := newView(p)
	title := fmt.Sprintf("%d of %d points", v.Points, v.MaxPoints)
	if v.Name != "" {
		title = v.Name + ": " + title
	}
	return write(w, "report.tmpl", title, v)
}

// A document is what every page has: the policy, the style, the script, and what
// its template shows.
type document struct {
	Title  string
	Policy string
	Style  template.CSS
	Script template.JS
	View   any
}

func write(w io.Writer, name, title string, v any) error {
	style, script := asset("report.css"), asset("report.js")
	styles, scripts := []string{style}, []string{script}
	if v, ok := v.(view); ok {
		for _, f := range v.Failures {
			if d := v.Diagrams[f.ID]; f.Picture {
				styles = append(styles, inline(d.Picture, "<style>", "</style>"))
				scripts = append(scripts, inline(d.Picture, "<script>", "</script>"))
			}
		}
	}
	return pages.ExecuteTemplate(w, name, document{
		Title: title, Policy: policy(styles, scripts), Style: template.CSS(style), Script: template.JS(script), View: v,
	})
}

func asset(name string) string {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // the program was built without it
	}
	return string(text)
}

// policy forbids the page everything but the given styles and scripts. The
// pictures of a checker are framed documents, which inherit the policy.
func policy(styles, scripts []string) string {
	return "default-src 'none'; base-uri 'none'; form-action 'none'" +
		"; style-src" + hashes(styles) + "; script-src" + hashes(scripts)
}

func hashes(texts []string) string {
	var b strings.Builder
	for _, text := range texts {
		if text != "" {
			sum := sha256.Sum256([]byte(text))
			b.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
		}
	}
	return b.String()
}

// inline is what a document has between two tags; "" if it does not have them.
func inline(document, open, end string) string {
	_, rest, found := strings.Cut(document, open)
	text, _, closed := strings.Cut(rest, end)
	if !found || !closed {
		return ""
	}
	return text
}
