package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"

	"faultline/grader/internal/kit"
	"faultline/labs"
)

func kitCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "kit",
		Short: "Make the archive that students get",
		Long: "Kit writes a zip with the starter code, the handouts, the grader and the labs' suites, and with a workflow\n" +
			"that runs the labs on a student's own GitHub. Nothing of labs/internal/ is in it. It refuses starter code\n" +
			"that is not what the references give, and any file that has a passage of one of the staff's.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := findRoot()
			if err != nil {
				return err
			}
			return writeKit(cmd, root, out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "out/kit.zip", "file to write")
	return cmd
}

func writeKit(cmd *cobra.Command, root, out string) error {
	staff, err := staffOf(root)
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	if err := kit.Write(&archive, os.DirFS(root), staff); err != nil {
		return fmt.Errorf("no kit: %w", err)
	}
	if err := writeOutput(out, archive.String()); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %d KiB\n", filepath.ToSlash(out), archive.Len()>>10)
	return nil
}

// staffOf reads what a kit must not hold.
func staffOf(root string) (kit.Staff, error) {
	staff := kit.Staff{Starter: map[string][]byte{}, Files: map[string][]byte{}}
	for _, lab := range labs.All() {
		starter, err := starterOf(root, lab)
		if err != nil {
			return staff, err
		}
		for name, text := range starter {
			staff.Starter[starterDir(lab)+"/"+name] = text
		}
	}
	const private = "labs/internal"
	tree := os.DirFS(root)
	err := fs.WalkDir(tree, private, func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && path.Base(name) == "reports" {
			return fs.SkipDir // the handouts show such reports
		}
		if err != nil || e.IsDir() || path.Base(name) == "lab_test.go" || path.Base(name) == "kills.txt" {
			return err // the starter code has the same, or it has titles of cases
		}
		staff.Files[name], err = fs.ReadFile(tree, name)
		return err
	})
	return staff, err
}
