package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"faultline/grader/internal/class"
	"faultline/grader/internal/export"
	"faultline/grader/internal/result"
	"faultline/labs"
)

func exportCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "export FORMAT FILE|DIR",
		Short: "Write results for Gradescope and others, or a gradebook",
		Long: "Export writes what \"grader test\" and \"grader grade\" found in another format:\n\n" + exportTable() +
			"\nFILE is the LAB.json of one result; DIR is the folder that \"grader grade\" wrote.\n\n" +
			"A fault of the grader never becomes a zero: a format that has no word for it is refused, and the\n" +
			"exit code is 2. Else it is 0, whatever the score.",
		Example: "  grader export gradescope out/messaging.json --out results.json\n" +
			"  grader export csv out/grades --out grades.csv",
		Args: formatAndSource,
		RunE: func(cmd *cobra.Command, args []string) error { return runExport(cmd, args[0], args[1], out) },
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	return cmd
}

// exportTable lists the formats for people.
func exportTable() string {
	var b strings.Builder
	for _, f := range export.All() {
		from := "FILE"
		if f.Class {
			from = "DIR"
		}
		fmt.Fprintf(&b, "  %-12s  %-4s  %s\n", f.Name, from, f.About)
	}
	return b.String()
}

// formatAndSource wants the two arguments of export.
func formatAndSource(cmd *cobra.Command, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("export needs a FORMAT and a FILE or DIR: \"%s --help\" lists the formats", cmd.CommandPath())
	}
	return nil
}

func runExport(cmd *cobra.Command, name, from, out string) error {
	format, ok := export.Find(name)
	if !ok {
		return fmt.Errorf("there is no format %q: \"grader export --help\" lists them", name)
	}
	in, err := exportInput(cmd, format, from)
	if err != nil {
		return err
	}
	text, err := format.Write(in)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.ToSlash(from), err)
	}
	if out == "" {
		_, err = cmd.OutOrStdout().Write(text)
		return err
	}
	return writeOutput(out, string(text))
}

// exportInput reads what a format is written from.
func exportInput(cmd *cobra.Command, format export.Format, from string) (in export.Input, err error) {
	if format.Class {
		in.Class, err = readClass(cmd, from)
		return in, err
	}
	if in.Result, err = readResult(from); err != nil {
		return in, err
	}
	if format.Name == "classroom50" {
		committed, err := committed(cmd)
		if err != nil {
			return in, err
		}
		in.Repository = export.RepositoryFrom(os.Getenv, committed)
	}
	return in, nil
}

// readResult reads the canonical file of one result.
func readResult(file string) (*result.Result, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s (%w): name the LAB.json of a result", filepath.ToSlash(file), cause(err))
	}
	r, err := result.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.ToSlash(file), err)
	}
	return r, nil
}

// readClass reads what "grader grade" wrote: of each of the class a folder, and in it
// a file for each lab. A folder of somebody who is not of the class any more is passed
// over.
func readClass(cmd *cobra.Command, dir string) ([]export.Submission, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	if !m.Done {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %s is not graded to its end: some of it may be of an earlier grading\n", filepath.ToSlash(dir))
	}
	var class []export.Submission
	for _, name := range m.Here() {
		s, err := readSubmission(dir, name)
		if err != nil {
			return nil, err
		}
		if len(s.Results)+len(s.Missing) == 0 {
			return nil, noResult(dir, name)
		}
		for _, r := range s.Results {
			if err := fault(r); err != nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "note: %s has no points for %s: %v\n", shown(name), r.Lab, err)
			}
		}
		class = append(class, s)
	}
	return class, nil
}

// readSubmission reads the results of one submission of a class.
func readSubmission(dir, name string) (export.Submission, error) {
	s := export.Submission{Name: name}
	rec, err := class.ReadRecord(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	if rec != nil {
		s.Refused = rec.Refused
		for _, l := range rec.Labs {
			if !l.HandedIn {
				s.Missing = append(s.Missing, l.Name)
			}
		}
	}
	for _, lab := range labs.All() {
		file := filepath.Join(dir, name, lab.Name+".json")
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		r, err := readResult(file)
		if err != nil {
			return s, err
		}
		if r.Lab != lab.Name {
			return s, fmt.Errorf("%s is a result of lab %s: somebody has renamed it", filepath.ToSlash(file), r.Lab)
		}
		s.Results = append(s.Results, r)
	}
	return s, nil
}

// committed is when the commit was made that is checked out here. Classroom 50 calls
// an autograder in the student's checkout, and wants this instant, not that of the
// grading.
func committed(cmd *cobra.Command) (time.Time, error) {
	git := exec.CommandContext(cmd.Context(), "git", "show", "--no-patch", "--no-show-signature", "--format=%cI", "HEAD")
	text, err := git.Output()
	if err != nil {
		return time.Time{}, fmt.Errorf("git does not know a commit here (%w): run this in the student's checkout", err)
	}
	return time.Parse(time.RFC3339, strings.TrimSpace(string(text)))
}
