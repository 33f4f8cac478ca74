package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/export"
	"faultline/grader/internal/result"
	"faultline/labs"
)

// An element is one of an XML document, with its children in order.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []element  `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e element) names() (attrs, children string) {
	var a, c []string
	for _, attr := range e.Attrs {
		a = append(a, attr.Name.Local)
	}
	for _, child := range e.Children {
		c = append(c, child.XMLName.Local)
	}
	slices.Sort(a)
	return strings.Join(a, " "), strings.Join(c, " ")
}

// junitRules are what the strict schema of Ant's reports has for an element: its
// attributes in the order of the alphabet, and its children in their order.
func junitRules() map[string][2]*regexp.Regexp {
	rules := map[string][2]*regexp.Regexp{}
	for name, rule := range map[string][2]string{
		"testsuites": {"", "(testsuite ?)*"},
		"testsuite": {"errors failures hostname id name package( skipped)? tests time timestamp",
			"properties( testcase)* system-out system-err"},
		"properties": {"", "(property ?)*"},
		"property":   {"name value", ""},
		"testcase":   {"classname name time", "(skipped|failure|error)?"},
		"skipped":    {"message", ""},
		"failure":    {"message type", ""},
		"error":      {"message type", ""},
		"system-out": {"", ""},
		"system-err": {"", ""},
	} {
		rules[name] = [2]*regexp.Regexp{regexp.MustCompile("^" + rule[0] + "$"), regexp.MustCompile("^" + rule[1] + "$")}
	}
	return rules
}

func (e element) check(t *testing.T, rules map[string][2]*regexp.Regexp) {
	t.Helper()
	rule, known := rules[e.XMLName.Local]
	attrs, children := e.names()
	if !known || !rule[0].MatchString(attrs) || !rule[1].MatchString(children) {
		t.Errorf("<%s> with attributes %q and children %q is not what the strict schema has", e.XMLName.Local, attrs, children)
	}
	for _, child := range e.Children {
		child.check(t, rules)
	}
}

// count counts the cases of a suite with such a child.
func (e element) count(child string) string {
	n := 0
	for _, c := range e.Children {
		if len(c.Children) == 1 && c.Children[0].XMLName.Local == child {
			n++
		}
	}
	return strconv.Itoa(n)
}

func TestJUnitIsWhatTheStrictSchemaWants(t *testing.T) {
	when := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`)
	number := regexp.MustCompile(`^\d+(\.\d+)?$`)
	for name, r := range results(t) {
		text := written(t, "junit", export.Input{Result: r})
		var root element
		if err := xml.Unmarshal(text, &root); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		root.check(t, junitRules())
		if len(root.Children) != len(r.Stages) {
			t.Errorf("%s: %d suites", name, len(root.Children))
		}
		for i, suite := range root.Children {
			if suite.attr("id") != strconv.Itoa(i) || !when.MatchString(suite.attr("timestamp")) ||
				!number.MatchString(suite.attr("time")) || suite.attr("name") == "" || suite.attr("hostname") == "" {
				t.Errorf("%s: attributes %v", name, suite.Attrs)
			}
			for attr, child := range map[string]string{"failures": "failure", "errors": "error", "skipped": "skipped"} {
				if suite.attr(attr) != suite.count(child) {
					t.Errorf("%s: %s of %s", name, suite.attr(attr), attr)
				}
			}
			if got := suite.attr("tests"); got != strconv.Itoa(len(r.Stages[i].Cases)) {
				t.Errorf("%s: %s tests", name, got)
			}
		}
	}
}

func TestJUnitTellsWrongFromBrokenFromUnwritten(t *testing.T) {
	for verdict, want := range map[labs.Verdict]string{labs.Pass: "", labs.Fail: "failure", labs.NotImplemented: "skipped",
		labs.Panic: "error", labs.Deadlock: "error", labs.Stuck: "error", labs.Memory: "error", labs.Output: "error",
		labs.BuildError: "error", labs.Forbidden: "error", labs.Inconclusive: "error", labs.Vacuous: "error",
		labs.GraderError: "error"} {
		c := result.Case{ID: "m/A/a", Name: "a", Verdict: verdict, Reason: "why", MaxPoints: 1}
		text := written(t, "junit", export.Input{Result: graded("x", result.Stage{Letter: "A", Cases: []result.Case{c}})})
		var root element
		if err := xml.Unmarshal(text, &root); err != nil {
			t.Fatal(err)
		}
		suite := root.Children[0]
		found := suite.Children[1]
		_, got := found.names()
		if got != want || want == "error" && found.Children[0].attr("type") != string(verdict) {
			t.Errorf("%s is %q, want %q\n%s", verdict, got, want, text)
		}
		if points := strings.Contains(string(text), `name="points"`); points != c.Graded() {
			t.Errorf("%s: points are given: %v", verdict, points)
		}
	}
}

func TestXMLHoldsOnlyCharactersThatItMay(t *testing.T) {
	d := xml.NewDecoder(bytes.NewReader(written(t, "junit", export.Input{Result: hostile()})))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestCSVHasNoFormulaAndNoZeroForAFault(t *testing.T) {
	text := written(t, "csv", export.Input{Class: class(t)})
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	formula := regexp.MustCompile(`^[=+\-@\t\r＝＋－＠]`)
	for _, row := range rows {
		for _, cell := range row {
			if formula.MatchString(cell) {
				t.Errorf("a spreadsheet would run the cell %q", cell)
			}
		}
	}
	want := [][]string{
		{"submission", "messaging", "messaging_max", "rpc", "rpc_max", "total", "total_max", "notes"},
		{"anna", "20", "20", "10", "10", "30", "30", ""},
		{"bert", "0", "20", "0", "10", "0", "30", ""},
		{"carl", "16", "25", "", "10", "16", "35", "rpc: not handed in"},
		{"gina", "", "7", "7", "10", "", "17", "messaging: not graded, a fault of the grader (grader-error): " +
			"expected the same run twice has the same hash; 1 and 2"},
		{"'=cmd|' /C calc'!A0", "0", "20", "1", "10", "1", "30", ""},
		{"'-2+3", "3", "5", "2", "10", "5", "15", ""},
		{"o'neil; =1+1, \"x\"", "", "25", "3", "10", "3", "35", "messaging: not handed in"},
		{"<img src=x onerror=alert(1)> | www.evil.example [a](b) | x |", "", "25", "4", "10", "4", "35", "messaging: not handed in"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	// A program that separates cells by semicolons must not find one in a name: it
	// is in quotes.
	if !strings.Contains(string(text), `"o'neil; =1+1, ""x"""`) {
		t.Errorf("a text is not in quotes:\n%s", text)
	}
}

func TestMarkdownStaysATable(t *testing.T) {
	text := string(written(t, "markdown", export.Input{Class: class(t)}))
	for line := range strings.Lines(text) {
		bare := regexp.MustCompile(`\\.`).ReplaceAllString(line, "")
		if n := strings.Count(bare, "|"); n != 6 {
			t.Errorf("%d borders of cells in %q", n, line)
		}
		if strings.ContainsAny(bare, "<>[]`*_") || strings.Contains(bare, "www.") {
			t.Errorf("markup in %q", line)
		}
	}
	if !strings.Contains(text, "| gina | not graded | 7/10 | not graded |") {
		t.Errorf("a fault of the grader is not shown:\n%s", text)
	}
}
