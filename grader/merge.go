package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"faultline/grader/internal/class"
)

func mergeCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "merge DIR...",
		Short: "Join what \"grader grade --shard\" wrote on several machines",
		Long: "Merge makes of the folders of all shards of a class the folder that one grading of the whole class\n" +
			"would have made, byte for byte. Nothing is run.",
		Example: "  grader merge out/part1 out/part2 out/part3 out/part4 --out out/grades",
		RunE:    func(cmd *cobra.Command, args []string) error { return merge(cmd, args, out) },
	}
	cmd.Flags().StringVar(&out, "out", "out/grades", "folder for the reports")
	return cmd
}

// sameFolder reports whether two paths lead to one folder, which they need not say.
func sameFolder(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

func merge(cmd *cobra.Command, dirs []string, out string) error {
	if len(dirs) == 0 {
		return fmt.Errorf("merge needs the folders of all parts: \"%s --help\" explains it", cmd.CommandPath())
	}
	var parts []class.Part
	for _, dir := range dirs {
		m, err := readManifest(dir)
		if err != nil {
			return err
		}
		parts = append(parts, class.Part{Dir: dir, Manifest: m})
	}
	whole, err := class.Whole(parts)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(dirs, func(dir string) bool { return sameFolder(dir, out) }) {
		return fmt.Errorf("--out %s is one of the parts: name another folder", filepath.ToSlash(out))
	}
	unlock, err := openResults(out)
	if err != nil {
		return err
	}
	defer unlock()
	whole.Done = false
	if err := declare(out, whole); err != nil {
		return err
	}
	for _, name := range whole.Submissions {
		part, err := class.Holder(parts, name)
		if err == nil {
			err = take(part, out, name)
		}
		if err != nil {
			return err
		}
	}
	whole.Done = true
	ours, err := writeClassIndex(out, whole)
	if err == nil {
		err = declare(out, whole)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d submissions of %d parts: %s/%s/%s\n",
		len(whole.Submissions), len(parts), filepath.ToSlash(out), staffFolder, indexPage)
	return ours
}

// readManifest says what a folder of results is of.
func readManifest(dir string) (*class.Manifest, error) {
	m, err := class.ReadManifest(filepath.Join(dir, staffFolder))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, fmt.Errorf("%s is no folder that \"grader grade\" wrote: it has no %s/%s", filepath.ToSlash(dir), staffFolder, class.ManifestFile)
	}
	return m, err
}

// noResult says that a folder of results has none of one of its class.
func noResult(dir, name string) error {
	return fmt.Errorf("%s has no result of %s yet: let it grade to its end", filepath.ToSlash(dir), shown(name))
}

// take copies what a part has of a submission.
func take(p class.Part, out, name string) error {
	from := filepath.Join(p.Dir, name)
	if _, err := class.ReadRecord(from); errors.Is(err, fs.ErrNotExist) {
		return noResult(p.Dir, name)
	} else if err != nil {
		return err
	}
	page := filepath.Join(staffFolder, name+".html")
	events := filepath.Join(staffFolder, eventFolder, name)
	// What an earlier merge has left: who hands in nothing any more has neither.
	if err := errors.Join(os.RemoveAll(filepath.Join(out, page)), os.RemoveAll(filepath.Join(out, events))); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(p.Dir, page))
	if err == nil {
		err = writeFile(filepath.Join(out, page), string(text))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := copyFolder(filepath.Join(p.Dir, events), filepath.Join(out, events)); err != nil {
		return err
	}
	stage, err := class.Begin(out, name)
	if err != nil {
		return err
	}
	if err := copyFolder(from, stage.Dir); err != nil {
		return err
	}
	return stage.Commit()
}

// copyFolder copies the files of a folder, if there is one.
func copyFolder(from, to string) error {
	entries, err := os.ReadDir(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := makeFolder(to); err != nil {
		return err
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err == nil {
			err = writeFile(filepath.Join(to, e.Name()), string(text))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
