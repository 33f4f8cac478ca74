package skeleton

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Generate returns what the folder of starter code for the reference in the
// folder from must hold, by name. Of the reference it takes the named files
// alone: the Go files stripped, without those that are omitted, and others as
// they are.
func Generate(from string, files []string) (map[string][]byte, error) {
	want := make(map[string][]byte)
	for _, name := range files {
		path := filepath.Join(from, name)
		src, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the reference lacks %s: write it, or take it out of the lab's list of files", path)
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read the reference: %w", err)
		}
		if filepath.Ext(name) != ".go" {
			want[name] = src
			continue
		}
		result, err := Strip(path, src)
		if err != nil {
			return nil, err
		}
		if result.Source != nil {
			want[name] = result.Source
		}
	}
	return want, nil
}

// Drift compares a folder with what it must hold, by slash-separated path, and
// returns a line for each file that differs, is missing or is extra, sorted by
// name. A folder that does not exist lacks everything.
func Drift(want map[string][]byte, dir string) ([]string, error) {
	got, err := readAll(dir)
	if err != nil {
		return nil, err
	}
	both := maps.Clone(want)
	if both == nil {
		both = make(map[string][]byte)
	}
	maps.Copy(both, got)
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(both)) {
		text, wanted := want[name]
		have, present := got[name]
		switch {
		case !wanted:
			lines = append(lines, name+" is extra")
		case !present:
			lines = append(lines, name+" is missing")
		case !bytes.Equal(text, have):
			lines = append(lines, fmt.Sprintf("%s differs from line %d on", name, firstDifference(text, have)))
		}
	}
	return lines, nil
}

// readAll reads every file below dir, by slash-separated path.
func readAll(dir string) (map[string][]byte, error) {
	files := make(map[string][]byte)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if path == dir && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read the starter code: %w", err)
	}
	return files, nil
}

// firstDifference is the number of the first line in which two texts differ.
func firstDifference(a, b []byte) int {
	linesA, linesB := strings.SplitAfter(string(a), "\n"), strings.SplitAfter(string(b), "\n")
	for i := range min(len(linesA), len(linesB)) {
		if linesA[i] != linesB[i] {
			return i + 1
		}
	}
	return min(len(linesA), len(linesB)) + 1
}
