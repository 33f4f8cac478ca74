package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/mutate"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

func mutateCommand() *cobra.Command {
	var o mutateOrder
	var jobs int
	cmd := &cobra.Command{
		Use:   "mutate [LAB...]",
		Short: "Hold the suites against mechanical mutants of the references",
		Long: "Mutate makes small changes in a lab's reference by rule: conditions that are negated, statements\n" +
			"that are missing or swapped, numbers that are off by one. It runs the lab's cases over each until\n" +
			"one catches it, and lists what no case catches, and which parts of the reference no case comes to.\n" +
			"Each of these must stand in survivors.txt beside the reference, with the reason why it is harmless.\n\n" +
			"With --json, standard output gets one JSON object instead, and all else goes to standard error.\n" +
			"Its field labs has an object for each lab:\n\n" +
			"  lab, number  which lab it is\n" +
			"  mutants      how many mutants were made\n" +
			"  killed       how many of them a case caught, by the verdict that it gave\n" +
			"  unreached    how many are in a part of the reference that no case comes to\n" +
			"  survivors    the others: id, line, was, now, and why that is harmless\n" +
			"  gaps         the parts that no case comes to: id, line, was, and why\n" +
			"  wrong        all that is not as it must be, a sentence each\n" +
			"  elapsed_s    how many seconds the lab took",
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.sample < 0:
				return fmt.Errorf("--sample %d: expected a number from 1 on, or 0 for all", o.sample)
			case o.seeds < 0, o.seeds == 0 && cmd.Flags().Changed("seeds"):
				return fmt.Errorf("--seeds %d: expected a number from 1 on", o.seeds)
			case o.seeds > 0 && o.update:
				return errors.New("--update writes what no case catches with all its seeds: leave out --seeds")
			}
			of, err := findLabs(args)
			if err != nil {
				return err
			}
			w, err := openWorkshop(cmd, jobs)
			if err != nil {
				return err
			}
			defer func() { w.close() }() // of the pool that it has then
			w.limit(mutantCPU)
			return w.mutate(cmd.Context(), of, o)
		},
	}
	cmd.Flags().IntVar(&o.sample, "sample", sampleSize, "how many mutants of each lab; 0 for all that there are")
	cmd.Flags().IntVar(&o.seeds, "seeds", 0, "at most so many seeds of each case, for a quick look (default: the case's own number)")
	cmd.Flags().IntVar(&jobs, "jobs", 0, "how many runs at once (default: one for each core)")
	cmd.Flags().BoolVar(&o.update, "update", false, "put what is new into survivors.txt, without a reason, and take out what is caught now")
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON, for a program to read")
	return cmd
}

// sampleSize is how many mutants a lab gets, unless it is said. With seven labs these
// are more than a thousand.
const sampleSize = 150

// mutantCPU is what a run of a mechanical mutant may compute: less than a student's,
// because many of them never stop. The longest run of a reference takes a twentieth of
// it.
const mutantCPU = 2 * time.Second

// A mutateOrder says what to do with each lab.
type mutateOrder struct {
	sample int  // of the mutants; 0 for all
	seeds  int  // of each case, at most; 0 for its own number
	update bool // the list of survivors
	json   bool // a program reads standard output
}

// limit replaces the pool by one whose runs may compute only so long.
func (w *workshop) limit(cpu time.Duration) {
	w.pools.CPULimit = cpu
	w.pool.Close()
	w.pool = machine.NewPool(w.pools)
	w.grader.Pool = w.pool
}

// mutate holds the suites of some labs against mechanical mutants.
func (w *workshop) mutate(ctx context.Context, of []suites.Suite, o mutateOrder) error {
	return overLabs(w, of, o.json, "faultline/mutate/v1", func(s suites.Suite) (bankProof, error) {
		found, err := w.mutateLab(ctx, s, o)
		if err != nil {
			return found, fmt.Errorf("lab %s: %w", s.Lab.Name, err)
		}
		found.show(w.out)
		return found, nil
	})
}

func (w *workshop) mutateLab(ctx context.Context, suite suites.Suite, o mutateOrder) (p bankProof, err error) {
	began := time.Now()
	b, err := w.openBank(ctx, suite, o)
	if err != nil {
		return p, err
	}
	if err := w.runBank(ctx, b); err != nil {
		return p, err
	}
	p = b.proof()
	path := filepath.Join(w.root, referenceDir(suite.Lab), survivorsFile)
	known, err := readSurvivors(path)
	if err != nil {
		return p, err
	}
	if o.update {
		known.update(b, p)
		err = writeFile(path, known.String())
	}
	known.judge(b, &p)
	p.Elapsed = time.Since(began).Seconds()
	return p, err
}

// A bank is the mechanical mutants of a lab, and what has become of them.
type bank struct {
	suite    suites.Suite
	source   *mutate.Source
	coverage *coverage
	mutants  []mutate.Mutant
	ends     []labs.Verdict // of each mutant: what killed it; "" for nothing
}

// openBank makes the mutants, and finds out which runs come to which statements.
func (w *workshop) openBank(ctx context.Context, suite suites.Suite, o mutateOrder) (*bank, error) {
	ref, err := w.reference(suite.Lab)
	if err != nil {
		return nil, err
	}
	deps, err := mutate.Dependencies(ctx, w.root, "./"+referenceDir(suite.Lab))
	if err != nil {
		return nil, err
	}
	b := &bank{suite: suite}
	if b.source, err = mutate.Load("faultline/"+referenceDir(suite.Lab), ref.Files, deps); err != nil {
		return nil, err
	}
	if b.coverage, err = w.cover(ctx, suite, b.source, o.seeds); err != nil {
		return nil, err
	}
	b.mutants = b.source.Sample(o.sample)
	b.ends = make([]labs.Verdict, len(b.mutants))
	return b, nil
}
