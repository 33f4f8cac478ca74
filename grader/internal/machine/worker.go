package machine

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// A task is what the pool sends to a worker.
type task struct {
	Cache   string
	Guest   Guest
	Request string // text of a labtest.Request
	Options Options
	Test    *TestTask // instead of the guest and the request; nil for these
}

// A reply is what a worker sends back: that the run begins, that it has paused, now and
// then, and at last what became of it.
type reply struct {
	Alive bool
	Run   Run
}

// Serve is the life of a worker: it performs the tasks that come on in and
// writes what became of them to out, until in ends.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	w := worker{judges: map[string]labtest.Models{}}
	for _, s := range suites.All() {
		w.judges[s.Lab.Name] = s.Models
	}
	dec, enc := gob.NewDecoder(in), gob.NewEncoder(out)
	w.alive = func() { enc.Encode(reply{Alive: true}) } // whoever does not hear it has ended us
	for {
		var t task
		switch err := dec.Decode(&t); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("worker: %w", err)
		}
		if err := enc.Encode(reply{Run: w.perform(ctx, t)}); err != nil {
			return fmt.Errorf("worker: %w", err)
		}
	}
}

type worker struct {
	judges map[string]labtest.Models
	guest  string // path of the guest that vm holds
	vm     *vm
	memory memory // of every guest
	alive  func() // says that a run begins, has paused, or is judged
}

func (w *worker) perform(ctx context.Context, t task) Run {
	if t.Test != nil {
		return w.test(ctx, t.Cache, *t.Test)
	}
	if w.guest != t.Guest.Path {
		if w.vm != nil {
			w.vm.close()
		}
		w.vm, w.guest = nil, ""
		v, err := load(ctx, t.Cache, t.Guest.Path, &w.memory)
		if err != nil {
			return Run{Outcome: outcome(labs.GraderError, "", err.Error())}
		}
		v.host.alive = w.alive
		w.vm, w.guest = v, t.Guest.Path
	}
	req, err := labtest.ParseRequest(t.Request)
	if err != nil {
		return Run{Outcome: outcome(labs.GraderError, "", err.Error())}
	}
	run := w.vm.run(ctx, t.Guest.Index, req, t.Options)
	for _, pkg := range []string{t.Guest.Program, t.Guest.Package} {
		if run.Where == "" && pkg != "" {
			run.Where = where(run.Dump, pkg)
		}
	}
	if run.Verdict == labs.Pass {
		run.Outcome = w.judge(t.Guest.Lab, run.Events)
		run.Actual = Clean(cut(run.Actual)) // it quotes results, and the solution may return anything
	}
	if run.Verdict == labs.Pass && !t.Options.Trace {
		run.Events = nil
	}
	return run
}

// judge judges a run, and gives signs of life: the checker may work for longer than a
// solution may without a pause, and that is not the solution's fault.
func (w *worker) judge(lab string, events []trace.Event) labtest.Outcome {
	done := make(chan struct{})
	var signs sync.WaitGroup
	signs.Go(func() {
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				w.alive()
			case <-done:
				return
			}
		}
	})
	defer signs.Wait() // so that none comes after the reply
	defer close(done)
	return w.judges[lab].Judge(events)
}

// where is the first place in a dump that is the solution's.
func where(dump, pkg string) string {
	for _, g := range labtest.Goroutines(dump) {
		if frame, mine := g.Of(pkg); mine {
			return frame.Position()
		}
	}
	return ""
}
