package class

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"

	"faultline/grader/internal/submission"
	"faultline/grader/internal/tree"
)

// Keys make the keys of results. A suite is part of those of its own lab only, so that
// a teacher who mends a case in mid-term has that lab graded anew and no other.
type Keys struct {
	parts map[string]string // a hash of each lab's suite; at "", of all else that grades
	order string            // a hash of what was asked for
}

// NewKeys makes the keys of a grading by the tree of Faultline at root. Order is a
// text of all that was asked for and that a result depends on: seeds and budgets.
func NewKeys(root fs.FS, order string) (*Keys, error) {
	common := sha256.New()
	fmt.Fprintln(common, runtime.Version())
	parts := map[string]hash.Hash{"": common}
	part := tree.Part{Folders: tree.Sources(), Takes: takes}
	err := part.Read(root, func(name string, text []byte) error {
		lab := suiteOf(name)
		if parts[lab] == nil {
			parts[lab] = sha256.New()
		}
		fmt.Fprintf(parts[lab], "%s %d\n%s", name, len(text), text)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the tree of Faultline: %w", err)
	}
	k := &Keys{parts: map[string]string{}, order: sum(order)}
	for lab, h := range parts {
		k.parts[lab] = short(h.Sum(nil))
	}
	return k, nil
}

// suiteOf is the lab whose suite a file is part of, "" for all others.
func suiteOf(name string) string {
	if s := strings.Split(name, "/"); len(s) > 3 && s[0] == "labs" && s[2] == s[1]+"test" {
		return s[1]
	}
	return ""
}

// takes reports whether a file of the tree has a part in a grading: the suites, the
// machine, and the starter code, which stands for files that are missing.
func takes(name string) bool {
	if !strings.Contains(name, "/") {
		return name == "go.mod" || name == "go.sum"
	}
	return !strings.HasSuffix(name, "_test.go")
}

// Tree is a hash of all that grades: suites, machine, grader.
func (k *Keys) Tree() string { return sum(fmt.Sprint(k.parts)) } // which prints a map in the order of its keys

// Order is a hash of what was asked for.
func (k *Keys) Order() string { return k.order }

// Of is the key of the result that a solution of a lab has.
func (k *Keys) Of(lab string, sol submission.Solution) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %s %s\n%q\n", k.parts[""], k.parts[lab], k.order, lab, sol.Notes)
	for _, name := range slices.Sorted(maps.Keys(sol.Files)) {
		fmt.Fprintf(h, "%s %d\n%s", name, len(sol.Files[name]), sol.Files[name])
	}
	return short(h.Sum(nil))
}

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return short(h[:])
}

func short(h []byte) string { return hex.EncodeToString(h)[:32] }
