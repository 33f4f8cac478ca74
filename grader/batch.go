package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"faultline/grader/internal/class"
	"faultline/grader/internal/grading"
	"faultline/grader/internal/handin"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

// A batch is the grading of a class, or of some of it.
type batch struct {
	*workshop
	dir, out string
	labs     []suites.Suite
	order    grading.Order
	shard    *class.Shard
	keys     *class.Keys
	names    []string            // of the class
	todo     []handin.Submission // of the shard
	starters map[string]map[string][]byte
	unlock   func() // the folder of results

	// When something is graded again:
	old    *class.Manifest // of what was graded
	anew   bool            // also what has not changed
	some   bool            // only some cases of each lab; the others stay
	graded func(name string, changes []string)
	// step, if not nil, is told of each lab of a submission that is done. It may be
	// called concurrently.
	step func()
}

// batch looks at the class and gets the folders ready.
func (w *workshop) batch(dir string, f gradeFlags, order grading.Order) (*batch, error) {
	b := &batch{workshop: w, dir: dir, out: f.out, order: order, starters: map[string]map[string][]byte{}}
	var err error
	if b.labs, err = wantedLabs(f.labs); err != nil {
		return nil, err
	}
	if f.shard != "" {
		if b.shard, err = class.ParseShard(f.shard); err != nil {
			return nil, fmt.Errorf("--shard %w", err)
		}
	}
	if err := apart(dir, f.out); err != nil {
		return nil, err
	}
	all, err := w.submissions(dir)
	if err != nil {
		return nil, err
	}
	if all, err = onRoster(all, f.roster); err != nil {
		return nil, err
	}
	for _, s := range all {
		b.names = append(b.names, s.Name)
		if b.shard.Has(s.Name) {
			b.todo = append(b.todo, s)
		}
	}
	if err := builtFromTree(w.root, w.pools.Command[0]); err != nil {
		return nil, err
	}
	if b.keys, err = class.NewKeys(os.DirFS(w.root), orderText(order)); err != nil {
		return nil, err
	}
	for _, lab := range labs.All() {
		starter, err := w.solution(lab, "")
		if err != nil {
			return nil, err
		}
		b.starters[lab.Name] = starter.Files
	}
	b.unlock, err = openResults(b.out)
	return b, err
}

// openResults makes the folders for results, keeps other graders out of them until
// unlock is called, and puts in order what a killed one has left.
func openResults(out string) (unlock func(), err error) {
	staff := filepath.Join(out, staffFolder)
	if err := cmp.Or(makeFolder(out), makeFolder(staff)); err != nil {
		return nil, err
	}
	unlock, err = class.Lock(out)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: wait for it, or name another folder with --out", filepath.ToSlash(out), err)
	}
	if err := cmp.Or(class.Recover(out), class.Sweep(staff, unfinished)); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// declare writes what the folder of results is of, or is going to be of.
func declare(out string, m *class.Manifest) error {
	text, err := m.JSON()
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(out, staffFolder, class.ManifestFile), string(text))
}

// run grades the class. That a case met a fault of the grader is told by ours: then
// all else has been done.
func (b *batch) run(ctx context.Context) (ours, err error) {
	m := b.manifest()
	if err := declare(b.out, m); err != nil {
		return nil, err
	}
	t := b.newTable()
	t.head()
	rows := ordered[*class.Record]{show: func(_ int, rec *class.Record) { t.show(rec) }}
	bar := b.bar("labs graded")
	t.out = bar.over(t.out)
	err = b.each(ctx, rows.add)
	bar.end()
	if ctx.Err() != nil {
		fmt.Fprintln(b.workshop.err, "what has been graded stays: the same command goes on from there")
	}
	if err != nil {
		return nil, err
	}
	return b.finish(m)
}

// bar shows how many labs of all submissions are done.
func (b *batch) bar(name string) *progress {
	work := len(b.todo) * len(b.labs)
	bar := b.progress(name, work)
	b.step = func() { bar.step(work) }
	return bar
}

// tidied is after how many submissions the cache is tidied: each leaves up to 200 MB
// of guests in it, which are used again only when it is graded again.
const tidied = 10

