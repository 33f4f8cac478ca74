package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"faultline/grader/internal/class"
	"faultline/grader/internal/grading"
	"faultline/grader/internal/handin"
	"faultline/grader/internal/html"
	"faultline/grader/internal/report"
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

// eventFolder is where the staff's folder keeps the events of failures.
const eventFolder = "events"

// eventFile is where the events of a result are kept.
func eventFile(out, name, lab string) string {
	return filepath.Join(out, staffFolder, eventFolder, name, lab+".json")
}

// A marking is the grading of one submission.
type marking struct {
	*batch
	name   string
	place  string // its folder of results
	folder *handin.Folder
	broken error         // of this machine, which cannot open what was handed in
	old    *class.Record // what is known of it; nil for nothing
	rec    *class.Record
	pages  []html.Lab
	fresh  []*result.Result // those that are new
	kept   []string         // labs whose results stay
}

// grade grades what one student has handed in, as far as it has changed, and
// returns the record that is on the disk in the end.
func (b *batch) grade(ctx context.Context, l lane, s handin.Submission) (*class.Record, error) {
	m := &marking{batch: b, name: s.Name, place: filepath.Join(b.out, s.Name)}
	var err error
	if m.old, err = class.ReadRecord(m.place); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	m.rec = &class.Record{Schema: class.Schema, Name: s.Name}
	m.folder, m.rec.Refused, m.broken = open(s)
	if m.folder != nil {
		defer m.folder.Close()
	}
	for _, lab := range labs.All() {
		if err := m.lab(ctx, l, lab); err != nil {
			return nil, err
		}
		if _, wanted := m.wants(lab); wanted && b.step != nil {
			b.step()
		}
	}
	if len(m.fresh) == 0 && m.unchanged() {
		return m.old, nil
	}
	if b.graded != nil {
		b.graded(s.Name, m.changes())
	}
	return m.rec, m.write()
}

// changes says in lines what is otherwise than it was.
func (m *marking) changes() (lines []string) {
	for _, p := range m.pages {
		lines = append(lines, class.Changes(p.Before, p.Now)...)
	}
	for _, l := range m.rec.Labs {
		if was, _ := m.old.Of(l.Name); was.HandedIn && !l.HandedIn {
			lines = append(lines, fmt.Sprintf("%s: %s, before %d/%d", l.Name, shown(l.Gist), was.Points, was.MaxPoints))
		}
	}
	return lines
}

// lab brings the record of one lab up to date. A lab that is not asked for stays
// as it is.
func (m *marking) lab(ctx context.Context, l lane, lab labs.Lab) error {
	was, known := m.old.Of(lab.Name)
	suite, wanted := m.wants(lab)
	if !wanted && !known {
		return nil
	}
	sol, why, ours := m.solutionIn(m.folder, lab)
	if m.broken != nil {
		why, ours = "", m.broken
	}
	now := class.Lab{Name: lab.Name, HandedIn: why == "", Gist: why}
	switch {
	case !wanted && was.HandedIn:
		if m.keys.Of(lab.Name, sol) != was.Key {
			sol.Files = nil // other files than those that the result is of: nothing of them is shown beside it
		}
		return m.keep(was, sol)
	case !wanted:
		m.rec.Labs = append(m.rec.Labs, was)
		return nil
	case why != "":
		if m.rec.Refused != "" {
			now.Gist = m.rec.Refused
		}
		m.rec.Labs = append(m.rec.Labs, now)
		return nil
	}
	key := m.keys.Of(lab.Name, sol)
	if known && was.HandedIn && was.Key == key && !m.anew && ours == nil {
		return m.keep(was, sol)
	}
	r, err := m.judge(ctx, l, suite, sol, ours)
	if err != nil {
		return err
	}
	if m.some && key != was.Key { // the results are of two orders now: the next grading does all of it
		key = ""
	}
	if fault(r) == nil {
		now.Key = key
	}
	now.Points, now.MaxPoints, now.Gist = r.Points, r.MaxPoints, gist(r)
	m.rec.Labs = append(m.rec.Labs, now)
	m.fresh = append(m.fresh, r)
	m.pages = append(m.pages, html.Lab{Now: r, Before: lastResult(filepath.Join(m.place, lab.Name+".json")), Files: sol.Files})
	return nil
}

// judge grades a solution, or some cases of it. One that this machine cannot read has
// no result: that is ours.
func (m *marking) judge(ctx context.Context, l lane, suite suites.Suite, sol submission.Solution, ours error) (*result.Result, error) {
	if ours != nil {
		all := m.order
		all.Select = nil
		return grading.Failed(suite, submission.Solution{Dir: starterDir(suite.Lab)}, all, ours), nil
	}
	r, err := m.gradeLab(ctx, l, suite, sol, m.order)
	if err == nil && m.some {
		r, err = m.splice(ctx, l, suite, sol, r)
	}
	return r, err
}

// splice puts new results of some cases among the old ones of the others. Where
// nothing of the old ones can stay, the lab is graded as a whole.
func (m *marking) splice(ctx context.Context, l lane, suite suites.Suite, sol submission.Solution,
	some *result.Result) (*result.Result, error) {
	lab := suite.Lab.Name
	whole, err := class.ReadResult(filepath.Join(m.place, lab+".json"), eventFile(m.out, m.name, lab))
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(whole.Refused)+len(some.Refused) > 0:
		all := m.order
		all.Select = nil
		return m.gradeLab(ctx, l, suite, sol, all)
	case err == nil:
		class.Splice(whole, some)
	}
	return whole, err
}

