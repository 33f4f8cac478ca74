package submission

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"faultline/labs"
)

// MaxFile is the size of the largest file that is taken, in bytes. Our longest
// solutions have a tenth of that.
const MaxFile = 256 << 10

// maxIgnored bounds how many ignored files have a note of their own, so that a
// folder of ten thousand of them makes no report of ten thousand lines.
const maxIgnored = 10

// A Solution is what is graded. The zero value has no files.
type Solution struct {
	Dir   string            // the folder that it was read from
	Files map[string][]byte // the lab's files by name, no others
	Notes []string          // what the student should know about how the folder was read
}

// Prefix is what turns the name of a file into the path that its author knows:
// the folder and a slash, or nothing when there is no folder.
func (s Solution) Prefix() string {
	if s.Dir == "" {
		return ""
	}
	return strings.TrimSuffix(filepath.ToSlash(s.Dir), "/") + "/"
}

// Read takes the files of a lab from a folder: those that are regular files, no
// symbolic links, and at most MaxFile long. One that cannot be taken is replaced
// by that of starter, which may be nil, and noted, as are Go files that do not
// belong to the lab. A folder without any file of the lab is an error.
func Read(lab labs.Lab, dir string, starter map[string][]byte) (Solution, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Solution{}, noFolder(lab, dir, err)
	}
	defer root.Close()
	return ReadFS(lab, root.FS(), dir, starter)
}

// ReadFS is Read for the top of a file system, which is called dir.
func ReadFS(lab labs.Lab, files fs.FS, dir string, starter map[string][]byte) (Solution, error) {
	s := Solution{Dir: dir, Files: make(map[string][]byte)}
	var refused []refusal
	for _, name := range lab.Files {
		text, why, err := take(files, name)
		if err != nil {
			return Solution{}, fmt.Errorf("cannot read %s%s: %w", s.Prefix(), name, err)
		}
		if why == "" {
			s.Files[name] = text
			continue
		}
		refused = append(refused, refusal{name: name, why: why})
	}
	if len(s.Files) == 0 {
		return Solution{}, noFiles(lab, dir, refused)
	}
	s.fill(refused, starter)
	return s, s.noteIgnored(lab, files)
}

// missing is why a file was not taken that is not there.
const missing = "is missing"

// take reads one file, or says why it is not taken.
func take(files fs.FS, name string) (text []byte, why string, err error) {
	info, err := fs.Lstat(files, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, missing, nil
	case err != nil:
		return nil, "", err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, "is a symbolic link, which is not followed", nil
	case !info.Mode().IsRegular():
		return nil, "is not a regular file", nil
	}
	file, err := files.Open(name)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	// The size is that of what is read: a file can grow after it was looked at.
	text, err = io.ReadAll(io.LimitReader(file, MaxFile+1))
	if err != nil {
		return nil, "", err
	}
	if len(text) > MaxFile {
		return nil, fmt.Sprintf("is larger than %d KiB", MaxFile>>10), nil
	}
	return text, "", nil
}

// A refusal says why a file was not taken.
type refusal struct{ name, why string }

// fill puts starter code in the place of files that were not taken.
func (s *Solution) fill(refused []refusal, starter map[string][]byte) {
	for _, r := range refused {
		note := r.name + " " + r.why
		if text, ok := starter[r.name]; ok {
			s.Files[r.name] = text
			note += "; the starter code is used in its place"
		}
		s.Notes = append(s.Notes, note)
	}
}

// noteIgnored notes the Go files that are not the lab's. Tests of the student's
// own are welcome there, and need no note.
func (s *Solution) noteIgnored(lab labs.Lab, files fs.FS) error {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return fmt.Errorf("cannot list %s: %w", s.Dir, err)
	}
	ignored := 0
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") ||
			slices.Contains(lab.Files, name) {
			continue
		}
		if ignored++; ignored <= maxIgnored {
			s.Notes = append(s.Notes, printable(name)+" is ignored; code belongs in "+list(lab.Files))
		}
	}
	if more := ignored - maxIgnored; more > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d more Go files are ignored", more))
	}
	return nil
}

// printable quotes a name that would not look on a terminal like what it is.
func printable(name string) string {
	quoted := fmt.Sprintf("%q", name)
	if quoted == `"`+name+`"` {
		return name
	}
	return quoted
}

func noFolder(lab labs.Lab, dir string, err error) error {
	next := "give the folder that holds " + list(lab.Files)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the folder %s does not exist: %s", dir, next)
	}
	if info, statErr := os.Stat(dir); statErr == nil && !info.IsDir() {
		return fmt.Errorf("%s is not a folder: %s", dir, next)
	}
	return fmt.Errorf("cannot open the folder %s: %w", dir, err)
}

func noFiles(lab labs.Lab, dir string, refused []refusal) error {
	why := ""
	for _, r := range refused {
		if r.why != missing {
			why += " (" + r.name + " " + r.why + ")"
		}
	}
	return fmt.Errorf("the folder %s has none of the files of lab %s%s: give the folder that holds %s",
		dir, lab.Name, why, list(lab.Files))
}

// list joins names for a sentence.
func list(names []string) string { return strings.Join(names, ", ") }
