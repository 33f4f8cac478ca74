package tree_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"faultline/grader/internal/tree"
)

func read(t *testing.T, files fstest.MapFS, p tree.Part) (names []string, err error) {
	t.Helper()
	err = p.Read(files, func(name string, text []byte) error {
		if string(text) != string(files[name].Data) {
			t.Errorf("%s is %q", name, text)
		}
		names = append(names, name)
		return nil
	})
	return names, err
}

func TestAPartHasWhatIsNamedAndNothingOfTheStaffs(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{
		"go.mod", "notes.txt", ".env", "labs/labs.go", "labs/kv/kvtest/suite.go", "labs/kv/kvtest/notes.txt",
		"labs/internal/staff/kv/server.go", "labs/kv/testdata/a.go", "labs/.#labs.go", "labs/_old/a.go", "labs/.git/a.go",
		"out/a.go", "labrpc/a.go",
	} {
		files[name] = &fstest.MapFile{Data: []byte(name)}
	}
	files["labs/.#lock.go"] = &fstest.MapFile{Mode: fs.ModeSymlink} // an editor's
	got, err := read(t, files, tree.Part{Folders: []string{"labs", "labrpc"}, Takes: func(name string) bool { return !strings.HasSuffix(name, ".txt") }})
	want := []string{"go.mod", "labrpc/a.go", "labs/kv/kvtest/suite.go", "labs/labs.go"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v (%v)\nwant %v", got, err, want)
	}
}

func TestALinkIsRefused(t *testing.T) {
	for _, mode := range []fs.FileMode{fs.ModeSymlink, fs.ModeNamedPipe, fs.ModeDevice} {
		files := fstest.MapFS{"labs/a.go": {}, "labs/b.go": {Mode: mode}}
		if _, err := read(t, files, tree.Part{Folders: []string{"labs"}}); err == nil || !strings.HasPrefix(err.Error(), "labs/b.go is not a regular file") {
			t.Errorf("%v: %v", mode, err)
		}
	}
}
