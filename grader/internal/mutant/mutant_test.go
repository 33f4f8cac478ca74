package mutant_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"faultline/grader/internal/mutant"
)

// header is what the texts in this file begin with.
const header = "It is wrong.\nkill: messaging/A/order\n"

func parse(t *testing.T, text string) mutant.Mutant {
	t.Helper()
	m, err := mutant.Parse("lost-lock", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestParseReadsTheHeader(t *testing.T) {
	tests := []struct {
		title, header string
		want          mutant.Mutant
	}{
		{"every key", "Send takes no lock.\nTwo senders use one slot: both succeed.\n" +
			"ref: mutual exclusion: §1\nkill: messaging/A/order   messaging/A/b2-x\nfails: messaging/C/budget\n",
			mutant.Mutant{
				What:  "Send takes no lock. Two senders use one slot: both succeed.",
				Ref:   "mutual exclusion: §1",
				Kill:  []string{"messaging/A/order", "messaging/A/b2-x"},
				Fails: []string{"messaging/C/budget"},
			}},
		{"a variant fails nothing, or says so", "Another design.\n\nfails:\n", mutant.Mutant{What: "Another design."}},
		{"carriage returns", "One.\r\nkill: messaging/A/order\r\n",
			mutant.Mutant{What: "One.", Kill: []string{"messaging/A/order"}}},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			got := parse(t, tt.header+"== a.go ==\npackage a\n")
			tt.want.Name = "lost-lock"
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreUnexported(got), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	const only = "the hunk that ends here has only '+' lines: add a line of the file that shows the place"
	tests := []struct{ title, text, want string }{
		{"an empty text", "", "lost-lock: says not what is wrong: begin with a sentence about it"},
		{"no sentence", "ref: x\n-- a.go --\n-a\n",
			"lost-lock: says not what is wrong: begin with a sentence about it"},
		{"no section", header, `lost-lock: changes no file: add a section, as in "-- mailbox.go --"`},
		{"an empty section", header + "-- a.go --\n\n",
			"lost-lock: the section of a.go is empty: fill it or take it out"},
		{"an empty file", header + "== a.go ==\n", "lost-lock: the section of a.go is empty: fill it or take it out"},
		{"two keys", header + "kill: a/A/b\n", `lost-lock: line 3: a second "kill:" line: make them one`},
		{"a case without a lab", "x\nkill: A/order\n",
			`lost-lock: line 2: "A/order" is no case: write lab/Stage/case, as in messaging/B/lost-ack`},
		{"cases with commas", "x\nfails: a/A/b, a/A/c\n",
			`lost-lock: line 2: "a/A/b," is no case: write lab/Stage/case, as in messaging/B/lost-ack`},
		{"a path that leaves", header + "-- ../a.go --\n",
			`lost-lock: line 3: "../a.go" is no path of a file below the solution's folder`},
		{"two sections of a file", header + "-- a.go --\n-a\n== a.go ==\n",
			"lost-lock: line 5: a.go has a section already: put everything about it there"},
		{"a hunk without a place", header + "-- a.go --\n+a\n\n-b\n", "lost-lock: line 5: " + only},
		{"a last hunk without a place", header + "-- a.go --\n-b\n\n+a\n", "lost-lock: line 6: " + only},
		{"a hunk without a place before a section", header + "-- a.go --\n+a\n== b.go ==\n",
			"lost-lock: line 5: " + only},
		{"a hunk of context", header + "-- a.go --\n a\n",
			"lost-lock: line 4: the hunk that ends here changes nothing: add a '-' or a '+' line"},
		{"a hunk that puts back what it takes", header + "-- a.go --\n-a\n+a\n",
			"lost-lock: line 5: the hunk that ends here changes nothing: add a '-' or a '+' line"},
		{"a line without a marker", header + "-- a.go --\n\ta\n",
			`lost-lock: line 4: a line of a hunk begins with '-', '+' or a space, this one with '\t'`},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			if _, err := mutant.Parse("lost-lock", []byte(tt.text)); err == nil || err.Error() != tt.want {
				t.Errorf("error\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

func TestApply(t *testing.T) {
	tests := []struct{ title, before, sections, want string }{
		{"a line is replaced", "a\nb\nc\n", "-- a.go --\n-b\n+B\n", "a\nB\nc\n"},
		{"context shows the place", "x\nb\ny\nb\nz\n", "-- a.go --\n y\n-b\n z\n", "x\nb\ny\nz\n"},
		{"lines are added", "a\nb\n", "-- a.go --\n+0\n a\n+1\n", "0\na\n1\nb\n"},
		{"hunks may be out of order", "a\nb\nc\n", "-- a.go --\n-c\n+C\n\n\n-a\n+A\n", "A\nb\nC\n"},
		{"hunks may touch", "a\nb\n", "-- a.go --\n-a\n+A\n\n-b\n+B\n", "A\nB\n"},
		{"a hunk does not see what another made", "a\nb\n", "-- a.go --\n-a\n+b\n\n-b\n+c\n", "b\nc\n"},
		{"a marker alone is an empty line", "a\n\n\nb\n", "-- a.go --\n a\n-\n \n+\n+\n b\n", "a\n\n\n\nb\n"},
		{"indentation counts", "\t\ta\n\ta\n", "-- a.go --\n-\ta\n+\tb\n", "\t\ta\n\tb\n"},
		{"a line is not found in another", "max++\nx++\n", "-- a.go --\n-x++\n", "max++\n"},
		{"a whole file is replaced", "a\n", "== a.go ==\n-- b\n\n+c\n", "-- b\n\n+c\n"},
		{"carriage returns of both are gone", "a\r\nb\r\n", "-- a.go --\r\n-a\r\n+A\r\n", "A\nb\n"},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			files := map[string][]byte{"a.go": []byte(tt.before), "b.go": []byte("b")}
			got, err := parse(t, header+tt.sections).Apply(files)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string][]byte{"a.go": []byte(tt.want), "b.go": []byte("b")}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if string(files["a.go"]) != tt.before {
				t.Errorf("the input became %q", files["a.go"])
			}
			if &got["b.go"][0] != &files["b.go"][0] {
				t.Error("the file without a section was copied")
			}
		})
	}
}

func TestApplyAddsFiles(t *testing.T) {
	got, err := parse(t, header+"== new.go ==\npackage p\n").Apply(nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]byte{"new.go": []byte("package p\n")}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheZeroMutantChangesNothing(t *testing.T) {
	files := map[string][]byte{"a.go": []byte("a\r\n")}
	got, err := mutant.Mutant{}.Apply(files)
	if diff := cmp.Diff(files, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
}

func TestApplySaysWhatDoesNotFit(t *testing.T) {
	tests := []struct{ title, sections, want string }{
		{"old text that is gone", "-- a.go --\n-a\n\n \n-\tgone\n+x\n",
			`lost-lock: a.go: hunk 2 occurs 0 times, it must occur exactly once; its first line is ""`},
		{"old text that is ambiguous", "-- a.go --\n-\tb\n",
			`lost-lock: a.go: hunk 1 occurs 2 times, it must occur exactly once; its first line is "b"`},
		{"hunks on the same line", "-- a.go --\n \tb\n-c\n\n-a\n \tb\n",
			"lost-lock: a.go: hunks 1 and 2 overlap: make them one"},
		{"an unknown file", "-- x.go --\n-a\n", "lost-lock: the reference has no file x.go: it has a.go, b.go"},
		{"a file as it was", "== b.go ==\na\n",
			"lost-lock: b.go is that of the reference: change it, or take the section out"},
	}
	files := map[string][]byte{"a.go": []byte("a\n\tb\nc\n\tb\n"), "b.go": []byte("a\r\n")}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			got, err := parse(t, header+tt.sections).Apply(files)
			if err == nil || err.Error() != tt.want || got != nil {
				t.Errorf("error\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
	t.Run("places that overlap are two", func(t *testing.T) {
		m := parse(t, header+"-- a.go --\n a\n-b\n a\n")
		_, err := m.Apply(map[string][]byte{"a.go": []byte("a\nb\na\nb\na\n")})
		want := `lost-lock: a.go: hunk 1 occurs 2 times, it must occur exactly once; its first line is "a"`
		if err == nil || err.Error() != want {
			t.Errorf("error\n%v\nwant\n%s", err, want)
		}
	})
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("b.txt", header+"== a.go ==\nb\n")
	write("a-2.txt", header+"== a.go ==\na\n")
	write("a.txt", header+"== a.go ==\na\n")
	write("README.md", "no mutant")

	t.Run("mutants are sorted by name", func(t *testing.T) {
		got, err := mutant.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range got {
			names = append(names, m.Name)
		}
		if diff := cmp.Diff([]string{"a", "a-2", "b"}, names); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("one that does not parse is an error", func(t *testing.T) {
		write("c.txt", "")
		_, err := mutant.Load(dir)
		if want := "c: says not what is wrong"; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %s…", err, want)
		}
	})
	t.Run("a folder that does not exist is an error", func(t *testing.T) {
		if _, err := mutant.Load(filepath.Join(dir, "none")); err == nil {
			t.Error("no error")
		}
	})
}

// FuzzParse holds that any text parses or is an error of one line, and that what
// parses changes the file that it was made for, and only that one.
func FuzzParse(f *testing.F) {
	f.Add([]byte(header+"-- a.go --\n-\told\n+\tnew\n \tcontext\n\n-second\n"), []byte("\told\n\tcontext\nsecond\n"))
	f.Add([]byte(header+"== a.go ==\r\nwhole\r\n"), []byte("a\r\n"))
	f.Add([]byte("x\nref: y\nfails: a/B/c\n-- a.go --\n \n+\n"), []byte("\n"))
	f.Fuzz(func(t *testing.T, text, file []byte) {
		m, err := mutant.Parse("m", text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("error of more than one line: %v", err)
			}
			return
		}
		if m.What == "" {
			t.Fatal("nothing is said to be wrong")
		}
		before := bytes.Clone(file)
		got, err := m.Apply(map[string][]byte{"a.go": file, "untouched": []byte("x")})
		if !bytes.Equal(file, before) {
			t.Fatal("the input was modified")
		}
		if err != nil {
			return
		}
		changed := !bytes.Equal(got["a.go"], file) || len(got) > 2 || string(got["untouched"]) != "x"
		if !changed {
			t.Fatalf("%q changes nothing in %q", text, file)
		}
	})
}