// each grades the submissions side by side, and says of each when it is done, one
// at a time. What a submission does, and what goes wrong with one, is no error;
// that the disk is full is one.
func (b *batch) each(ctx context.Context, done func(i int, rec *class.Record)) error {
	all := b.lanes(len(b.todo))
	defer all.close()
	var mu sync.Mutex
	count := 0
	return all.each(ctx, len(b.todo), func(ctx context.Context, l lane, i int) error {
		rec, err := b.grade(ctx, l, b.todo[i])
		if err != nil {
			return fmt.Errorf("%s: %w", shown(b.todo[i].Name), err)
		}
		mu.Lock()
		defer mu.Unlock()
		if count++; count%tidied == 0 {
			b.builder.Prune()
		}
		done(i, rec)
		return nil
	})
}

// finish writes what is about the class as a whole, from what is on the disk.
func (b *batch) finish(m *class.Manifest) (ours, err error) {
	m.Done = true
	if ours, err = writeClassIndex(b.out, m); err == nil {
		err = declare(b.out, m)
	}
	if err != nil {
		return nil, err
	}
	to := filepath.ToSlash(b.out)
	fmt.Fprintf(b.workshop.out, "\nreports: %s/*/*.txt, results: %s/*/*.json\n", to, to)
	fmt.Fprintf(b.workshop.out, "to read in a browser: %s/*/%s\nand for the staff: %s/%s/%s\n", to, studentPage, to, staffFolder, indexPage)
	return ours, nil
}

// A table is what the terminal shows, a line for each lab of each submission.
type table struct {
	b       *batch
	width   int // of a name
	out     io.Writer
	columns int // of the terminal; 0 where lines may be as long as they are
}

func (b *batch) newTable() *table {
	out := b.workshop.out
	t := &table{b: b, width: len("submission"), out: out, columns: columns(out)}
	for _, s := range b.todo {
		t.width = max(t.width, len([]rune(shown(s.Name))))
	}
	return t
}

func (t *table) head() {
	t.line("submission", "lab", "points", "what happened")
}

func (t *table) show(rec *class.Record) {
	for _, suite := range t.b.labs {
		l, _ := rec.Of(suite.Lab.Name)
		points := "-"
		switch {
		case l.HandedIn && l.Key == "": // the grader failed at it, and that is not zero
			points = fmt.Sprintf("  ?/%-3d", l.MaxPoints)
		case l.HandedIn:
			points = fmt.Sprintf("%3d/%-3d", l.Points, l.MaxPoints)
		}
		t.line(shown(rec.Name), l.Name, points, shown(l.Gist))
	}
}

func (t *table) line(name, lab, points, gist string) {
	line := []rune(fmt.Sprintf("%-*s  %-10s %7s  %s", t.width, name, lab, points, gist))
	if t.columns > 0 && len(line) > t.columns {
		line = append(line[:t.columns-1], '…')
	}
	fmt.Fprintln(t.out, string(line))
}

// shown is a text that somebody else wrote as one line that no terminal acts on.
func shown(s string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(machine.Clean(s))
}

// gradeLab grades a solution, once more if the grader fails: a worker that the
// system has killed is no fault of the solution's.
func (b *batch) gradeLab(ctx context.Context, l lane, suite suites.Suite, sol submission.Solution, o grading.Order) (*result.Result, error) {
	r, err := l.grader.Grade(ctx, suite, sol, o)
	if err != nil && ctx.Err() == nil {
		r, err = l.grader.Grade(ctx, suite, sol, o)
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return grading.Failed(suite, sol, o, err), nil
	}
	return r, nil
}

// open opens a submission. What is wrong with it is said in its record; an error is of
// this machine.
func open(s handin.Submission) (f *handin.Folder, refused string, ours error) {
	if s.Path == "" {
		return nil, "", nil
	}
	f, err := handin.Open(s)
	switch {
	case handin.OfThisMachine(err):
		return nil, "", err
	case err != nil:
		return nil, fmt.Sprintf("nothing of %s is taken: %v", shown(filepath.Base(s.Path)), cause(err)), nil
	}
	return f, "", nil
}

// solutionIn takes the solution of a lab out of a submission, under the name by
// which its author knows it. An empty one comes with the reason, or with an error of
// this machine.
func (b *batch) solutionIn(f *handin.Folder, lab labs.Lab) (sol submission.Solution, why string, ours error) {
	if f == nil {
		return sol, handin.ErrMissing.Error(), nil
	}
	sol, err := f.Solution(lab, b.starters[lab.Name])
	switch {
	case handin.OfThisMachine(err):
		return submission.Solution{}, "", err
	case err != nil:
		return submission.Solution{}, cause(err).Error(), nil
	}
	sol.Dir = starterDir(lab)
	return sol, "", nil
}
