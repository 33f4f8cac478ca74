package main

import (
	"bytes"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"faultline/grader/internal/autograder"
)

func autograderCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "autograder LAB[/STAGE]",
		Short: "Make the archive that Gradescope takes as an autograder",
		Long: "Autograder writes a zip for Gradescope's \"Configure Autograder\" page. In it are setup.sh, run_autograder\n" +
			"and this tree without labs/internal, the staff's part. An assignment is a lab, or a stage of it; its\n" +
			"points are those that \"grader list\" shows. A student hands in the files of the lab, or its folder.\n\n" +
			"Choose a large container: a submission is compiled in it.",
		Args: oneArg,
		RunE: func(_ *cobra.Command, args []string) error { return writeAutograder(args[0], out) },
	}
	cmd.Flags().StringVar(&out, "out", "out/autograder.zip", "file to write")
	return cmd
}

func writeAutograder(what, out string) error {
	s, err := parseSelection(what)
	if err != nil {
		return err
	}
	if s.name != "" {
		return errors.New("an assignment is a lab or a stage: leave out the case")
	}
	root, err := findRoot()
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	a := autograder.Assignment{Lab: s.suite.Lab, Part: strings.TrimSuffix(s.suite.Lab.Name+"/"+s.stage, "/")}
	if err := autograder.Gradescope(&archive, os.DirFS(root), a); err != nil {
		return err
	}
	return writeOutput(out, archive.String())
}
