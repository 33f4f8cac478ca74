package class

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrLocked says that another grader is at work in a folder.
var ErrLocked = errors.New("another grader is at work there")

// How folders are called that are about to take a place, or have lost it. No
// submission has such a name: those that begin with a dot are passed over.
const (
	coming = ".new-"
	going  = ".old-"
)

// A Stage is a folder that is being made ready to take the place of a submission's.
type Stage struct {
	Dir string // write here
	out string
	as  string
}

// Begin makes an empty stage for a submission's folder in out.
func Begin(out, name string) (*Stage, error) {
	s := &Stage{Dir: filepath.Join(out, coming+name), out: out, as: name}
	if err := os.RemoveAll(s.Dir); err != nil {
		return nil, err
	}
	return s, os.MkdirAll(s.Dir, 0o755)
}

// Commit puts the stage in the place of the submission's folder, of which nothing
// stays.
func (s *Stage) Commit() error {
	place, old := filepath.Join(s.out, s.as), filepath.Join(s.out, going+s.as)
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if err := os.Rename(place, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(s.Dir, place); err != nil {
		return err
	}
	return os.RemoveAll(old)
}

// Recover puts in order what a grader left behind that was killed: a submission
// has its old folder or its new one, and nothing half done lies beside it.
func Recover(out string) error {
	entries, err := os.ReadDir(out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(out, e.Name())
		name, old := strings.CutPrefix(e.Name(), going)
		place := filepath.Join(out, name)
		switch _, err := os.Lstat(place); {
		case old && errors.Is(err, fs.ErrNotExist):
			// Killed between the two renames. The old results lead to the new ones
			// again, and so to the same report of what has changed.
			if err := os.Rename(path, place); err != nil {
				return err
			}
		case old, strings.HasPrefix(e.Name(), coming):
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// Sweep removes below a folder the files that a killed grader did not finish, by
// the beginning of their names.
func Sweep(dir, prefix string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasPrefix(e.Name(), prefix) {
			return err
		}
		return os.Remove(path)
	})
}
