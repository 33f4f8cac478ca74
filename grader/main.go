// Grader runs the labs: for a student one solution, for an instructor a class,
// for a maintainer the proof that the suites are right. Each command is in a
// file of its own; "grader help" lists them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"faultline/grader/internal/machine"
)

// Exit codes of the grader.
const (
	exitPass  = 0
	exitFail  = 1 // something that was graded did not pass
	exitUsage = 2 // bad use, or a fault of ours
)

// errFailed ends a command that did its work and found something that did not
// pass. All has been said by then.
var errFailed = errors.New("failed")

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // who interrupts twice means it: nothing is lost by that
	root := command()
	root.SetArgs(args)
	switch err := root.ExecuteContext(ctx); {
	case err == nil:
		return exitPass
	case errors.Is(err, errFailed):
		return exitFail
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "grader: stopped")
		return exitUsage
	default:
		say(os.Stderr, "grader: "+machine.Clean(err.Error()))
		return exitUsage
	}
}

// say prints a text, on a terminal without breaking words.
func say(w io.Writer, text string) {
	if width := columns(w); width > 0 {
		lines := strings.Split(text, "\n")
		for i, line := range lines {
			lines[i] = fold(line, width)
		}
		text = strings.Join(lines, "\n")
	}
	fmt.Fprintln(w, text)
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:   "grader",
		Short: "Run, grade and explain the labs",
		Long: "Grader runs the labs' cases over solutions in a virtual machine, where a run depends on the\n" +
			"solution, the case, the seed and the plan of faults alone, and explains what went wrong.\n\n" +
			"It exits with 0 if all passed, 1 if something did not, 2 for bad use or a fault of its own.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          knownCommand,
		RunE:          func(root *cobra.Command, _ []string) error { return root.Help() },

		SuggestionsMinimumDistance: 2,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCommand())
	root.AddCommand(listCommand(), testCommand(), replayCommand(), gradeCommand(), regradeCommand(),
		mergeCommand(), marksCommand(), seedsCommand(), exportCommand(), autograderCommand(),
		demoCommand(), selftestCommand(), mutateCommand(), skeletonCommand(), kitCommand(), similarCommand(), runCommand(), benchCommand(),
		workerCommand())
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "Flags.FlagUsages", fmt.Sprintf("Flags.FlagUsagesWrapped %d", helpWidth)))
	narrow(root)
	return root
}

// workerCommand is how the grader starts its own workers.
func workerCommand() *cobra.Command {
	return &cobra.Command{
		Use: "worker", Hidden: true, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return machine.Serve(cmd.Context(), os.Stdin, os.Stdout)
		},
	}
}
