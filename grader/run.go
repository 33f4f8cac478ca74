package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/report"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// A tests value is what "grader run" was asked for.
type tests struct {
	pkg   string
	flags []string // for the test binary, as they were typed
	seed  uint64   // the only one; 0 for many
	seeds int
	jobs  int
	limit time.Duration // of CPU time, for a run
}

func runCommand() *cobra.Command {
	var t tests
	cmd := &cobra.Command{
		Use:   "run PKG [-- TEST-FLAGS]",
		Short: "Run any Go test package in the virtual machine",
		Long: "Run compiles the tests of a package, named as for go test, and performs them in the machine, once\n" +
			"for each seed. There the clock jumps when every goroutine waits, and the seed decides the order of\n" +
			"maps, the choices of select, math/rand and, for packages of this module, who gets a lock first. So\n" +
			"a test that fails with a seed always fails with it.\n\n" +
			"The tests have no network and no processes. They read the files of the package's folder, and write\n" +
			"below os.TempDir(). A test that hangs is ended after 10 minutes of virtual time (-timeout says\n" +
			"otherwise), and the goroutines that wait are listed.",
		Example: "  grader run ./mylab\n" +
			"  grader run ./mylab --seeds 1000 -- -run Transfer\n" +
			"  grader run ./mylab --seed 17 -- -run Transfer   the run that failed, again",
		Args: func(cmd *cobra.Command, args []string) error {
			if at := cmd.ArgsLenAtDash(); at == 1 || at < 0 && len(args) == 1 {
				return nil
			}
			return errors.New("run needs one PKG, and flags of go test behind --: \"grader run ./mylab -- -run Transfer\"")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			t.pkg, t.flags = args[0], args[1:]
			switch {
			case t.seed == 0 && cmd.Flags().Changed("seed"):
				return errors.New("--seed 0: expected a number from 1 on")
			case t.seeds < 1:
				return fmt.Errorf("--seeds %d: expected a number from 1 on", t.seeds)
			case t.limit <= 0:
				return fmt.Errorf("--limit %v: expected a time such as 60s", t.limit)
			}
			w, err := openWorkshop(cmd, t.jobs)
			if err != nil {
				return err
			}
			defer w.close()
			return w.runTests(cmd.Context(), t)
		},
	}
	cmd.Flags().Uint64Var(&t.seed, "seed", 0, "the only seed, from 1 on; prints all that the tests print")
	cmd.Flags().IntVar(&t.seeds, "seeds", 10, "how many seeds, from 1 on")
	cmd.Flags().IntVar(&t.jobs, "jobs", 0, "how many runs at once (default: one for each core)")
	cmd.Flags().DurationVar(&t.limit, "limit", time.Minute, "how much CPU time a run may take")
	return cmd
}

// args are the flags for the test binary: as go test takes them, or with the
// prefix test. that they have there.
func (t tests) args() []string {
	args := []string{"-test.timeout=10m"}
	own := false // flags behind -args are the package's own
	for _, flag := range t.flags {
		name := strings.TrimLeft(flag, "-")
		switch {
		case own:
		case name == "args" && name != flag:
			own = true
			continue
		case name != flag && !strings.HasPrefix(name, "test."):
			flag = "-test." + name
		}
		args = append(args, flag)
	}
	if t.seed != 0 {
		args = slices.Insert(args, 1, "-test.v")
	}
	return args
}

func (w *workshop) runTests(ctx context.Context, t tests) error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	bin, err := w.builder.TestBinary(ctx, dir, t.pkg)
	if broken := (*machine.BuildError)(nil); errors.As(err, &broken) {
		fmt.Fprintf(w.out, "%s does not compile:\n%s\n", t.pkg, strings.TrimRight(broken.Text, "\n"))
		return errFailed
	}
	if err != nil {
		return err
	}
	if !bin.Seeded {
		fmt.Fprintf(w.err, "note: %s is not in this module: its locks are no scheduling points\n", bin.Package)
	}
	if t.seed != 0 {
		run, err := w.pool.Test(ctx, machine.TestTask{Binary: bin, Seed: t.seed, Args: t.args()}, t.limit)
		if err != nil {
			return err
		}
		w.tellTests(bin, run)
		fmt.Fprintf(w.out, "%s with seed %d: %s after %v of virtual time, hash %s\n",
			bin.Package, t.seed, run.Verdict, run.Virtual, run.Hash)
		return testsFailed(run)
	}
	return w.runSeeds(ctx, bin, t)
}

