package submission_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/submission"
	"faultline/labs"
)

// lab is a lab of two files.
func lab() labs.Lab {
	return labs.Lab{
		Number:  2,
		Name:    "queue",
		Files:   []string{"mailbox.go", "window.go"},
		Imports: []string{"errors", "fmt", "io", "net", "sync"},
	}
}

// folder writes files into a new folder and makes it the current one, so that
// messages have a short path: "alice".
func folder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("alice", 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join("alice", name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRead(t *testing.T) {
	starter := map[string][]byte{"mailbox.go": []byte("starter"), "window.go": []byte("starter")}
	many := map[string]string{"mailbox.go": "m", "window.go": "w"}
	for i := range 12 {
		many[fmt.Sprintf("x%02d.go", i)] = ""
	}
	var manyNotes []string
	for i := range 10 {
		manyNotes = append(manyNotes, fmt.Sprintf("x%02d.go is ignored; code belongs in mailbox.go, window.go", i))
	}
	tests := []struct {
		title   string
		files   map[string]string
		links   map[string]string
		starter map[string][]byte
		want    map[string]string
		notes   []string
	}{
		{
			title: "a whole folder is taken without a note",
			files: map[string]string{"mailbox.go": "m", "window.go": "w", "own_test.go": "t", "go.mod": "module x"},
			want:  map[string]string{"mailbox.go": "m", "window.go": "w"},
		},
		{
			title:   "a missing file is replaced by starter code",
			files:   map[string]string{"mailbox.go": "m"},
			starter: starter,
			want:    map[string]string{"mailbox.go": "m", "window.go": "starter"},
			notes:   []string{"window.go is missing; the starter code is used in its place"},
		},
		{
			title: "a missing file stays missing when there is no starter code",
			files: map[string]string{"mailbox.go": "m"},
			want:  map[string]string{"mailbox.go": "m"},
			notes: []string{"window.go is missing"},
		},
		{
			title:   "a symbolic link is not followed",
			files:   map[string]string{"window.go": "w", "secret": "s"},
			links:   map[string]string{"mailbox.go": "secret"},
			starter: starter,
			want:    map[string]string{"mailbox.go": "starter", "window.go": "w"},
			notes: []string{
				"mailbox.go is a symbolic link, which is not followed; the starter code is used in its place",
			},
		},
		{
			title: "a file of the greatest size is taken",
			files: map[string]string{"mailbox.go": strings.Repeat("m", submission.MaxFile), "window.go": "w"},
			want:  map[string]string{"mailbox.go": strings.Repeat("m", submission.MaxFile), "window.go": "w"},
		},
		{
			title: "a file beyond the greatest size is not taken",
			files: map[string]string{"mailbox.go": strings.Repeat("m", submission.MaxFile+1), "window.go": "w"},
			want:  map[string]string{"window.go": "w"},
			notes: []string{"mailbox.go is larger than 256 KiB"},
		},
		{
			title: "other Go files are ignored, and their names shown as they are",
			files: map[string]string{"mailbox.go": "m", "window.go": "w", "helper.go": "", "a\x1b[2J.go": ""},
			want:  map[string]string{"mailbox.go": "m", "window.go": "w"},
			notes: []string{
				`"a\x1b[2J.go" is ignored; code belongs in mailbox.go, window.go`,
				"helper.go is ignored; code belongs in mailbox.go, window.go",
			},
		},
		{
			title: "many ignored files are summed up",
			files: many,
			want:  map[string]string{"mailbox.go": "m", "window.go": "w"},
			notes: append(manyNotes, "2 more Go files are ignored"),
		},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			folder(t, tt.files)
			for name, target := range tt.links {
				if err := os.Symlink(target, filepath.Join("alice", name)); err != nil {
					t.Skipf("cannot make a symbolic link: %v", err)
				}
			}
			got, err := submission.Read(lab(), "alice", tt.starter)
			if err != nil {
				t.Fatal(err)
			}
			files := make(map[string]string)
			for name, text := range got.Files {
				files[name] = string(text)
			}
			if diff := cmp.Diff(tt.want, files); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.notes, got.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadTakesOnlyRegularFiles(t *testing.T) {
	folder(t, map[string]string{"window.go": "w"})
	if err := os.Mkdir("alice/mailbox.go", 0o777); err != nil {
		t.Fatal(err)
	}
	got, err := submission.Read(lab(), "alice", nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"mailbox.go is not a regular file"}, got.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestReadSaysWhatToGiveInstead(t *testing.T) {
	folder(t, map[string]string{"notes.txt": "", "other.go": ""})
	tests := []struct{ title, dir, want string }{
		{"no such folder", "bob",
			"the folder bob does not exist: give the folder that holds mailbox.go, window.go"},
		{"a file", "alice/notes.txt",
			"alice/notes.txt is not a folder: give the folder that holds mailbox.go, window.go"},
		{"a folder of something else", "alice",
			"the folder alice has none of the files of lab queue: give the folder that holds mailbox.go, window.go"},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			starter := map[string][]byte{"mailbox.go": nil}
			if _, err := submission.Read(lab(), tt.dir, starter); err == nil || err.Error() != tt.want {
				t.Errorf("error\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
	t.Run("a folder of links", func(t *testing.T) {
		if err := os.Symlink("notes.txt", "alice/window.go"); err != nil {
			t.Skipf("cannot make a symbolic link: %v", err)
		}
		want := "the folder alice has none of the files of lab queue " +
			"(window.go is a symbolic link, which is not followed): " +
			"give the folder that holds mailbox.go, window.go"
		if _, err := submission.Read(lab(), "alice", nil); err == nil || err.Error() != want {
			t.Errorf("error\n%v\nwant\n%s", err, want)
		}
	})
}

func TestPrefixMakesThePathThatItsAuthorKnows(t *testing.T) {
	for dir, want := range map[string]string{"": "", "alice": "alice/", "class/alice/": "class/alice/"} {
		if got := (submission.Solution{Dir: dir}).Prefix(); got != want {
			t.Errorf("prefix of folder %q is %q, want %q", dir, got, want)
		}
	}
}
