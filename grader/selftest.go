package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/result"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

const selftestHelp = "Selftest holds each lab's suite against solutions of which it is known what they are worth:\n" +
	"the reference and its correct variants must pass, the starter code must be not implemented\n" +
	"everywhere, each mutant must be caught by the case that is meant for it, these runs must give\n" +
	"the same hash twice, and no case may be vacuous. What catches what must be as in kills.txt.\n\n" +
	"With --json, standard output gets one JSON object instead, and all else goes to standard error.\n" +
	"Its field labs has an object for each lab:\n\n" +
	"  lab, number  which lab it is\n" +
	"  cases        how many cases its suite has\n" +
	"  solutions    how many solutions they were held against, mutants included\n" +
	"  mutants      how many of those are mutants\n" +
	"  caught       how many mutants were caught by every case that is meant for them\n" +
	"  missed       the names of the other mutants\n" +
	"  seeds        how many runs that took; one that was repeated counts once\n" +
	"  repeated     how many were repeated, to compare the hashes\n" +
	"  errors       how many cases showed a fault of the grader: another hash is one\n" +
	"  fair         how many of the runs were of references and variants\n" +
	"  false        how many cases failed these all the same\n" +
	"  crashes      states that crashes of the reference could leave of a disk,\n" +
	"               and recoveries that it took to check them\n" +
	"  wrong        what is not as it must be, a sentence each; empty if all is well\n" +
	"  elapsed_s    how many seconds the lab took\n\n" +
	"With --explain --json, its field figures has the table's, and wrong what is not as it must be.\n\n" +
	"With --native, no mutant runs, and nothing runs in the machine but to confirm: the reference and a tenth\n" +
	"as often its variants run outside, in virtual time, with many more seeds, and none may fail. Of these\n" +
	"fields, --json then prints lab, number, solutions, seeds (of each case), runs, false, wrong and elapsed_s."

func selftestCommand() *cobra.Command {
	var p proof
	var jobs int
	var explains, native bool
	var only string
	cmd := &cobra.Command{
		Use:   "selftest [LAB...]",
		Short: "Prove the suites: references pass, mutants are caught",
		Long:  selftestHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case p.seeds < 0, p.seeds == 0 && cmd.Flags().Changed("seeds"):
				return fmt.Errorf("--seeds %d: expected a number from 1 on", p.seeds)
			case only != "" && (!explains || len(args) != 1):
				return errors.New("--mutant is for --explain of one lab: it prints the reports of some mutants")
			case explains && p.seeds > 0:
				return errors.New("--explain shrinks the first failure of each mutant: leave out --seeds")
			case native && (explains || p.update):
				return errors.New("--native runs solutions that are right, and writes nothing: leave out --explain and --update")
			case (p.brief || p.whole) && (explains || native || p.update):
				return errors.New("--brief and --whole run less and more of the proof alone: leave out --explain, --native and --update")
			case p.brief && p.whole:
				return errors.New("--brief runs less and --whole more: leave one of them out")
			case explains && p.json && (only != "" || p.update):
				return errors.New("--explain --json prints figures: leave out --mutant and --update")
			}
			of, err := findLabs(args)
			if err != nil {
				return err
			}
			w, err := openWorkshop(cmd, jobs)
			if err != nil {
				return err
			}
			defer w.close()
			if explains {
				return w.explain(cmd.Context(), of, explaining{only: only, update: p.update, json: p.json})
			}
			if native {
				return w.searchSpecimens(cmd.Context(), of, p)
			}
			return w.selftest(cmd.Context(), of, p)
		},
	}
	cmd.Flags().IntVar(&p.seeds, "seeds", 0,
		fmt.Sprintf("how many seeds for each case (default: the case's own number; natively %d)", searchSeeds))
	cmd.Flags().IntVar(&jobs, "jobs", 0, "how many runs at once (default: one for each core)")
	cmd.Flags().BoolVar(&explains, "explain", false, "instead, shrink the failure of each mutant and measure what is left")
	cmd.Flags().BoolVar(&native, "native", false, "instead, run what is right with many seeds outside the machine")
	cmd.Flags().StringVar(&only, "mutant", "",
		"with --explain, print the reports of the mutants with such names, 'log-*'; with --update, write them anew")
	cmd.Flags().BoolVar(&p.brief, "brief", false,
		"mutants run in the cases that are meant for them only, variants with one seed; of kills.txt half is compared")
	cmd.Flags().BoolVar(&p.whole, "whole", false,
		"mutants and variants run in every case with all its seeds, as in a class; of kills.txt half is compared")
	cmd.Flags().BoolVar(&p.update, "update", false, "write kills.txt anew, or with --explain the reports")
	cmd.Flags().BoolVar(&p.json, "json", false, "print JSON, for a program to read")
	return cmd
}

