package kit_test

import (
	"archive/zip"
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"faultline/grader/internal/kit"
)

const starter = "package messaging\n\nfunc NewMailbox() { panic(1) } // it is yours\n"

const solution = `package messaging

func (m *mailbox) send(msg []byte) error { // waits for room
	for !m.closed && len(m.queue) == m.capacity { m.wait() }
	m.queue = append(m.queue, bytes.Clone(msg))
	return nil
}
`

// house is a small tree, with what must and must not go in.
func house() fstest.MapFS {
	tree := fstest.MapFS{}
	for name, text := range map[string]string{
		"Makefile":                                "lab-%:\n\n##@ For instructors\n\ndemo:\n\n.PHONY: build\nbuild:\n",
		"go.mod":                                  "module faultline\n",
		"README.md":                               "the staff's page",
		"handouts/01-messaging.md":                "Read this.",
		"handouts/writing-a-lab.md":               "for instructors",
		"labs/messaging/messagingtest/suite.go":   "package messagingtest\n",
		"labs/disk/example_test.go":               "package disk_test\n",
		"labs/disk/disk_test.go":                  "package disk_test\n",
		"labs/labs_test.go":                       "package labs_test\n",
		"labs/internal/staff/messaging/a.go":      solution,
		"solutions-skeleton/messaging/mailbox.go": starter,
		"solutions-skeleton/messaging/my-own.go":  solution,
		"grader/main.go":                          "package main\n",
		"grader/testdata/script/a.txtar":          solution,
		"out/grades/carl/messaging.json":          "{}",
		"notes.txt":                               "exam questions",
		".ci/run":                                 "make test",
	} {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return tree
}

func staff() kit.Staff {
	return kit.Staff{
		Starter: map[string][]byte{"solutions-skeleton/messaging/mailbox.go": []byte(starter)},
		Files:   map[string][]byte{"labs/internal/staff/messaging/a.go": []byte(solution)},
	}
}

func TestOnlyWhatIsListedGoesIn(t *testing.T) {
	var b bytes.Buffer
	if err := kit.Write(&b, house(), staff()); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, strings.TrimPrefix(f.Name, "faultline/"))
	}
	want := []string{".github/workflows/labs.yml", ".gitignore", "Makefile", "README.md", "go.mod", "grader/main.go",
		"handouts/01-messaging.md", "labs/disk/disk_test.go", "labs/disk/example_test.go", "labs/messaging/messagingtest/suite.go",
		"solutions-skeleton/messaging/mailbox.go"}
	if !slices.Equal(names, want) {
		t.Errorf("%q\nwant %q", names, want)
	}
}

func TestWhatIsTheStaffsIsRefused(t *testing.T) {
	for _, test := range []struct{ title, name, text, want string }{
		{"a solution in the place of the starter code", "solutions-skeleton/messaging/mailbox.go", solution,
			"solutions-skeleton/messaging/mailbox.go is not the starter code"},
		{"a solution under another name", "labs/messaging/messagingtest/hints.go", solution,
			"labs/messaging/messagingtest/hints.go has a passage of labs/internal/staff/messaging/a.go"},
		{"indented otherwise, in a handout", "handouts/01-messaging.md", "Look:\n" + strings.ReplaceAll(solution, "\t", "        "),
			"handouts/01-messaging.md has a passage of labs/internal/staff"},
		{"a staff folder elsewhere", "labs/kv/internal/staff/kv.go", "package kv\n",
			"labs/kv/internal/staff/kv.go is the staff's"},
		{"no Makefile to cut", "Makefile", "all:\n", `the Makefile has no part "##@ For instructors"`},
	} {
		t.Run(test.title, func(t *testing.T) {
			tree := house()
			tree[test.name] = &fstest.MapFile{Data: []byte(test.text)}
			err := kit.Write(&bytes.Buffer{}, tree, staff())
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%v\nwant %s", err, test.want)
			}
		})
	}
	t.Run("starter code that is missing", func(t *testing.T) {
		tree := house()
		delete(tree, "solutions-skeleton/messaging/mailbox.go")
		err := kit.Write(&bytes.Buffer{}, tree, staff())
		if err == nil || err.Error() != `solutions-skeleton/messaging/mailbox.go is missing: run "make skeleton"` {
			t.Error(err)
		}
	})
}