func (m *marking) wants(lab labs.Lab) (suites.Suite, bool) {
	for _, s := range m.labs {
		if s.Lab.Name == lab.Name {
			return s, true
		}
	}
	return suites.Suite{}, false
}

// keep takes over the result that is there.
func (m *marking) keep(was class.Lab, sol submission.Solution) error {
	r, err := class.ReadResult(filepath.Join(m.place, was.Name+".json"), eventFile(m.out, m.name, was.Name))
	if err != nil {
		return err
	}
	m.rec.Labs = append(m.rec.Labs, was)
	m.kept = append(m.kept, was.Name)
	m.pages = append(m.pages, html.Lab{Now: r, Before: r, Files: sol.Files})
	return nil
}

// unchanged reports whether the old record says what the new one would.
func (m *marking) unchanged() bool {
	if m.old == nil || m.old.Refused != m.rec.Refused || len(m.old.Labs) != len(m.rec.Labs) {
		return false
	}
	for i := range m.old.Labs {
		if m.old.Labs[i] != m.rec.Labs[i] {
			return false
		}
	}
	return true
}

// write replaces the folder of results. Until its last step, all that the next
// grading goes by is as it was, but for the events of new failures, which are known by
// their hash.
func (m *marking) write() error {
	stage, err := class.Begin(m.out, m.name)
	if err != nil {
		return err
	}
	for _, r := range m.fresh {
		if err := m.writeFresh(stage.Dir, r); err != nil {
			return err
		}
	}
	for _, lab := range m.kept {
		if err := copyResult(m.place, stage.Dir, lab); err != nil {
			return err
		}
	}
	if err := m.writePages(stage.Dir); err != nil {
		return err
	}
	text, err := m.rec.JSON()
	if err == nil {
		err = writeFile(filepath.Join(stage.Dir, class.RecordFile), string(text))
	}
	if err != nil {
		return err
	}
	return stage.Commit()
}

// writePages writes the pages. Who hands in nothing any more has none.
func (m *marking) writePages(dir string) error {
	if len(m.pages) > 0 {
		return writeClassPages(dir, m.out, m.name, m.pages)
	}
	err := os.Remove(filepath.Join(m.out, staffFolder, m.name+".html"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// writeFresh writes a new result: LAB.json for programs, LAB.txt for people, the
// plans of its failures, and the events for the staff.
func (m *marking) writeFresh(dir string, r *result.Result) error {
	if err := writePlans(dir, "", r); err != nil {
		return err
	}
	var text strings.Builder
	report.Write(&text, r, report.Style{})
	if err := writeFile(filepath.Join(dir, r.Lab+".txt"), text.String()); err != nil {
		return err
	}
	canonical, err := r.JSON()
	if err == nil {
		err = writeFile(filepath.Join(dir, r.Lab+".json"), string(canonical))
	}
	if err != nil {
		return err
	}
	events, err := class.WriteEvents(r)
	if err != nil {
		return err
	}
	file := eventFile(m.out, m.name, r.Lab)
	if err := makeFolder(filepath.Dir(file)); err != nil {
		return err
	}
	return writeFile(file, string(events))
}

// copyResult copies the files of a lab's result from one folder to another.
func copyResult(from, to, lab string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if name != lab+".json" && name != lab+".txt" && !(strings.HasPrefix(name, lab+"-") && strings.HasSuffix(name, ".plan")) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = writeFile(filepath.Join(to, name), string(text))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeClassIndex writes the staff's index of a class from the results on the
// disk, which may be more than fit into the memory. The first error is of the
// first result that is no verdict, by a fault of the grader.
func writeClassIndex(out string, m *class.Manifest) (ours, err error) {
	var rows []html.Row
	for _, name := range m.Here() {
		row, fault, err := classRow(out, name)
		if err != nil {
			return nil, err
		}
		if fault != nil && ours == nil {
			ours = fmt.Errorf("%s: %w", shown(name), fault)
		}
		rows = append(rows, row)
	}
	return ours, writeIndex(out, m.Class, rows)
}

// classRow is the row of a submission, and what the grader failed at, if it did.
func classRow(out, name string) (row html.Row, ours, err error) {
	rec, err := class.ReadRecord(filepath.Join(out, name))
	if err != nil {
		return row, nil, err
	}
	row.Name = name
	for _, l := range rec.Labs {
		if !l.HandedIn {
			continue
		}
		r, err := class.ReadResult(filepath.Join(out, name, l.Name+".json"), "")
		if err != nil {
			return row, nil, err
		}
		if err := fault(r); err != nil && ours == nil {
			ours = err
		}
		row.Results = append(row.Results, forIndex(r))
		row.Gists = append(row.Gists, l.Name+": "+l.Gist)
		row.Staff, row.Student = staffLink(name), studentLink(name)
	}
	switch {
	case rec.Refused != "":
		row.Gists = append(row.Gists, rec.Refused)
	case rec.Nothing():
		row.Gists = append(row.Gists, "nothing was handed in")
	}
	return row, ours, nil
}

// forIndex leaves of a result what the index shows: the cases that somebody did not
// pass, without the evidence.
func forIndex(r *result.Result) *result.Result {
	for i := range r.Stages {
		stage := &r.Stages[i]
		var shown []result.Case
		for _, c := range stage.Cases {
			if c.Verdict != labs.Pass {
				shown = append(shown, result.Case{ID: c.ID, Title: c.Title, Verdict: c.Verdict})
			}
		}
		stage.Cases = shown
	}
	return r
}