// A proof says how thorough a selftest is.
type proof struct {
	seeds  int  // of each case over solutions that must pass; 0 for the case's own number
	brief  bool // mutants run in the cases that are meant for them only, variants with a glance
	whole  bool // mutants and variants run in all cases with all seeds, as what a student hands in
	update bool // write the kill tables anew
	json   bool // a program reads standard output
}

// glance is how many seeds a mutant gets of the cases of its stages that are not
// meant for it, and how many runs of a variant's cases are repeated. In a brief proof it
// is how many seeds a variant gets, and how many runs of all the others are repeated.
const glance = 1

// trust is how many seeds a correct variant gets of each case of its stages, and how
// many runs of the others are repeated, unless --seeds asks for more.
const trust = 3

// order is what is run over a specimen. The reference and the starter code get all
// that a student's solution gets. A variant gets some of that in the stages whose
// files it changes. A mutant gets all of it in the cases that are meant for it and,
// for the kill table, a glance at the others of their stages; there is none where it
// costs a compilation. In a whole proof they get all that a student's solution gets: what
// only a class would meet is found, such as a bug that keeps a case from its situation,
// which is no verdict.
func (p proof) order(suite suites.Suite, s specimen) grading.Order {
	o := grading.Order{Select: func(c labs.Case) bool {
		if p.whole && (s.mutant || s.variant) || slices.Contains(s.kill, c.ID()) || slices.Contains(s.fails, c.ID()) {
			return true
		}
		whole, _ := suite.Case(c.ID())
		return s.about(c) && !(s.mutant && (p.brief || whole.Derive != nil))
	}}
	o.Seeds = func(c labs.Case) int {
		switch {
		case s.mutant && (p.whole || slices.Contains(s.kill, c.ID())):
			return c.Seeds
		case s.mutant:
			return min(c.Seeds, glance)
		case p.seeds > 0:
			return p.seeds
		case s.variant && p.whole:
			return c.Seeds
		case s.variant && p.brief && !slices.Contains(s.fails, c.ID()):
			return min(c.Seeds, glance)
		case s.variant:
			return min(c.Seeds, trust)
		}
		return c.Seeds
	}
	o.Twice = func(c labs.Case) int { // repeating runs is the slow part
		switch {
		case s.mutant && !slices.Contains(s.kill, c.ID()), s.variant && p.brief:
			return 0
		case s.variant, p.brief:
			return glance
		case p.seeds == 0:
			return trust
		}
		return math.MaxInt
	}
	return o
}

// selftest tests the suites of some labs.
func (w *workshop) selftest(ctx context.Context, of []suites.Suite, p proof) error {
	return overLabs(w, of, p.json, "faultline/selftest/v1", func(s suites.Suite) (labProof, error) { return w.selftestLab(ctx, s, p) })
}

// conclude says all that is wrong.
func (w *workshop) conclude(wrong []string) error {
	if len(wrong) == 0 {
		fmt.Fprintln(w.out, "all is as it must be")
		return nil
	}
	fmt.Fprintf(w.out, "\n%d things are wrong:\n", len(wrong))
	for _, line := range wrong {
		fmt.Fprintln(w.out, "  "+line)
	}
	return errFailed
}

// selftestLab holds a lab's suite against all its specimens.
func (w *workshop) selftestLab(ctx context.Context, suite suites.Suite, p proof) (labProof, error) {
	began := time.Now()
	specimens, err := w.specimens(suite)
	if err != nil {
		return labProof{}, err
	}
	fmt.Fprintf(w.out, "lab %d %s: %d cases, %d solutions\n", suite.Lab.Number, suite.Lab.Name, len(suite.Cases), len(specimens))
	found := newLabProof(suite)
	if p.seeds == 0 { // each case has as many as it is to have
		found.least = suite.Recoveries
	}
	kills := killTable{suite: suite}
	err = overSpecimens(ctx, w, suite, specimens, p, func(ctx context.Context, l lane, s specimen) (*result.Result, error) {
		return l.grader.Grade(ctx, suite, s.sol, p.order(suite, s))
	}, func(_ io.Writer, s specimen, r *result.Result) {
		found.add(suite, s, r, p.order(suite, s))
		kills.add(s.name, r)
	})
	if err != nil {
		return labProof{}, err
	}
	fmt.Fprint(w.out, kills.String())
	if crashes := found.Crashes.String(); crashes != "" {
		fmt.Fprintf(w.out, "the reference: %s\n", crashes)
	}
	if idle := kills.idle(); len(idle) > 0 && !p.brief {
		fmt.Fprintf(w.out, "cases that no mutant needs: %s\n", strings.Join(idle, ", "))
	}
	drift, err := p.drift(filepath.Join(w.root, referenceDir(suite.Lab), "kills.txt"), specimens, kills.String())
	found.Wrong = append(found.Wrong, drift...)
	found.Elapsed = time.Since(began).Seconds()
	return found, err
}
