package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"faultline/grader/internal/class"
	"faultline/grader/internal/handin"
)

type regradeFlags struct {
	gradeFlags
	student, part string
}

func regradeCommand() *cobra.Command {
	var f regradeFlags
	cmd := &cobra.Command{
		Use:   "regrade DIR",
		Short: "Grade a student, a lab or a case again; say what has changed",
		Long: "Regrade runs again what the flags name, whether it has changed or not, of a class that has been graded\n" +
			"into --out, with the seeds that were used then. It says in what the new results differ from the old.",
		Example: "  grader regrade submissions --student carl\n" +
			"  grader regrade submissions --part messaging/B/lost-ack   one case, of all\n" +
			"  grader regrade submissions --student carl --part kv      one lab",
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error { return runRegrade(cmd, args[0], f) },
	}
	cmd.Flags().StringVar(&f.out, "out", "out/grades", "folder of the reports")
	cmd.Flags().StringVar(&f.student, "student", "", "only this submission")
	cmd.Flags().StringVar(&f.part, "part", "", "only this LAB, LAB/STAGE or LAB/STAGE/CASE")
	cmd.Flags().StringVar(&f.seeds, "seeds-file", "", "other seeds for the class (default: those of the last grading)")
	cmd.Flags().IntVar(&f.jobs, "jobs", 0, "how many runs at once (default: one for each core)")
	cmd.Flags().DurationVar(&f.shrink, "shrink", classShrinkTime, "time limit of the search for small failing runs, of each; 0: do not search")
	return cmd
}

func runRegrade(cmd *cobra.Command, dir string, f regradeFlags) error {
	if f.student == "" && f.part == "" {
		return errors.New("say what: --student NAME, --part LAB or --part LAB/STAGE/CASE, or both")
	}
	old, err := readManifest(f.out)
	if err != nil {
		return err
	}
	order, err := f.order()
	if err != nil {
		return err
	}
	if f.seeds == "" {
		if name, most := mostSeeds(); len(old.Seeds) > 0 && len(old.Seeds) < most {
			return fmt.Errorf("the last grading had %d seeds, and %s needs %d now: name a longer list with --seeds-file",
				len(old.Seeds), name, most)
		}
		order.SeedList = old.Seeds
	}
	order.All = old.All
	var s selection
	if f.part != "" {
		if s, err = parseSelection(f.part); err != nil {
			return err
		}
		f.labs = s.suite.Lab.Name
		order.Select = s.matches
	} else {
		f.labs = strings.Join(old.Labs, ",")
	}
	w, err := openWorkshop(cmd, f.jobs)
	if err != nil {
		return err
	}
	defer w.close()
	b, err := w.batch(dir, f.gradeFlags, order)
	if err != nil {
		return err
	}
	defer b.unlock()
	b.old, b.anew, b.some = old, true, s.stage+s.name != ""
	if b.todo, err = b.only(f.student); err != nil {
		return err
	}
	return b.regrade(cmd)
}

// only are the submissions that are graded again.
func (b *batch) only(student string) ([]handin.Submission, error) {
	here := b.old.Here()
	mine := func(name string) bool { return slices.Contains(here, name) }
	if student == "" {
		return slices.DeleteFunc(b.todo, func(s handin.Submission) bool { return !mine(s.Name) }), nil
	}
	i := slices.IndexFunc(b.todo, func(s handin.Submission) bool { return s.Name == student })
	switch {
	case !mine(student):
		return nil, fmt.Errorf("%s has no results of %q: \"grader grade\" grades who is new", filepath.ToSlash(b.out), student)
	case i < 0:
		return []handin.Submission{{Name: student}}, nil // who is on the roster only
	}
	return b.todo[i : i+1], nil
}

// regrade grades again and says what has changed.
func (b *batch) regrade(cmd *cobra.Command) error {
	var mu sync.Mutex
	changed := map[string][]string{}
	b.graded = func(name string, lines []string) {
		mu.Lock()
		defer mu.Unlock()
		changed[name] = lines
	}
	bar := b.bar("labs graded again")
	out, same := bar.over(b.workshop.out), 0
	// What has changed is said as it is written: who stops this here has read of it.
	rows := ordered[*class.Record]{show: func(_ int, rec *class.Record) {
		mu.Lock()
		defer mu.Unlock()
		if len(changed[rec.Name]) == 0 {
			same++
		}
		for _, line := range changed[rec.Name] {
			fmt.Fprintf(out, "%s  %s\n", shown(rec.Name), line)
		}
	}}
	err := b.each(cmd.Context(), rows.add)
	bar.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(b.workshop.out, "%d of %d submissions are as they were\n", same, len(b.todo))
	ours, err := writeClassIndex(b.out, b.old)
	return cmp.Or(err, ours)
}
