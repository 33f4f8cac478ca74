package handin_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"faultline/grader/internal/handin"
	"faultline/labs"
)

// A file is an entry of an archive.
type file struct {
	name string
	text string
	link string // where to, if it is one
	size int64  // of zeros, in place of the text
}

const solution = "package messaging\n"

func zipped(t *testing.T, files []file) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		h.SetMode(0o644)
		text := f.text
		if f.link != "" {
			h.SetMode(os.ModeSymlink | 0o777)
			text = f.link
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if f.size > 0 {
			if _, err := w.Write(make([]byte, f.size)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarred(t *testing.T, files []file) []byte {
	t.Helper()
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f.text)) + f.size}
		if !utf8.ValidString(f.name) {
			h.Format = tar.FormatGNU
		}
		if f.link != "" {
			h.Typeflag, h.Linkname = tar.TypeSymlink, f.link
		}
		if strings.HasSuffix(f.name, "/") {
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.text)); err != nil {
			t.Fatal(err)
		}
		for left := f.size; left > 0; left -= 1 << 20 {
			if _, err := w.Write(make([]byte, min(left, 1<<20))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.Close(), g.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// list is the one submission in a folder with the file.
func list(t *testing.T, name string, text []byte) handin.Submission {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
		t.Fatal(err)
	}
	all, _, err := handin.List(dir)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	return all[0]
}

func each(t *testing.T, files []file, do func(t *testing.T, s handin.Submission)) {
	t.Run("zip", func(t *testing.T) { do(t, list(t, "carl.zip", zipped(t, files))) })
	t.Run("tar.gz", func(t *testing.T) { do(t, list(t, "carl.tar.gz", tarred(t, files))) })
}

func TestTheLabsAreFoundWhereverTheFolderWasPacked(t *testing.T) {
	lab := labs.All()[0]
	for _, dir := range []string{"", "messaging/", "hw/messaging/", "./messaging/", "carl-main/solutions-skeleton/messaging/", "a/b/c/",
		"\x9abungen/messaging/", "\xdcbungen \xe4/messaging/"} { // in the code page of Windows' command line, and in Latin-1
		files := []file{{name: dir + "mailbox.go", text: solution}, {name: "__MACOSX/x", text: "x"}, {name: dir + "notes.go", text: "x"}}
		if dir == "./messaging/" {
			files = append([]file{{name: "./"}}, files...)
		}
		if !utf8.ValidString(dir) {
			files = append(files, file{name: dir + "\x84.txt"}, file{name: dir + "\x94.txt"}) // still two names
		}
		t.Run(dir, func(t *testing.T) {
			each(t, files, func(t *testing.T, s handin.Submission) {
				f, err := handin.Open(s)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				sol, err := f.Solution(lab, nil)
				if err != nil || string(sol.Files["mailbox.go"]) != solution || len(sol.Files) != 1 || s.Name != "carl" {
					t.Fatalf("%s: %v %v", s.Name, sol, err)
				}
				ignored := func(note string) bool { return strings.HasPrefix(note, "notes.go is ignored") }
				if !slices.ContainsFunc(sol.Notes, ignored) {
					t.Errorf("notes %q", sol.Notes)
				}
				if _, err := f.Solution(labs.All()[1], nil); !errors.Is(err, handin.ErrMissing) {
					t.Errorf("another lab: %v", err)
				}
			})
		})
	}
}

func TestFilesThatTwoLabsHaveAreHandedInForBoth(t *testing.T) {
	each(t, []file{{name: "client.go", text: solution}, {name: "server.go", text: solution}}, func(t *testing.T, s handin.Submission) {
		f, err := handin.Open(s)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for name, want := range map[string]error{"rpc": nil, "kv": nil, "quorum": handin.ErrMissing} {
			lab, _ := labs.Find(name)
			if _, err := f.Solution(lab, nil); !errors.Is(err, want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestWhatIsThereInPlaceOfTheLabsIsSaid(t *testing.T) {
	for _, test := range []struct {
		files []file
		want  string
	}{
		{[]file{{name: "kv.zip"}, {name: "notes/a.txt"}, {name: "more/b"}}, `not handed in: there is "kv.zip", "more", "notes", and neither a lab's folder`},
		{[]file{{name: "a/x"}, {name: "b/x"}, {name: "c"}, {name: "d"}}, `not handed in: there is "a", "b", "c", …, and neither`},
		{[]file{{name: "rpc/client.go", text: solution}}, "not handed in"},
		{[]file{{name: ".git/config"}}, "not handed in"},
	} {
		each(t, test.files, func(t *testing.T, s handin.Submission) {
			f, err := handin.Open(s)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			lab, _ := labs.Find("ring")
			_, err = f.Solution(lab, nil)
			if !errors.Is(err, handin.ErrMissing) || !strings.HasPrefix(err.Error(), test.want) || len(test.want) < 20 && err.Error() != test.want {
				t.Errorf("%v\nwant %s", err, test.want)
			}
		})
	}
}

func TestAnArchiveThatIsNoFolderOfFilesIsRefusedInASentence(t *testing.T) {
	many := make([]file, handin.MaxEntries+1)
	for i := range many {
		many[i].name = fmt.Sprint("f", i)
	}
	copies := make([]file, 200)
	for i := range copies {
		copies[i] = file{name: fmt.Sprintf("d%d/mailbox.go", i), size: 200 << 10}
	}
	good := file{name: "mailbox.go", text: solution}
	for _, test := range []struct {
		title string
		files []file
		want  string
	}{
		{"up", []file{good, {name: "../evil.go"}}, `its entry "../evil.go" leads out of the archive's own folder`},
		{"up in the middle", []file{good, {name: "a/../../evil.go"}}, `its entry "a/../../evil.go" leads out`},
		{"absolute", []file{good, {name: "/etc/cron.d/evil"}}, `its entry "/etc/cron.d/evil" leads out`},
		{"a name of Windows", []file{good, {name: `..\evil.go`}}, `its entry "..\\evil.go" has a backslash`},
		{"twice", []file{good, good}, `it has two entries "mailbox.go"`},
		{"twice, written otherwise", []file{good, {name: "./mailbox.go"}}, `it has two entries "mailbox.go"`},
		{"file and folder", []file{{name: "messaging", text: "x"}, {name: "messaging/mailbox.go"}}, `its entry "messaging" is a file and a folder`},
		{"many", many, "it has more than 10000 files"},
		{"copies", copies, "it has too many copies of the labs' files"},
		{"a long name", []file{good, {name: strings.Repeat("a/", 600) + "x"}}, "it has a name of more than 1024 bytes"},
	} {
		t.Run(test.title, func(t *testing.T) {
			each(t, test.files, func(t *testing.T, s handin.Submission) {
				if _, err := handin.Open(s); err == nil || !strings.HasPrefix(err.Error(), test.want) {
					t.Errorf("%v\nwant %s", err, test.want)
				}
			})
		})
	}
}

func TestABombIsNotUnpacked(t *testing.T) {
	const size = 300 << 20
	bomb := tarred(t, []file{{name: "mailbox.go", text: solution}, {name: "zeros", size: size}})
	if _, err := handin.Open(list(t, "carl.tgz", bomb)); err == nil || !strings.HasPrefix(err.Error(), "it unpacks to more than 256 MiB") {
		t.Errorf("tar.gz: %v", err)
	}
	if _, err := handin.Open(list(t, "carl.zip", make([]byte, handin.MaxArchive+1))); err == nil ||
		!strings.HasPrefix(err.Error(), "it is larger than 32 MiB") {
		t.Errorf("a large file: %v", err)
	}
	// Of a zip only the labs' files are unpacked, and no more of one than may be taken.
	f, err := handin.Open(list(t, "carl.zip", zipped(t, []file{{name: "mailbox.go", size: 8 << 20}, {name: "packet.go", text: solution}})))
	if err != nil {
		t.Fatal(err)
	}
	sol, err := f.Solution(labs.All()[0], nil)
	if err != nil || len(sol.Files) != 1 || !slices.Contains(sol.Notes, "mailbox.go is larger than 256 KiB") {
		t.Errorf("zip: %d files, %q, %v", len(sol.Files), sol.Notes, err)
	}
}

func TestALinkIsNoFile(t *testing.T) {
	each(t, []file{{name: "messaging/mailbox.go", link: "/etc/passwd"}, {name: "messaging/packet.go", text: solution}},
		func(t *testing.T, s handin.Submission) {
			f, err := handin.Open(s)
			if err != nil {
				t.Fatal(err)
			}
			sol, err := f.Solution(labs.All()[0], nil)
			if err != nil || len(sol.Files) != 1 || !slices.Contains(sol.Notes, "mailbox.go is a symbolic link, which is not followed") {
				t.Errorf("%d files, %q, %v", len(sol.Files), sol.Notes, err)
			}
		})
	each(t, []file{{name: "messaging", link: "/home/anna/messaging"}, {name: "packet.go", text: solution}},
		func(t *testing.T, s handin.Submission) {
			f, err := handin.Open(s)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Solution(labs.All()[0], nil); err == nil || err.Error() != "messaging is not a folder, and a link is not followed" {
				t.Error(err)
			}
		})
}

func TestWhatIsNoArchiveIsRefused(t *testing.T) {
	whole := tarred(t, []file{{name: "mailbox.go", text: solution}})
	for name, text := range map[string][]byte{
		"a.zip": []byte("PK\x03\x04 no"), "b.tar.gz": []byte("no"), "c.tgz": whole[:len(whole)/2], "d.zip": whole,
	} {
		if _, err := handin.Open(list(t, name, text)); err == nil || !strings.HasPrefix(err.Error(), "it is no ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFolderOfLinksLeadsNowhere(t *testing.T) {
	dir, secret := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(secret, "mailbox.go"), []byte(solution), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "carl"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, "carl", "hw")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, "dora")); err != nil {
		t.Fatal(err)
	}
	all, notes, err := handin.List(dir)
	if err != nil || len(all) != 1 || len(notes) != 1 {
		t.Fatalf("%v %q %v", all, notes, err)
	}
	f, err := handin.Open(all[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Solution(labs.All()[0], nil); !errors.Is(err, handin.ErrMissing) {
		t.Error(err)
	}
}

// FuzzOpen holds that no archive makes the reader fail but with a sentence.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("PK"), true)
	f.Add([]byte{0x1f, 0x8b}, false)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte, zip bool) {
		name := "carl.tgz"
		if zip {
			name = "carl.zip"
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(filepath.Join(dir, name))
		all, _, err := handin.List(dir)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		if opened, err := handin.Open(all[0]); err == nil {
			for _, lab := range labs.All() {
				opened.Solution(lab, nil)
			}
		}
	})
}

func TestANameThatIsNoTextIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "Jos\xe9"), 0o755); err != nil {
		t.Skipf("no such name here: %v", err)
	}
	const want = `"Jos\xe9" is no text in UTF-8: give the submission another name`
	if _, _, err := handin.List(dir); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestAFaultOfThisMachineIsNotTakenForWhatWasHandedIn(t *testing.T) {
	for _, test := range []struct {
		err  error
		ours bool
	}{
		{nil, false},
		{handin.ErrMissing, false},
		{errors.New("kv is not a folder, and a link is not followed"), false},
		{&fs.PathError{Op: "open", Path: "kv", Err: syscall.ELOOP}, false},
		{&fs.PathError{Op: "open", Path: "kv", Err: syscall.EACCES}, true},
		{fmt.Errorf("cannot read kv/server.go: %w", &fs.PathError{Op: "read", Path: "server.go", Err: syscall.EIO}), true},
		{&fs.PathError{Op: "open", Path: "kv", Err: syscall.EMFILE}, true},
		{&fs.PathError{Op: "open", Path: "kv", Err: syscall.ENOTCONN}, true}, // a file server that went away
		{&fs.PathError{Op: "open", Path: "kv", Err: syscall.ENXIO}, false},   // a socket
	} {
		if got := handin.OfThisMachine(test.err); got != test.ours {
			t.Errorf("%v: got %t, want %t", test.err, got, test.ours)
		}
	}
}
