package handin

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"faultline/grader/internal/submission"
	"faultline/labs"
)

// What an archive may have. A solution of every lab has under a hundredth of each.
const (
	MaxArchive  = 32 << 20  // bytes of the file
	MaxEntries  = 10_000    // files and folders in it
	MaxUnpacked = 256 << 20 // bytes that are unpacked to get at the files
	maxKept     = 32 << 20  // bytes of files that may be a lab's
	maxName     = 1024      // bytes of a name
)

// kinds are the endings of archives, and how each is read.
func kinds() map[string]func(*box, []byte) error {
	return map[string]func(*box, []byte) error{".zip": unzip, ".tar.gz": untar, ".tgz": untar}
}

// isArchive splits the name of an archive from its ending.
func isArchive(name string) (stem, ending string, ok bool) {
	for ending := range kinds() {
		if n := len(name) - len(ending); n > 0 && strings.EqualFold(name[n:], ending) {
			return name[:n], ending, true
		}
	}
	return name, "", false
}

// A box collects what is taken out of an archive: again an archive, but one of
// which every name and size has been looked at.
type box struct {
	out     *zip.Writer
	text    bytes.Buffer
	seen    map[string]bool // whether the entry is a folder, by its name
	entries int
	kept    int64
	wanted  []string // names of files that are of a lab
}

// unpack reads an archive. An error is one sentence about what is wrong with it.
func unpack(file, ending string) (fs.FS, error) {
	text, err := load(file)
	if err != nil {
		return nil, err
	}
	b := &box{seen: map[string]bool{}}
	for _, lab := range labs.All() {
		b.wanted = append(b.wanted, lab.Files...)
	}
	b.out = zip.NewWriter(&b.text)
	if err := kinds()[ending](b, text); err != nil {
		return nil, err
	}
	if err := b.out.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(b.text.Bytes()), int64(b.text.Len()))
}

func load(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxArchive+1))
	if err == nil && len(text) > MaxArchive {
		err = fmt.Errorf("it is larger than %d MiB: hand in the labs' files and nothing else", MaxArchive>>20)
	}
	return text, err
}

func unzip(b *box, text []byte) error {
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return fmt.Errorf("it is no zip archive that can be read (%w)", err)
	}
	for _, f := range z.File {
		if f.Flags&1 != 0 {
			return fmt.Errorf("its entry %q is encrypted: hand it in without a password", f.Name)
		}
		err := b.add(f.Name, f.Mode(), func() (io.ReadCloser, error) { return f.Open() })
		if err != nil {
			return err
		}
	}
	return nil
}

func untar(b *box, text []byte) error {
	unpacked, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("it is no tar.gz archive that can be read (%w)", err)
	}
	all := &meter{from: unpacked}
	t := tar.NewReader(all)
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errLarge):
			return err
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			return fmt.Errorf("it is no tar.gz archive that can be read (%w)", err)
		}
		mode := h.FileInfo().Mode()
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeDir:
		case tar.TypeXGlobalHeader: // a comment of git's, and no file
			continue
		default: // a hard link has the mode of a regular file
			mode = fs.ModeSymlink
		}
		if err := b.add(h.Name, mode, func() (io.ReadCloser, error) { return io.NopCloser(t), nil }); err != nil {
			return err
		}
	}
}

// errLarge ends the reading of an archive that unpacks to ever more.
var errLarge = errors.New("it unpacks to more than 256 MiB: hand in the labs' files and nothing else")

// A meter ends a stream that is longer than an archive may be.
type meter struct {
	from io.Reader
	read int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	if m.read += int64(n); m.read > MaxUnpacked {
		return 0, errLarge
	}
	return n, err
}

// add takes in one entry. What cannot be a file of a lab is noted by its name only.
func (b *box) add(name string, mode fs.FileMode, open func() (io.ReadCloser, error)) error {
	if b.entries++; b.entries > MaxEntries {
		return fmt.Errorf("it has more than %d files: hand in the labs' files and nothing else", MaxEntries)
	}
	clean, err := inside(name)
	if err != nil || clean == "." {
		return err
	}
	if err := b.place(clean, mode.IsDir()); err != nil || mode.IsDir() {
		return err
	}
	h := &zip.FileHeader{Name: clean, Method: zip.Store}
	h.SetMode(mode.Type() | 0o644)
	w, err := b.out.CreateHeader(h)
	if err != nil || !mode.IsRegular() || !slices.Contains(b.wanted, path.Base(clean)) {
		return err
	}
	r, err := open()
	if err != nil {
		return fmt.Errorf("its entry %q cannot be unpacked (%w)", name, err)
	}
	defer r.Close()
	// One byte more than is taken, so that the reader of the lab sees what is too long.
	n, err := io.Copy(w, io.LimitReader(r, submission.MaxFile+1))
	if b.kept += n; b.kept > maxKept {
		return errors.New("it has too many copies of the labs' files: hand in one of each")
	}
	if err != nil {
		return fmt.Errorf("its entry %q cannot be unpacked (%w)", name, err)
	}
	return nil
}

// inside is the name of an entry, if that is below the folder of the archive.
func inside(name string) (string, error) {
	slash := strings.TrimSuffix(readable(name), "/")
	for strings.HasPrefix(slash, "./") {
		slash = strings.TrimLeft(slash[2:], "/")
	}
	switch {
	case slash == "." || slash == "":
		return ".", nil
	case len(name) > maxName:
		return "", fmt.Errorf("it has a name of more than %d bytes: hand in the labs' files and nothing else", maxName)
	case strings.Contains(slash, `\`):
		return "", fmt.Errorf("its entry %q has a backslash in its name: pack the folder anew with another program", name)
	case strings.ContainsRune(slash, 0) || !fs.ValidPath(slash):
		return "", fmt.Errorf("its entry %q leads out of the archive's own folder: a person should look at it", name)
	}
	return slash, nil
}

// readable is a name in UTF-8. Windows packs names in the code page of the machine, and
// old tars have them in Latin-1; those of the labs are ASCII in all of these. Each byte
// becomes another text, so that two names do not become one.
func readable(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	var b strings.Builder
	for i, r := range name {
		if r == utf8.RuneError && !strings.HasPrefix(name[i:], string(r)) {
			fmt.Fprintf(&b, "_%02x", name[i])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// place notes where an entry stands. Two entries of one name are two answers to
// the question of what was handed in.
func (b *box) place(name string, folder bool) error {
	if was, known := b.seen[name]; known && (!was || !folder) {
		return fmt.Errorf("it has two entries %q: hand in one", name)
	}
	b.seen[name] = folder
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if was, known := b.seen[dir]; known && !was {
			return fmt.Errorf("its entry %q is a file and a folder: hand in one", dir)
		}
		b.seen[dir] = true
	}
	return nil
}
