package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

// variantShare is which part of the seeds a variant gets in a native search, where the
// reference gets all.
const variantShare = 10

// A nativeProof is what a native search says of one lab, over the reference and its
// variants; "selftest --help" explains its JSON form.
type nativeProof struct {
	Lab       string   `json:"lab"`
	Number    int      `json:"number"`
	Solutions int      `json:"solutions"`
	Seeds     int      `json:"seeds"`
	Runs      int      `json:"runs"`
	False     int      `json:"false"`
	Wrong     []string `json:"wrong"`
	Elapsed   float64  `json:"elapsed_s"`
}

// searchSpecimens searches the solutions that are right for a seed that fails them.
func (w *workshop) searchSpecimens(ctx context.Context, of []suites.Suite, p proof) error {
	return overLabs(w, of, p.json, "faultline/native/v1", func(s suites.Suite) (nativeProof, error) { return w.searchLab(ctx, s, p) })
}

func (w *workshop) searchLab(ctx context.Context, suite suites.Suite, p proof) (nativeProof, error) {
	began := time.Now()
	found := nativeProof{Lab: suite.Lab.Name, Number: suite.Lab.Number, Seeds: cmp.Or(p.seeds, searchSeeds), Wrong: []string{}}
	specimens, err := w.specimens(suite)
	if err != nil {
		return found, err
	}
	for _, s := range specimens {
		if !s.correct {
			continue
		}
		h := hunt{name: s.name, suite: suite, sol: s.sol, first: 1, seeds: found.Seeds}
		if s.variant {
			h.seeds = (found.Seeds + variantShare - 1) / variantShare
		}
		h.cases = searchable(suite, func(c labs.Case) bool { return s.about(c) && !slices.Contains(s.fails, c.ID()) })
		if err := w.searchOne(ctx, h, &found); err != nil {
			return found, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	found.Elapsed = time.Since(began).Seconds()
	fmt.Fprintf(w.out, "lab %d %s: %d solutions, %s runs natively, %d cases failed\n",
		found.Number, found.Lab, found.Solutions, thousands(found.Runs), found.False)
	return found, nil
}

// searchOne adds what is found of one solution, and what the machine says of it.
func (w *workshop) searchOne(ctx context.Context, h hunt, found *nativeProof) error {
	b, err := w.hunt(ctx, h)
	if err != nil {
		return err
	}
	found.Solutions++
	found.Runs += b.runs
	found.False += len(b.hits)
	for _, hit := range b.hits {
		r, err := w.confirm(ctx, h, hit, grading.Order{})
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%s: %s with seed %d fails natively, and gives %s in the machine", h.name, hit.c.ID(), hit.seed, r.Cases()[0].Verdict)
		fmt.Fprintln(w.out, line)
		found.Wrong = append(found.Wrong, line)
	}
	return nil
}
