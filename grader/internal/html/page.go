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
	Before *result.Result    // nil if there is no earlier result
	Files  map[string][]byte // of the solution, by name; nil shows no code
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
	p := policy{styles: []string{style}, scripts: []string{script}}
	if v, ok := v.(view); ok {
		for _, f := range v.Failures {
			if f.Picture {
				p.frame(v.Diagrams[f.ID].Picture)
			}
		}
	}
	return pages.ExecuteTemplate(w, name, document{
		Title: title, Policy: p.String(), Style: template.CSS(style), Script: template.JS(script), View: v,
	})
}

func asset(name string) string {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // the program was built without it
	}
	return string(text)
}

// A policy forbids a page everything but its own styles and scripts.
type policy struct {
	styles, scripts []string
	attributes      string // what it says of style attributes
}

// frame lets the page frame a document, which inherits the policy: the picture of
// a checker, whose script sets style attributes.
func (p *policy) frame(document string) {
	p.styles = append(p.styles, inline(document, "<style>", "</style>"))
	p.scripts = append(p.scripts, inline(document, "<script>", "</script>"))
	p.attributes = "; style-src-attr 'unsafe-inline'"
}

func (p policy) String() string {
	return "default-src 'none'; base-uri 'none'; form-action 'none'" +
		"; style-src" + hashes(p.styles) + "; script-src" + hashes(p.scripts) + p.attributes
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
