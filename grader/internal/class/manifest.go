package class

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ManifestSchema names the version of a manifest's JSON form.
const ManifestSchema = "faultline/class/v1"

// ManifestFile is the file in the staff's folder that holds the manifest.
const ManifestFile = "class.json"

// A Manifest says what a folder of results is of.
type Manifest struct {
	Schema      string   `json:"schema"`
	Class       string   `json:"class"` // the name of the folder of submissions
	Submissions []string `json:"submissions"`
	Labs        []string `json:"labs"`
	Tree        string   `json:"tree"`            // see Keys
	Order       string   `json:"order"`           // see Keys
	Seeds       []uint64 `json:"seeds,omitempty"` // of the class; none: those that students run
	All         bool     `json:"all,omitempty"`   // each case ran with all of its seeds
	Shard       *Shard   `json:"shard,omitempty"` // nil: the folder has all submissions
	// Done says that each submission of the folder has been graded for what stands
	// above. Until then some results may be of an earlier grading.
	Done bool `json:"done"`
}

// JSON is the text of a manifest.
func (m *Manifest) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), err
}

// Has reports whether a submission is of the class.
func (m *Manifest) Has(name string) bool { return slices.Contains(m.Submissions, name) }

// Here are those of the class whose results are in the folder.
func (m *Manifest) Here() (names []string) {
	for _, name := range m.Submissions {
		if m.Shard.Has(name) {
			names = append(names, name)
		}
	}
	return names
}

// ReadManifest reads the manifest in the staff's folder.
func ReadManifest(staff string) (*Manifest, error) {
	file := filepath.Join(staff, ManifestFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	m := &Manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("%s: not the manifest of a class: %w", filepath.ToSlash(file), err)
	}
	if m.Schema != ManifestSchema {
		return nil, fmt.Errorf("%s: a manifest of version %q, expected %q", filepath.ToSlash(file), m.Schema, ManifestSchema)
	}
	return m, nil
}

// A Shard is a part of a class that one machine grades: the I-th of N.
type Shard struct {
	I int `json:"i"` // from 1
	N int `json:"n"`
}

// ParseShard reads "2/5".
func ParseShard(text string) (*Shard, error) {
	a, b, _ := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(a)
	n, err2 := strconv.Atoi(b)
	if errors.Join(err1, err2) != nil || i < 1 || i > n {
		return nil, fmt.Errorf("%q: expected I/N, the I-th of N parts, as in 1/4", text)
	}
	return &Shard{I: i, N: n}, nil
}

func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.I, s.N) }

// Has reports whether a submission is in the shard. That depends on its name
// alone, so that one who hands in late moves nobody to another machine. A nil
// shard has them all.
func (s *Shard) Has(name string) bool {
	if s == nil {
		return true
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	return int(h.Sum32()%uint32(s.N)) == s.I-1
}
