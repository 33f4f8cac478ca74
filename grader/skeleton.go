package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"faultline/grader/internal/skeleton"
	"faultline/labs"
)

func skeletonCommand() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "skeleton",
		Short: "Make the starter code from the staff's solutions",
		Long: "Skeleton writes solutions-skeleton/ anew from the reference solutions and their markers. It\n" +
			"overwrites what is there: it is for maintainers. With --check it writes nothing and says what\n" +
			"differs.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := findRoot()
			if err != nil {
				return err
			}
			return runSkeleton(cmd, root, check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; fail if the starter code is not what it should be")
	return cmd
}

func runSkeleton(cmd *cobra.Command, root string, check bool) error {
	drifted := false
	for _, lab := range labs.All() {
		want, err := starterOf(root, lab)
		if err != nil {
			return err
		}
		to := filepath.Join(root, starterDir(lab))
		if check {
			lines, err := skeleton.Drift(want, to)
			if err != nil {
				return err
			}
			for _, line := range lines {
				drifted = true
				fmt.Fprintf(cmd.OutOrStdout(), "%s/%s\n", starterDir(lab), line)
			}
			continue
		}
		if err := writeTree(to, want); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %d files\n", starterDir(lab), len(want))
	}
	if drifted {
		return errors.New("the starter code is not what the references give: run \"make skeleton\" and commit it")
	}
	return nil
}

// writeTree writes files into a folder, which is made if needed.
func writeTree(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := writeFile(filepath.Join(dir, name), string(files[name])); err != nil {
			return err
		}
	}
	return nil
}
