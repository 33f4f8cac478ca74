package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
