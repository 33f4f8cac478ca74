package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"faultline/grader/internal/mutant"
	"faultline/grader/internal/result"
	"faultline/grader/internal/skeleton"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

// A specimen is a solution of which it is known what must become of it.
type specimen struct {
	name      string
	sol       submission.Solution
	want      expectation
	reference bool
	correct   bool // the reference or a variant
	mutant    bool
	variant   bool
	kill      []string // the cases that are meant for a mutant
	fails     []string // the cases that a variant is known to fail
	stages    string   // letters of those that it is about: of a mutant's cases, of what a variant changes; "" for all
}

// about reports whether a case is in a stage that the specimen is about.
func (s specimen) about(c labs.Case) bool {
	return s.stages == "" || strings.Contains(s.stages, c.Stage)
}

// An expectation returns what is wrong with a result, nothing if it is as it
// must be.
type expectation func(*result.Result) []string

// specimens are the reference, the starter code, the variants and the mutants.
func (w *workshop) specimens(suite suites.Suite) ([]specimen, error) {
	ref, err := w.reference(suite.Lab)
	if err != nil {
		return nil, err
	}
	starter, err := skeleton.Generate(filepath.Join(w.root, referenceDir(suite.Lab)), suite.Lab.Files)
	if err != nil {
		return nil, err
	}
	all := []specimen{
		{name: "reference", sol: ref, want: allMust(labs.Pass), reference: true, correct: true},
		{name: "starter code", sol: submission.Solution{Dir: "starter", Files: starter}, want: allMust(labs.NotImplemented)},
	}
	for _, kind := range []string{"variants", "mutants"} {
		patches, err := mutant.Load(filepath.Join(w.root, referenceDir(suite.Lab), kind))
		if err != nil {
			return nil, err
		}
		for _, m := range patches {
			files, err := m.Apply(ref.Files)
			if err != nil {
				return nil, err
			}
			s := specimen{name: m.Name, sol: submission.Solution{Dir: m.Name, Files: files},
				want: killedBy(m.Kill), mutant: true, kill: m.Kill, fails: m.Fails, stages: stagesOf(m.Kill)}
			if kind == "variants" {
				s.want, s.correct, s.mutant, s.variant, s.stages = passesBut(m.Fails), true, false, true, touched(suite.Lab, ref.Files, files)
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// stagesOf returns the letters of the stages of some cases.
func stagesOf(ids []string) (stages string) {
	for _, id := range ids {
		stages += strings.Split(id, "/")[1] // mutant.Load has looked at its form
	}
	return stages
}

// touched returns the letters of the stages from the first on that the markers of the
// reference name in the files that differ: what a later stage does is built on it.
func touched(lab labs.Lab, ref, files map[string][]byte) (stages string) {
	marker := regexp.MustCompile(`(?m)^\s*//lab:(?:todo|begin) ([A-Z])`)
	first := ""
	for _, name := range slices.Sorted(maps.Keys(ref)) {
		if bytes.Equal(ref[name], files[name]) {
			continue
		}
		for _, m := range marker.FindAllSubmatch(ref[name], -1) {
			if letter := string(m[1]); first == "" || letter < first {
				first = letter
			}
		}
	}
	for _, s := range lab.Stages {
		if s.Letter >= first {
			stages += s.Letter
		}
	}
	return stages
}

// faults are verdicts that are our own fault, whatever the solution is.
func faults(r *result.Result) []string {
	var lines []string
	for _, c := range r.Cases() {
		refused := c.Verdict == labs.Forbidden || c.Verdict == labs.BuildError
		if !c.Verdict.Graded() || refused && c.Failure == nil { // with a failure it is of what the solution wrote
			lines = append(lines, fmt.Sprintf("%s: %s: %s %s", c.ID, c.Verdict, c.Reason, strings.Join(r.Refused, " ")))
		}
	}
	return lines
}

func allMust(v labs.Verdict) expectation {
	return func(r *result.Result) (lines []string) {
		for _, c := range r.Cases() {
			if c.Verdict != v {
				lines = append(lines, mismatch(c, string(v)))
			}
		}
		return lines
	}
}

// passesBut is for a correct variant, which may miss a budget.
func passesBut(fails []string) expectation {
	return func(r *result.Result) (lines []string) {
		for _, c := range r.Cases() {
			want := labs.Pass
			if slices.Contains(fails, c.ID) {
				want = labs.Fail
			}
			if c.Verdict != want {
				lines = append(lines, mismatch(c, string(want)))
			}
		}
		return lines
	}
}

// killedBy is for a mutant.
func killedBy(cases []string) expectation {
	return func(r *result.Result) (lines []string) {
		if len(cases) == 0 {
			return []string{"its file has no line \"kill: LAB/STAGE/CASE\""}
		}
		for _, id := range cases {
			i := slices.IndexFunc(r.Cases(), func(c result.Case) bool { return c.ID == id })
			if i < 0 {
				lines = append(lines, "there is no case "+id)
			} else if c := r.Cases()[i]; !kills(c) {
				lines = append(lines, mismatch(c, "a failure"))
			}
		}
		return lines
	}
}

func mismatch(c result.Case, want string) string {
	line := fmt.Sprintf("%s gave %s, want %s", c.ID, c.Verdict, want)
	if c.Failure != nil {
		line += fmt.Sprintf(" (seed %d: %s)", c.Failure.Seed, c.Reason)
	}
	return line
}

// overSpecimens does something with each specimen, as many at once as there are lanes,
// and shows what came of it in their order, above the progress. They are built as
// selftest builds them for a proof.
func overSpecimens[T any](ctx context.Context, w *workshop, suite suites.Suite, specimens []specimen, p proof,
	do func(context.Context, lane, specimen) (T, error), show func(io.Writer, specimen, T)) error {
	progress := w.progress(suite.Lab.Name, len(specimens))
	defer progress.end()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wait := w.buildAhead(ctx, suite, specimens, p)
	out := progress.over(w.out)
	results := ordered[T]{show: func(i int, v T) { show(out, specimens[i], v) }}
	all := w.lanes(len(specimens))
	defer all.close()
	return all.each(ctx, len(specimens), func(ctx context.Context, l lane, i int) error {
		wait(i)
		v, err := do(ctx, l, specimens[i])
		if err != nil {
			return fmt.Errorf("%s: %w", specimens[i].name, err)
		}
		results.add(i, v)
		progress.step(len(specimens))
		return nil
	})
}
