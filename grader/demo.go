package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"faultline/grader/internal/mutant"
	"faultline/grader/internal/suites"
)

func demoCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "demo [LAB...]",
		Short: "Grade a sample class",
		Long: "Demo lays out a small class and grades it: one student with everything right, one who has not\n" +
			"begun, and some with one bug each. All labs take some minutes; one, much less.",
		RunE: func(cmd *cobra.Command, args []string) error {
			of, err := findLabs(args)
			if err != nil {
				return err
			}
			w, err := openWorkshop(cmd, 0)
			if err != nil {
				return err
			}
			defer w.close()
			class := filepath.Join(out, "class")
			if err := w.sampleClass(class, of); err != nil {
				return err
			}
			grades := filepath.Join(out, "grades")
			f := gradeFlags{out: grades, labs: strings.Join(args, ","), shrink: classShrinkTime}
			order, err := f.order()
			if err != nil {
				return err
			}
			if ours, err := w.gradeClass(cmd.Context(), class, f, order); err != nil || ours != nil {
				return cmp.Or(err, ours)
			}
			fmt.Fprintf(w.out, "begin with a failure, explained: %s\n", filepath.ToSlash(filepath.Join(grades, "carl", studentPage)))
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "out/demo", "folder for the class and its reports")
	return cmd
}

// bugs are what some students of the sample have wrong: by lab, the names of
// mutants.
func bugs() map[string]map[string]string {
	return map[string]map[string]string{
		"messaging": {
			"carl": "once-no-dedupe",
			"dora": "mailbox-cancel-keeps-lock",
			"emil": "packet-truncated-panics",
		},
		"rpc": {
			"carl": "runtime-no-table",
			"dora": "marshal-length-trusted",
			"emil": "marshal-truncated-panics",
		},
		"kv": {
			"carl": "retry-failure-forgotten",
			"dora": "log-unsynced",
			"emil": "version-begins-again",
		},
		"ring":    {"carl": "c-dead-between"},
		"quorum":  {"carl": "c-ack-unsynced"},
		"commit":  {"carl": "ready-not-forced"},
		"journal": {"carl": "log-one-flush"},
	}
}

// sampleClass writes the submissions of a small class for some labs.
func (w *workshop) sampleClass(dir string, of []suites.Suite) error {
	for _, suite := range of {
		lab := suite.Lab
		ref, err := w.reference(lab)
		if err != nil {
			return err
		}
		starter, err := w.solution(lab, "")
		if err != nil {
			return err
		}
		class := map[string]map[string][]byte{"anna": ref.Files, "bert": starter.Files}
		mutants, err := mutant.Load(filepath.Join(w.root, referenceDir(lab), "mutants"))
		if err != nil {
			return err
		}
		for student, name := range bugs()[lab.Name] {
			for _, m := range mutants {
				if m.Name == name {
					if class[student], err = m.Apply(ref.Files); err != nil {
						return err
					}
				}
			}
			if class[student] == nil {
				return fmt.Errorf("the sample class needs the mutant %q of lab %s", name, lab.Name)
			}
		}
		for student, files := range class {
			if err := writeTree(filepath.Join(dir, student, lab.Name), files); err != nil {
				return err
			}
		}
	}
	return nil
}
