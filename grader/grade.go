package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"faultline/grader/internal/class"
	"faultline/grader/internal/grading"
)

// classShrinkTime bounds what goes into a failing case of a class. It is far from
// what the runs and events of the budget take, which are the same on every machine.
const classShrinkTime = 2 * time.Minute

type gradeFlags struct {
	out, labs, seeds, shard, roster, policy string
	jobs                                    int
	shrink                                  time.Duration
}

func gradeCommand() *cobra.Command {
	var f gradeFlags
	cmd := &cobra.Command{
		Use:   "grade DIR",
		Short: "Grade a class: every folder, zip or tar.gz in DIR is a submission",
		Long: "Grade runs all labs over each submission in DIR and writes a report and a result for each. A\n" +
			"submission has a folder for each lab (messaging/), or, for a single lab, the lab's files themselves.\n\n" +
			"What has been graded and has not changed since is not run again. So a grading that was ended at any\n" +
			"moment goes on where it was when it is started again, and gives what it would have given.\n\n" +
			"It exits with 0 when the class has been graded, whatever came out, and with 2 if something could not\n" +
			"be graded by a fault of the grader.",
		Example: "  grader grade submissions --out out/grades --seeds-file seeds.txt\n" +
			"  grader grade submissions --out out/part1 --shard 1/4   one part of four",
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error { return runGrade(cmd, args[0], f) },
	}
	cmd.Flags().StringVar(&f.out, "out", "out/grades", "folder for the reports")
	cmd.Flags().StringVar(&f.labs, "labs", "", "only these labs, by number or name, separated by commas")
	cmd.Flags().StringVar(&f.seeds, "seeds-file", "", "the class's seeds, one a line (default: those that students run)")
	cmd.Flags().StringVar(&f.shard, "shard", "", "I/N: only the I-th of N parts of the class; \"grader merge\" joins them")
	cmd.Flags().StringVar(&f.roster, "roster", "", "who is in the class, a name a line; who handed in nothing is listed")
	cmd.Flags().StringVar(&f.policy, "policy", "", "a YAML file that says what results are worth; marks go to staff/marks.csv")
	cmd.Flags().IntVar(&f.jobs, "jobs", 0, "how many runs at once (default: one for each core)")
	cmd.Flags().DurationVar(&f.shrink, "shrink", classShrinkTime, "time limit of the search for small failing runs, of each; 0: do not search")
	return cmd
}

func runGrade(cmd *cobra.Command, dir string, f gradeFlags) error {
	order, err := f.order()
	if err != nil {
		return err
	}
	w, err := openWorkshop(cmd, f.jobs)
	if err != nil {
		return err
	}
	defer w.close()
	ours, err := w.gradeClass(cmd.Context(), dir, f, order)
	if err == nil && f.policy != "" && f.shard == "" {
		err = writeMarks(cmd, f.out, f.policy)
	}
	return cmp.Or(err, ours)
}

// order is what the flags ask for of each submission.
func (f gradeFlags) order() (o grading.Order, err error) {
	if o.Explain, err = explain(f.shrink); err != nil {
		return o, err
	}
	if f.policy != "" {
		p, err := readPolicy(f.policy)
		if err != nil {
			return o, err
		}
		o.All = len(p.Curve) > 0
	}
	if f.seeds != "" {
		o.SeedList, err = readSeeds(f.seeds)
	}
	return o, err
}

// orderText is all of an order that a result depends on.
func orderText(o grading.Order) string {
	text := fmt.Sprintf("seeds %d list %d all %t", o.FirstSeed, o.SeedList, o.All)
	if o.Explain != nil && o.Explain.Time > 0 {
		text += fmt.Sprintf(" shrink %d runs %d events %v", o.Explain.Runs, o.Explain.Events, o.Explain.Time)
	}
	return text
}

// gradeClass grades a class. The first error is of the first result that is no verdict.
func (w *workshop) gradeClass(ctx context.Context, dir string, f gradeFlags, o grading.Order) (ours, err error) {
	b, err := w.batch(dir, f, o)
	if err != nil {
		return nil, err
	}
	defer b.unlock()
	return b.run(ctx)
}

// manifest is what the results of a batch are of.
func (b *batch) manifest() *class.Manifest {
	m := &class.Manifest{Schema: class.ManifestSchema, Class: filepath.Base(filepath.Clean(b.dir)),
		Tree: b.keys.Tree(), Order: b.keys.Order(), Shard: b.shard, Submissions: b.names, Seeds: b.order.SeedList, All: b.order.All}
	for _, suite := range b.labs {
		m.Labs = append(m.Labs, suite.Lab.Name)
	}
	return m
}
