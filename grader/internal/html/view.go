package html

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"faultline/grader/internal/report"
	"faultline/grader/internal/result"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// A view is what the template of a report shows. Every text in it is plain.
type view struct {
	Name              string
	Points, MaxPoints int
	Labs              []labView
	Changes           changes
	Next              *nextView
	Failures          []failureView
	Diagrams          map[string]*diagram // by ID of the failure
	Staff             *Staff
}

type labView struct {
	Number            int
	Name, Title       string
	Solution          string
	Points, MaxPoints int
	Notes             []string
	Refused           *refusedView
	Stages            []stageView
	Crashes           string // what was tried of them, as a sentence
	Sum               string // staff: SHA-256 of the result's JSON form
}

type stageView struct {
	Letter, Title     string
	Points, MaxPoints int
	Gist              string // "3 pass, 1 fail"
	Cases             []caseView
}

type caseView struct {
	Name, Title       string
	Word              word
	Points, MaxPoints int
	Seeds             string
	Link              string // ID of its failure on the page; "" if there is none
	Hash              string // staff
}

// A refusedView is why nothing of a lab was run.
type refusedView struct {
	Word  word
	Lines []string
}

// A nextView is the single next thing to do.
type nextView struct {
	Text             string
	ID, Title        string
	Expected, Actual string
	Link             string
}

func newView(p Page) view {
	v := view{Name: line(p.Name), Diagrams: map[string]*diagram{}, Staff: p.Staff}
	for _, lab := range p.Labs {
		v.Points += lab.Now.Points
		v.MaxPoints += lab.Now.MaxPoints
		v.Changes.add(lab.Now, lab.Before)
		if v.Next == nil {
			v.Next = newNext(lab.Now)
		}
		v.Labs = append(v.Labs, v.lab(lab))
	}
	for i := range v.Failures {
		v.Failures[i].Open = i == 0 // the others wait until this one is mended
	}
	return v
}

func (v *view) lab(lab Lab) labView {
	r := lab.Now
	l := labView{Number: r.Number, Name: line(r.Lab), Title: line(r.Lab), Solution: line(r.Solution),
		Points: r.Points, MaxPoints: r.MaxPoints, Notes: lines(r.Notes), Crashes: r.Crashes().String()}
	if known, ok := labs.Find(r.Lab); ok {
		l.Title = known.Title
	}
	if len(r.Refused) > 0 {
		l.Refused = &refusedView{Word: wordOf(r.Cases()[0].Verdict), Lines: lines(r.Refused)}
		if l.Refused.Word.Class == "ours" && v.Staff == nil { // it is about a machine of the staff's
			l.Refused.Lines = nil
		}
	}
	for _, s := range r.Stages {
		l.Stages = append(l.Stages, v.stage(lab, s))
	}
	if v.Staff != nil {
		if text, err := r.JSON(); err == nil {
			sum := sha256.Sum256(text)
			l.Sum = hex.EncodeToString(sum[:])
		}
	}
	return l
}

func (v *view) stage(lab Lab, s result.Stage) stageView {
	stage := stageView{Letter: line(s.Letter), Title: line(s.Title), Points: s.Points, MaxPoints: s.MaxPoints}
	var order []string
	counts := map[string]int{}
	for _, c := range s.Cases {
		cv := v.newCase(lab, c)
		stage.Cases = append(stage.Cases, cv)
		if counts[cv.Word.Text] == 0 {
			order = append(order, cv.Word.Text)
		}
		counts[cv.Word.Text]++
	}
	for i, text := range order {
		order[i] = fmt.Sprintf("%d %s", counts[text], text)
	}
	stage.Gist = strings.Join(order, ", ")
	return stage
}

func (v *view) newCase(lab Lab, c result.Case) caseView {
	cv := caseView{Name: line(c.Name), Title: line(c.Title), Word: wordOf(c.Verdict), Points: c.Points, MaxPoints: c.MaxPoints,
		Seeds: v.seeds(lab.Now, c)}
	if c.Crashes != nil {
		cv.Seeds += fmt.Sprintf(", crash states: %d", c.Crashes.States)
	}
	if c.Failure == nil {
		if cv.Word.Class == "ours" && v.Staff != nil {
			cv.Seeds += "; " + line(c.Reason)
		}
		return cv
	}
	if v.Staff != nil {
		cv.Hash = c.Failure.Hash
	}
	if c.Verdict != labs.NotImplemented {
		f, d := newFailure(lab.Now, c, v.Staff != nil)
		f.Source = source(lab.Files, f.Where)
		cv.Link = f.ID
		v.Failures = append(v.Failures, f)
		if d != nil {
			v.Diagrams[f.ID] = d
		}
	}
	return cv
}

// seeds says which runs there were. The staff sees it for each seed.
func (v *view) seeds(r *result.Result, c result.Case) string {
	first, last := r.FirstSeed, r.FirstSeed+uint64(c.Seeds)-1
	switch {
	case len(r.Refused) > 0:
		return "not run"
	case c.Verdict == labs.NotImplemented:
		return line(c.Reason)
	case c.Failure == nil && v.Staff != nil && !r.SeedList:
		return fmt.Sprintf("seeds %d to %d", first, last)
	case c.Failure == nil && c.Seeds == 1:
		return "1 seed"
	case c.Failure == nil:
		return fmt.Sprintf("%d seeds", c.Seeds)
	case c.All:
		return fmt.Sprintf("%d of %d passed, seed %d did not", c.Passed, c.Seeds, c.Failure.Seed)
	case v.Staff == nil && c.Passed == 0:
		return fmt.Sprintf("seed %d, the first", c.Failure.Seed)
	case v.Staff == nil:
		return fmt.Sprintf("seed %d, after %d passed", c.Failure.Seed, c.Passed)
	}
	return fmt.Sprintf("%d passed, seed %d did not, %d not run", c.Passed, c.Failure.Seed, c.Seeds-c.Passed-1)
}

