package skeleton_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/skeleton"
)

// folder writes files into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestGenerateTakesTheListedFiles(t *testing.T) {
	from := folder(t, map[string]string{
		"a.go":       "package p\n\n//lab:omit\nfunc a() {}\n\ntype A int\n",
		"private.go": "//lab:omit\n\npackage p\n",
		"notes.md":   "//lab:begin is prose here\n",
		"other.go":   "package p\n",
	})
	got, err := skeleton.Generate(from, []string{"a.go", "private.go", "notes.md"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]byte{
		"a.go":     []byte("package p\n\ntype A int\n"),
		"notes.md": []byte("//lab:begin is prose here\n"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGenerateNamesTheFileAtFault(t *testing.T) {
	from := folder(t, map[string]string{"a.go": "package p\n\n//lab:end\n"})
	_, err := skeleton.Generate(from, []string{"a.go"})
	want := filepath.Join(from, "a.go") + ":3: //lab:end without //lab:begin"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want %s…", err, want)
	}
	_, err = skeleton.Generate(from, []string{"b.go"})
	want = "the reference lacks " + filepath.Join(from, "b.go") +
		": write it, or take it out of the lab's list of files"
	if err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

func TestDriftListsWhatIsNotAsWanted(t *testing.T) {
	want := map[string][]byte{"a.go": []byte("1\n2\n3\n"), "b.go": []byte("1\n"), "c.go": []byte("1\n2")}
	tests := []struct {
		title string
		dir   string
		want  []string
	}{
		{
			"a folder as wanted has no drift",
			folder(t, map[string]string{"a.go": "1\n2\n3\n", "b.go": "1\n", "c.go": "1\n2"}),
			nil,
		},
		{
			"every difference has its line, by name",
			folder(t, map[string]string{"c.go": "1\n2\n", "a.go": "1\nx\n3\n", "sub/d.go": "", "aa.txt": ""}),
			[]string{
				"a.go differs from line 2 on",
				"aa.txt is extra",
				"b.go is missing",
				"c.go differs from line 2 on",
				"sub/d.go is extra",
			},
		},
		{
			"a folder that does not exist lacks everything",
			filepath.Join(t.TempDir(), "none"),
			[]string{"a.go is missing", "b.go is missing", "c.go is missing"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			got, err := skeleton.Drift(want, tt.dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsGeneratedHasNoDrift(t *testing.T) {
	from := folder(t, map[string]string{"counter.go": string(reference(t))})
	files, err := skeleton.Generate(from, []string{"counter.go"})
	if err != nil {
		t.Fatal(err)
	}
	to := folder(t, map[string]string{"counter.go": string(files["counter.go"])})
	got, err := skeleton.Drift(files, to)
	if err != nil || got != nil {
		t.Errorf("drift %q, error %v; want neither", got, err)
	}
}
