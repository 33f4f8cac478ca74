package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"faultline/grader/internal/html"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
)

// What a report is called in its folder. The staff's reports of a class are in a
// folder of their own, so that nobody hands one out with a student's.
const (
	studentPage = "report.html"
	staffPage   = "staff.html"
	staffFolder = "staff"
	indexPage   = "index.html"
)

// lastResult is the result that was written there the last time, nil if there is
// none that can be compared with.
func lastResult(file string) *result.Result {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	r, err := result.Parse(text)
	if err != nil {
		return nil
	}
	return r
}

// writeResult writes a result into dir, as LAB.json, and returns it beside the
// one that was there before and the solution that it is about.
func writeResult(dir string, r *result.Result, sol submission.Solution) (html.Lab, error) {
	file := filepath.Join(dir, r.Lab+".json")
	lab := html.Lab{Now: r, Before: lastResult(file), Files: sol.Files}
	text, err := r.JSON()
	if err == nil {
		err = writeFile(file, string(text))
	}
	return lab, err
}

// writePage writes a report to be read in a browser.
func writePage(file string, p html.Page) error {
	var text strings.Builder
	if err := html.Write(&text, p); err != nil {
		return fmt.Errorf("the report %s: %w", file, err)
	}
	return writeFile(file, text.String())
}

// thisMachine is what the staff may want to know when two machines disagree.
func thisMachine() []string {
	return []string{
		fmt.Sprintf("%s, %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH),
		fmt.Sprintf("a run may take %v of CPU time without a pause, and %v in all", machine.CPULimit, machine.CPUTotal),
	}
}

// writeTestPages writes what "grader test" leaves for a browser into dir: the
// student's report and, if it is wanted, the staff's.
func writeTestPages(dir string, r *result.Result, sol submission.Solution, staff bool) error {
	lab, err := writeResult(dir, r, sol)
	if err != nil {
		return err
	}
	page := html.Page{Labs: []html.Lab{lab}}
	if err := writePage(filepath.Join(dir, studentPage), page); err != nil {
		return err
	}
	if !staff {
		return nil
	}
	page.Staff = &html.Staff{Machine: thisMachine(), Student: studentPage}
	return writePage(filepath.Join(dir, staffPage), page)
}

// writeClassPages writes the pages of one submission of a class: the student's
// into dir, the staff's into the staff's folder of out.
func writeClassPages(dir, out, name string, labs []html.Lab) error {
	page := html.Page{Name: name, Labs: labs}
	if err := writePage(filepath.Join(dir, studentPage), page); err != nil {
		return err
	}
	page.Staff = &html.Staff{Machine: thisMachine(), Index: indexPage, Student: studentLink(name)}
	return writePage(filepath.Join(out, staffFolder, name+".html"), page)
}

// studentLink and staffLink lead from the staff's folder to the pages of a
// submission, whatever its name.
func studentLink(name string) string { return "../" + url.PathEscape(name) + "/" + studentPage }

func staffLink(name string) string { return "./" + url.PathEscape(name) + ".html" }

// writeIndex writes the staff's index of a class.
func writeIndex(out, name string, rows []html.Row) error {
	var text strings.Builder
	c := html.Class{Name: name, Rows: rows, Staff: html.Staff{Machine: thisMachine()}}
	if err := html.WriteClass(&text, c); err != nil {
		return fmt.Errorf("the index of the class: %w", err)
	}
	return writeFile(filepath.Join(out, staffFolder, indexPage), text.String())
}