// runSeeds performs the tests with many seeds, and tells of the first that fails.
func (w *workshop) runSeeds(ctx context.Context, bin machine.TestBinary, t tests) error {
	runs := make([]machine.Run, t.seeds)
	progress := w.progress("run", t.seeds)
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(w.grader.Workers)
	for i := range runs {
		group.Go(func() (err error) {
			defer progress.step(t.seeds)
			runs[i], err = w.pool.Test(running, machine.TestTask{Binary: bin, Seed: uint64(i + 1), Args: t.args()}, t.limit)
			if runs[i].Verdict == labs.Pass {
				runs[i].Events = nil // of ten thousand seeds it is gigabytes
			}
			return err
		})
	}
	err := group.Wait()
	progress.end()
	if err != nil {
		return err
	}
	var failed []string
	first := -1
	longest := time.Duration(0)
	for i, run := range runs {
		longest = max(longest, run.Virtual)
		if run.Verdict != labs.Pass {
			failed = append(failed, fmt.Sprint(i+1))
			if first < 0 {
				first = i
			}
		}
	}
	if first < 0 {
		fmt.Fprintf(w.out, "ok    %s  %d of %d seeds, up to %v of virtual time\n", bin.Package, t.seeds, t.seeds, longest)
		return nil
	}
	w.tellTests(bin, runs[first])
	fmt.Fprintf(w.out, "FAIL  %s  with %d of %d seeds: %s\nagain: grader run %s --seed %d%s\n",
		bin.Package, len(failed), t.seeds, someOf(failed, 10), report.Quote(t.pkg), first+1, t.typed())
	return testsFailed(runs[first])
}

// typed are the flags of the test binary, as part of a command.
func (t tests) typed() string {
	if len(t.flags) == 0 {
		return ""
	}
	text := " --"
	for _, f := range t.flags {
		text += " " + report.Quote(f)
	}
	return text
}

// someOf lists the first few of many words.
func someOf(words []string, n int) string {
	if len(words) > n {
		return strings.Join(words[:n], ", ") + ", …"
	}
	return strings.Join(words, ", ")
}

func testsFailed(run machine.Run) error {
	switch run.Verdict {
	case labs.Pass:
		return nil
	case labs.GraderError:
		return errors.New(run.Actual)
	}
	return errFailed
}

// tellTests prints what the tests printed, and how they ended if that was before
// their end.
func (w *workshop) tellTests(bin machine.TestBinary, run machine.Run) {
	for _, e := range run.Events {
		if e.Kind == trace.Log {
			fmt.Fprintf(w.out, "%10.3fs  %s\n", e.At.Seconds(), e.Text)
		} else {
			fmt.Fprintln(w.out, e)
		}
	}
	if !run.Died() {
		return
	}
	limit, hung := run.Hung()
	switch {
	case hung:
		fmt.Fprintf(w.out, "\nit hung: after %s of virtual time the tests had not ended\n", limit)
	default:
		fmt.Fprintf(w.out, "\n%s: %s\n", run.Verdict, run.Actual)
	}
	if hung || run.Verdict == labs.Deadlock {
		w.tellWaiting(bin, run.Dump)
	} else if run.Dump != "" {
		fmt.Fprintf(w.out, "%s\n", strings.TrimRight(run.Dump, "\n"))
	}
}

// tellWaiting lists the goroutines of the package that wait, those at one place in
// one line.
func (w *workshop) tellWaiting(bin machine.TestBinary, dump string) {
	var places []string
	count := map[string]int{}
	others := 0
	for _, g := range labtest.Goroutines(dump) {
		frame, mine := g.Of(bin.Package)
		if !mine {
			frame, mine = g.Of(bin.Package + "_test")
		}
		if !mine {
			others++
			continue
		}
		state, _, _ := strings.Cut(g.State, ",") // and since when
		place := fmt.Sprintf("%-20s %-24s %s", state, frame.Position(), frame.Func[strings.LastIndex(frame.Func, "/")+1:])
		if count[place]++; count[place] == 1 {
			places = append(places, place)
		}
	}
	for _, place := range places {
		fmt.Fprintf(w.out, "  %3d × %s\n", count[place], place)
	}
	fmt.Fprintf(w.out, "  %3d others, in none of its functions\n", others)
}
