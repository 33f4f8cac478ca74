package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"faultline/grader/internal/handin"
)

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
		if got := ofThisMachine(test.err); got != test.ours {
			t.Errorf("%v: got %t, want %t", test.err, got, test.ours)
		}
	}
}

func TestANameThatOurFilesCannotHaveIsRefusedBeforeTheGrading(t *testing.T) {
	dir := t.TempDir()
	check(t, os.Mkdir(filepath.Join(dir, strings.Repeat("n", maxName)), 0o755))
	w := &workshop{}
	if _, err := w.submissions(dir); err != nil {
		t.Error(err)
	}
	check(t, os.Mkdir(filepath.Join(dir, strings.Repeat("n", maxName+1)), 0o755))
	if _, err := w.submissions(dir); err == nil || !strings.Contains(err.Error(), "shorter") {
		t.Errorf("got %v", err)
	}
}
