package labtest_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/disk"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// A toy keeps one text in a file, replaces it with every update, and has one bug
// or none.
type toy struct {
	v   *disk.Volume
	bug string
}

// must ends the toy when the disk of a workload fails, which it does not.
func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

// set replaces the text: copy, sync, rename, sync the directory.
func (s toy) set(text string) error {
	f := must(s.v.Create("new"))
	must(f.WriteAt([]byte(text+"."), 0))
	var err error
	if s.bug != "no sync of the file" {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close(), s.v.Rename("new", "text"))
	if s.bug != "no sync of the directory" {
		err = errors.Join(err, s.v.SyncDir())
	}
	return err
}

// get returns the text.
func (s toy) get() (string, error) {
	f, err := s.v.Open("text")
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	b := make([]byte, must(f.Size()))
	must(f.ReadAt(b, 0))
	text, whole := strings.CutSuffix(string(b), ".")
	if s.bug == "panics" && !whole {
		panic("half a text")
	}
	if s.bug == "chance" && rand.IntN(2) == 0 {
		text += "?"
	}
	return text, f.Close()
}

// recover is get, and the bugs that recoveries have.
func (s toy) recover() (string, error) {
	switch s.bug {
	case "counts":
		n := must(s.v.Create(fmt.Sprintf("seen%d", len(must(s.v.Names())))))
		names := must(s.v.Names())
		return strings.Join(names, ","), errors.Join(n.Sync(), s.v.SyncDir())
	case "refuses":
		if names := must(s.v.Names()); slices.Contains(names, "new") {
			return "", errors.New("what is this file new?")
		}
	case "endless":
		for names := must(s.v.Names()); slices.Contains(names, "new"); {
			names = must(s.v.Names())
		}
	case "tidies first":
		// It takes the text away before the copy is durable.
		text, err := s.get()
		if err != nil || text == "" {
			return text, err
		}
		err = errors.Join(s.v.Remove("text"), s.v.SyncDir())
		return text, errors.Join(err, s.set(text))
	}
	return s.get()
}

var texts = []string{"one", "two", "three"}

// explore tries a toy, or performs what a plan has.
func explore(t *testing.T, bug string, plan *labrpc.Plan) result {
	t.Helper()
	states := []string{""}
	for _, text := range texts {
		states = append(states, text)
	}
	return perform(t, labtest.Request{Seed: 1, Plan: plan}, func(t *labtest.T, _ *solution) {
		labtest.Explore(t, labtest.Exploration[*disk.Volume]{
			New: disk.NewVolume,
			Workload: func(v *disk.Volume, w *labtest.Work) {
				for _, text := range texts {
					if err := w.Op("set "+text, func() error { return toy{v, bug}.set(text) }); err != nil {
						t.Fail(labtest.Finding{Actual: err.Error()})
					}
				}
			},
			Recover: func(v *disk.Volume) (string, error) { return toy{v, bug}.recover() },
			Check: func(at labtest.Crash, contents string) labtest.Finding {
				if bug == "counts" {
					return labtest.Finding{}
				}
				return labtest.Prefix(states)(at, contents)
			},
		})
	})
}

func (r result) story() string {
	var b strings.Builder
	for _, e := range r.events {
		if e.Kind == trace.Step || e.Kind == trace.Fault || e.Kind == trace.Lose {
			fmt.Fprintf(&b, "%s %s\n", e.Kind, e.Text)
		}
	}
	return b.String()
}

func TestXX(t *testing.T) {
	for _, bug := range []string{"", "no sync of the file", "no sync of the directory", "panics", "chance", "counts", "refuses", "endless", "tidies first"} {
		if bug == "panics" {
			continue
		}
		r := explore(t, bug, nil)
		fmt.Printf("== %s\n%s\n%s\n", bug, r.story(), r)
	}
}

var _ = labs.Pass
