package class

import (
	"fmt"
	"path/filepath"
	"slices"
)

// A Part is a folder of results of a shard, with its manifest.
type Part struct {
	Dir string
	*Manifest
}

// Whole is the manifest of the class that parts together are. An error says, in a
// sentence, why they are not one class.
func Whole(parts []Part) (*Manifest, error) {
	whole := *parts[0].Manifest
	whole.Shard = nil
	for _, p := range parts {
		if !p.Done {
			return nil, fmt.Errorf("%s is not graded to its end: start the same command again", slash(p.Dir))
		}
		if why := differ(parts[0].Manifest, p.Manifest); why != "" {
			return nil, fmt.Errorf("%s and %s are not parts of one grading: %s", slash(parts[0].Dir), slash(p.Dir), why)
		}
	}
	for _, name := range whole.Submissions {
		if _, err := Holder(parts, name); err != nil {
			return nil, err
		}
	}
	return &whole, nil
}

func slash(dir string) string { return filepath.ToSlash(dir) }

// differ says in what two manifests are of different gradings.
func differ(a, b *Manifest) string {
	switch {
	case a.Class != b.Class || !slices.Equal(a.Submissions, b.Submissions):
		return "they are of other submissions"
	case !slices.Equal(a.Labs, b.Labs):
		return "they are of other labs"
	case a.Order != b.Order || !slices.Equal(a.Seeds, b.Seeds):
		return "they have other seeds or other budgets"
	case a.Tree != b.Tree:
		return "another version of the grader made them"
	}
	return ""
}

// Holder is the one part that has a submission.
func Holder(parts []Part, name string) (found Part, err error) {
	for _, p := range parts {
		switch {
		case !p.Shard.Has(name):
		case found.Manifest != nil:
			return found, fmt.Errorf("%s and %s both have %q: name each part once", slash(found.Dir), slash(p.Dir), name)
		default:
			found = p
		}
	}
	if found.Manifest == nil {
		return found, fmt.Errorf("no part has %q: name the folders of all %d parts", name, parts[0].shards())
	}
	return found, nil
}

func (m *Manifest) shards() int {
	if m.Shard == nil {
		return 1
	}
	return m.Shard.N
}