// newNext is the next thing to do in a lab, nil if there is none.
func newNext(r *result.Result) *nextView {
	text := report.Next(r)
	if text == "" {
		return nil
	}
	n := &nextView{Text: line(text)}
	if len(r.Refused) > 0 {
		n.Text = wordOf(r.Cases()[0].Verdict).What
		return n
	}
	for _, c := range r.Cases() {
		if c.Verdict == labs.Pass {
			continue
		}
		n.ID, n.Title = line(c.ID), line(c.Title)
		if c.Failure != nil && c.Verdict != labs.NotImplemented {
			n.Link = anchor(c.ID)
			if wordOf(c.Verdict).Class != "ours" {
				n.Expected, n.Actual = line(c.Failure.Expected), line(c.Failure.Actual)
			}
		}
		return n
	}
	return n
}

// A failureView is the evidence of one case.
type failureView struct {
	ID, Case, Title   string
	Word              word
	Property, Ref     string
	Expected, Actual  string
	Where             string
	Source            []sourceLine // around it
	Seed              uint64
	Virtual           string
	PlanHead          string
	Plan, Story       []placed
	Calm              string   // what chance has no part in any more
	Said              []string // by the compiler, of what the solution wrote
	Dump, Trace       []string
	TraceHead         string
	Apart             *apartView
	Again, File       string
	Diagram, Picture  bool
	Open              bool
	Hash, ReasonForUs string // staff
}

// A placed line can be looked up in the diagram, unless its place is -1.
type placed struct {
	N    string
	Text string
	At   int
}

// An apartView shows where the nearest passing run goes another way.
type apartView struct {
	Without                  string // a fault; "" if it is that goroutines step aside at locks
	Fails, Passes            word
	Common, Failing, Passing []string
}

func anchor(id string) string { return "case-" + strings.ReplaceAll(line(id), "/", "-") }

func newFailure(r *result.Result, c result.Case, staff bool) (failureView, *diagram) {
	f := c.Failure
	v := failureView{ID: anchor(c.ID), Case: line(c.ID), Title: line(c.Title), Word: wordOf(c.Verdict),
		Property: line(f.Property), Ref: line(c.Ref), Seed: f.Seed, Virtual: f.Virtual.Round(time.Microsecond).String(),
		Again: line(report.Again(r, c)), File: line(f.File)}
	if v.Property == "" {
		v.Property = v.Title
	}
	if staff {
		v.Hash, v.ReasonForUs = f.Hash, line(c.Reason)
	}
	if v.Word.Class == "ours" && !staff {
		return v, nil // it may quote what is the staff's
	}
	v.Expected, v.Actual, v.Where = line(f.Expected), line(f.Actual), line(f.Where)
	v.Said, v.Dump, v.Trace = lines(f.Said), lines(f.Dump), lines(f.Trace)
	v.TraceHead = line(f.Head)
	if len(f.Said) > 0 {
		v.Word = ofWritten(v.Word)
	}
	d := newDiagram(r, c)
	v.Diagram = d != nil
	v.Picture = d != nil && d.Picture != ""
	v.Story, v.Plan = story(f.Story, d), plan(f.Plan, d)
	v.PlanHead = planHead(f)
	v.Calm = calm(f)
	if f.Apart != nil {
		v.Apart = newApart(f.Apart, v.Word)
	}
	return v, d
}

func newApart(a *result.Apart, fails word) *apartView {
	v := &apartView{Without: line(a.Without), Fails: fails, Passes: wordOf(labs.Pass),
		Common: lines(a.Common), Failing: orEnd(lines(a.Failing)), Passing: orEnd(lines(a.Passing))}
	if a.Without == labtest.CalmLocks {
		v.Without = ""
	}
	return v
}

func orEnd(lines []string) []string {
	if len(lines) == 0 {
		return []string{"(the end of the run)"}
	}
	return lines
}

func story(lines []string, d *diagram) (list []placed) {
	for _, s := range lines {
		number, text, _ := strings.Cut(s, " ")
		n, err := strconv.Atoi(number)
		if err != nil {
			number, text = "", s
		}
		list = append(list, placed{N: number, Text: line(text), At: d.place(trace.Step, n, line(text))})
	}
	return list
}

func plan(lines []string, d *diagram) (list []placed) {
	for _, s := range lines {
		list = append(list, placed{Text: line(s), At: d.place(trace.Fault, 0, line(s))})
	}
	return list
}

// planHead says how many faults there are, and how many there were.
func planHead(f *result.Failure) string {
	if head := report.Smaller(f); head != "" {
		return line(head)
	}
	if len(f.Plan) == 0 {
		return "none by chance"
	}
	return labtest.Count(len(f.Plan), "fault")
}

// calm says what was made calm besides, so that less is left to chance.
func calm(f *result.Failure) string {
	var parts []string
	for _, what := range f.Calm {
		switch what {
		case labtest.CalmLatency:
			parts = append(parts, "every packet takes 1 ms")
		case labtest.CalmLocks:
			parts = append(parts, "no lock makes a goroutine step aside")
		}
	}
	return strings.Join(parts, ", and ")
}
