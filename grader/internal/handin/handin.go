package handin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"faultline/grader/internal/submission"
	"faultline/labs"
)

// A Submission is what one student handed in. Its zero value is nothing.
type Submission struct {
	Name string // of the student: that of the folder, or of the archive without its ending
	Path string // of the folder or archive; "" if nothing was handed in

	ending string // of the archive; "" for a folder
}

// List lists the submissions in dir, by name, and notes what else is there. A name
// that begins with a dot is passed over.
func List(dir string) (all []Submission, notes []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		s := Submission{Name: e.Name(), Path: filepath.Join(dir, e.Name())}
		stem, ending, archive := isArchive(e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
			continue
		case !utf8.ValidString(e.Name()): // two such names may become one in what is written
			return nil, notes, fmt.Errorf("%q is no text in UTF-8: give the submission another name", e.Name())
		case archive && e.Type().IsRegular():
			s.Name, s.ending = stem, ending
		case !e.IsDir():
			notes = append(notes, fmt.Sprintf("%q is neither a folder nor a zip or tar.gz, and is left out", e.Name()))
			continue
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Submission) int { return strings.Compare(a.Name, b.Name) })
	same := map[string]string{}
	for _, s := range all {
		file, fold := filepath.Base(s.Path), strings.ToLower(s.Name) // a file system may not tell Anna from anna
		if other := same[fold]; other != "" {
			return nil, notes, fmt.Errorf("%q and %q are submissions of one name: keep one of them", other, file)
		}
		same[fold] = file
	}
	return all, notes, nil
}

// OfThisMachine reports whether an error of this package is none of what was handed in: a
// file server that hangs must not become somebody's zero. What can be handed in are
// links and pipes, and files where folders should be.
func OfThisMachine(err error) bool {
	handedIn := []syscall.Errno{syscall.ENOENT, syscall.ENOTDIR, syscall.EISDIR, syscall.ELOOP, syscall.ENXIO, syscall.ENAMETOOLONG}
	no := syscall.Errno(0)
	return errors.As(err, &no) && !slices.Contains(handedIn, no)
}

// A Folder is an opened submission. It must be closed.
type Folder struct {
	files fs.FS
	close func() error
	home  string // where the labs are
}

// Open opens a submission. An error is about what was handed in, in one sentence
// that begins with "it".
func Open(s Submission) (*Folder, error) {
	f := &Folder{close: func() error { return nil }}
	switch {
	case s.Path == "":
		return nil, errors.New("it was not handed in")
	case s.ending != "":
		files, err := unpack(s.Path, s.ending)
		if err != nil {
			return nil, err
		}
		f.files = files
	default:
		root, err := os.OpenRoot(s.Path)
		if err != nil {
			return nil, fmt.Errorf("it cannot be opened: %w", err)
		}
		f.files, f.close = root.FS(), root.Close
	}
	f.home = home(f.files)
	return f, nil
}

// Close gives the folder back.
func (f *Folder) Close() error { return f.close() }

// deepest is how many folders may stand around the labs.
const deepest = 4

// home is the folder in which the labs are: the top, or that of a whole tree of
// Faultline, or the only folder there, which is what packing a folder gives.
func home(files fs.FS) string {
	dir := "."
	for range deepest {
		entries, err := fs.ReadDir(files, dir)
		if err != nil || most(files, dir) > 0 {
			return dir
		}
		var folders []string
		for _, e := range entries {
			name := e.Name()
			_, isLab := labs.Find(name)
			switch {
			case !e.IsDir() || strings.HasPrefix(name, ".") || name == "__MACOSX":
			case isLab:
				return dir
			case name == "solutions-skeleton":
				return path.Join(dir, name)
			default:
				folders = append(folders, name)
			}
		}
		if len(folders) != 1 {
			return dir
		}
		dir = path.Join(dir, folders[0])
	}
	return dir
}

// filesOf is how many files of a lab a folder has.
func filesOf(files fs.FS, dir string, lab labs.Lab) (n int) {
	for _, file := range lab.Files {
		if info, err := fs.Lstat(files, path.Join(dir, file)); err == nil && !info.IsDir() {
			n++
		}
	}
	return n
}

// most is how many files a folder has of the lab of which it has the most.
func most(files fs.FS, dir string) (n int) {
	for _, lab := range labs.All() {
		n = max(n, filesOf(files, dir, lab))
	}
	return n
}

// missing is ErrMissing, with what is there where nothing is of any lab: an archive in
// a folder, or labs one folder deeper beside something else, is no omission of the
// student's.
func (f *Folder) missing() error {
	entries, err := fs.ReadDir(f.files, f.home)
	if err != nil || most(f.files, f.home) > 0 {
		return ErrMissing
	}
	var names []string
	for _, e := range entries {
		if _, isLab := labs.Find(e.Name()); isLab {
			return ErrMissing
		}
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, strconv.Quote(e.Name()))
		}
	}
	switch {
	case len(names) == 0:
		return ErrMissing
	case len(names) > 3:
		names = append(names[:3:3], "…")
	}
	return fmt.Errorf("%w: there is %s, and neither a lab's folder nor its files; an archive in a folder is not opened",
		ErrMissing, strings.Join(names, ", "))
}

// ErrMissing says that a submission has nothing of a lab.
var ErrMissing = errors.New("not handed in")

// Solution is the solution of a lab: what is in the folder of the lab's name, or
// the submission's own files, if no other lab has more of them: labs have files of the
// same name. A link is no folder: it may lead into somebody else's submission. The error
// is ErrMissing, or about what is there in its place.
func (f *Folder) Solution(lab labs.Lab, starter map[string][]byte) (submission.Solution, error) {
	dir, n := path.Join(f.home, lab.Name), filesOf(f.files, f.home, lab)
	switch info, err := fs.Lstat(f.files, dir); {
	case errors.Is(err, fs.ErrNotExist) && n > 0 && n == most(f.files, f.home):
		dir = f.home
	case errors.Is(err, fs.ErrNotExist):
		return submission.Solution{}, f.missing()
	case err != nil:
		return submission.Solution{}, fmt.Errorf("the folder %s cannot be read: %w", lab.Name, err)
	case !info.IsDir():
		return submission.Solution{}, fmt.Errorf("%s is not a folder, and a link is not followed", lab.Name)
	}
	files, err := fs.Sub(f.files, dir)
	if err != nil {
		return submission.Solution{}, err
	}
	return submission.ReadFS(lab, files, lab.Name, starter)
}
