package machine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs/labtest"
)

// A Program is a package that a solution wrote, in the first part of a run, with
// what the suite adds so that it can be called.
type Program struct {
	Solution submission.Solution
	Written  map[string][]byte // the solution's files, by name
	Driver   labtest.Driver
}

// Built is what has become of a program: a guest, or what the compiler says.
type Built struct {
	Guest  *Guest
	Broken *BuildError
}

// mostPrograms is how many programs are put into one guest.
const mostPrograms = 120

// Programs makes guests of programs, as few as it can, and returns what became of
// each. What has been built before costs nothing. One program that does not
// compile does not keep the others from running.
func (b *Builder) Programs(ctx context.Context, suite suites.Suite, programs []Program) ([]Built, error) {
	byKey := map[string]Program{}
	keys := make([]string, len(programs))
	for i, p := range programs {
		keys[i] = p.key()
		if _, known := b.program(keys[i]); !known {
			byKey[keys[i]] = p
		}
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(byKey)), mostPrograms) {
		if err := b.buildPrograms(ctx, suite, byKey, some); err != nil {
			return nil, err
		}
	}
	all := make([]Built, len(programs))
	for i, key := range keys {
		all[i], _ = b.program(key)
	}
	return all, nil
}

func (b *Builder) program(key string) (Built, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	built, known := b.programs[key]
	if known && built.Guest != nil && touch(built.Guest.Path) != nil {
		known = false // somebody has removed it from the cache
	}
	return built, known
}

func (b *Builder) setProgram(key string, built Built) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.programs == nil {
		b.programs = map[string]Built{}
	}
	b.programs[key] = built
}

// buildPrograms builds one guest. The programs that do not compile are taken out
// until the others do. Where the compiler gives up and names none, which it does on code
// that it would need gigabytes for, they are halved until one is left.
func (b *Builder) buildPrograms(ctx context.Context, suite suites.Suite, byKey map[string]Program, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	l, err := newProgramLayer(suite, byKey, keys)
	if err != nil {
		return err
	}
	path, err := b.guest(ctx, l)
	broken := (*BuildError)(nil)
	if err != nil && !errors.As(err, &broken) {
		return err
	}
	if err == nil {
		for i, p := range l.programs {
			b.setProgram(keys[i], Built{Guest: &Guest{Lab: suite.Lab.Name, Path: path, Index: int32(len(l.solutions) + i),
				Package: l.solutions[p.Index].Package(), Program: p.ImportPath()}})
		}
		return nil
	}
	blamed := l.blame(broken.Text)
	if len(blamed) == 0 && len(keys) > 1 {
		half := len(keys) / 2
		if err := b.buildPrograms(ctx, suite, byKey, keys[:half]); err != nil {
			return err
		}
		return b.buildPrograms(ctx, suite, byKey, keys[half:])
	}
	return b.buildPrograms(ctx, suite, byKey, b.takeOut(byKey, keys, blamed, broken))
}

// takeOut notes which programs do not compile, and returns the keys of the others. The
// only one of a guest is to blame for all of it.
func (b *Builder) takeOut(byKey map[string]Program, keys []string, blamed map[int][]string, broken *BuildError) (rest []string) {
	for i, key := range keys {
		switch lines := blamed[i]; {
		case len(lines) > 0:
			b.setProgram(key, Built{Broken: &BuildError{Text: strings.Join(byKey[key].explain(lines), "\n")}})
		case len(keys) == 1:
			b.setProgram(key, Built{Broken: broken})
		default:
			rest = append(rest, key)
		}
	}
	return rest
}

// key is a hash of all that a program is made from.
func (p Program) key() string {
	h := sha256.New()
	add := func(files map[string][]byte) {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			fmt.Fprintf(h, "%s %d\n%s", name, len(files[name]), files[name])
		}
		fmt.Fprintln(h)
	}
	add(p.Solution.Files)
	add(p.Written)
	add(p.driver())
	return hex.EncodeToString(h.Sum(nil))
}

func (p Program) driver() map[string][]byte {
	files := map[string][]byte{}
	for name, text := range p.Driver.Files {
		files[name] = []byte(text)
	}
	return files
}

// explain turns the compiler's lines about a program into what its author can
// read: with the lines of code of the files that the author wrote, and below these
// what is wrong in the others, once.
func (p Program) explain(lines []string) []string {
	files := p.driver()
	maps.Copy(files, p.Written)
	var own, others []string
	ours := false
	for _, line := range labtest.Quote(lines, files) {
		name, rest, _ := strings.Cut(line, ":")
		if _, begins := files[name]; begins {
			_, ours = p.Driver.Files[name]
			_, message, _ := strings.Cut(rest, ": ")
			if ours {
				others = append(others, "the rest of the package does not fit: "+message)
			}
		}
		if !ours {
			own = append(own, line)
		}
	}
	slices.Sort(others)
	return append(own, slices.Compact(others)...)
}

// A placedProgram is a program at its place in the tree.
type placedProgram struct {
	Index int // of its solution
	dir   string
}

// ImportPath is that of the program.
func (p placedProgram) ImportPath() string { return "faultline/" + p.dir }

// newProgramLayer makes the layer of a guest with programs and their solutions.
func newProgramLayer(suite suites.Suite, byKey map[string]Program, keys []string) (layer, error) {
	var sols []submission.Solution
	index := map[string]int{} // of a solution, by its files
	for _, key := range keys {
		if id := (Program{Solution: byKey[key].Solution}).key(); index[id] == 0 {
			sols = append(sols, byKey[key].Solution)
			index[id] = len(sols)
		}
	}
	l, err := newLayer(suite, sols...)
	if err != nil {
		return l, err
	}
	for i, key := range keys {
		p := byKey[key]
		at := placedProgram{Index: index[Program{Solution: p.Solution}.key()] - 1, dir: fmt.Sprintf("%s/programs/p%d", skeletonDir, i)}
		l.programs = append(l.programs, at)
		for name, text := range p.driver() {
			l.files[at.dir+"/"+name] = text
		}
		place := func(src []byte) ([]byte, error) {
			return submission.Place(src, suite.Lab, l.solutions[at.Index].Package())
		}
		for name, text := range p.Written {
			l.files[at.dir+"/"+name] = rewritten(text, place, submission.Redirect, submission.Meter)
		}
	}
	return l, l.addMain()
}

// blame shares out what the compiler says among the programs, by their index. A
// line that is indented goes on with the one before.
func (l layer) blame(text string) map[int][]string {
	blamed := map[int][]string{}
	last := -1
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, "\t") {
			last = slices.IndexFunc(l.programs, func(p placedProgram) bool { return strings.HasPrefix(line, p.dir+"/") })
		}
		if last >= 0 {
			dir := l.programs[last].dir + "/"
			blamed[last] = append(blamed[last], strings.TrimSpace(strings.ReplaceAll(line, dir, "")))
		}
	}
	return blamed
}
