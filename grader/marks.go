package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"faultline/grader/internal/policy"
)

// marksFile is the table of marks in the staff's folder.
const marksFile = "marks.csv"

func marksCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "marks DIR",
		Short: "Make marks of the results of a class, by a policy",
		Long: "Marks writes the table of marks of the class that \"grader grade\" graded into DIR, as the policy has it:\n" +
			"DIR/staff/marks.csv. Nothing is run, so a policy may be changed when all has been graded. Only a policy\n" +
			"with a curve must be given to \"grader grade\" too, which else stops a case at the first seed that fails.",
		Example: "  grader marks out/grades --policy policy.yaml",
		Args:    oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if file == "" {
				return fmt.Errorf("marks needs a policy: name its file with --policy")
			}
			return writeMarks(cmd, args[0], file)
		},
	}
	cmd.Flags().StringVar(&file, "policy", "", "a YAML file that says what results are worth")
	return cmd
}

func readPolicy(file string) (*policy.Policy, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s (%w): name a file that says what results are worth", filepath.ToSlash(file), cause(err))
	}
	return policy.Parse(filepath.ToSlash(file), text)
}

// writeMarks writes the table of marks of the class in dir.
func writeMarks(cmd *cobra.Command, dir, file string) error {
	p, err := readPolicy(file)
	if err != nil {
		return err
	}
	m, err := readManifest(dir)
	if err != nil {
		return err
	}
	for name := range p.Late.Days {
		if !m.Has(name) {
			return fmt.Errorf("%s: late.days.%s: nobody of the class has this name", filepath.ToSlash(file), shown(name))
		}
	}
	all, err := readClass(cmd, dir)
	if err != nil {
		return err
	}
	var marks []policy.Mark
	for _, s := range all {
		mark, err := p.Mark(s)
		if err != nil {
			return err
		}
		marks = append(marks, mark)
	}
	to := filepath.Join(dir, staffFolder, marksFile)
	if err := writeFile(to, string(p.CSV(marks))); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "marks: %s\n", filepath.ToSlash(to))
	return nil
}
