package machine

import (
	"context"
	"encoding/gob"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"faultline/labs"
	"faultline/labs/labtest"
)

// A PoolConfig says how a pool works. Every field is needed.
type PoolConfig struct {
	Command  []string      // that starts a worker: a program whose main calls Serve
	Workers  int           // how many runs go on at once
	Cache    string        // as in Builder
	CPULimit time.Duration // of one run, without an event and without all of its goroutines waiting
	CPUTotal time.Duration // of one run
}

// A Pool performs runs in worker processes. Its methods may be called
// concurrently.
type Pool struct {
	cfg  PoolConfig
	free chan *process // as many as there are workers; nil stands for one to be started
}

// NewPool makes a pool. Workers start when they are first needed.
func NewPool(cfg PoolConfig) *Pool {
	p := &Pool{cfg: cfg, free: make(chan *process, cfg.Workers)}
	for range cfg.Workers {
		p.free <- nil
	}
	return p
}

// Close ends the workers. No run may be under way.
func (p *Pool) Close() {
	for range p.cfg.Workers {
		if w := <-p.free; w != nil {
			w.kill()
		}
	}
}

// Run performs one run, waiting for a free worker. An error is a fault of ours or
// the end of ctx; all that a solution can do is a Run.
func (p *Pool) Run(ctx context.Context, g *Guest, req labtest.Request, opt Options) (Run, error) {
	t := task{Cache: p.cfg.Cache, Guest: *g, Request: req.String(), Options: opt}
	return p.do(ctx, t, patience{pause: p.cfg.CPULimit, total: p.cfg.CPUTotal})
}

// do has a free worker do a task.
func (p *Pool) do(ctx context.Context, t task, limit patience) (Run, error) {
	var w *process
	select {
	case w = <-p.free:
	case <-ctx.Done():
		return Run{}, ctx.Err()
	}
	defer func() { p.free <- w }()
	if w == nil {
		var err error
		if w, err = start(p.cfg.Command); err != nil {
			return Run{}, err
		}
	}
	run, alive, err := w.perform(ctx, t, limit)
	if !alive {
		w.kill()
		w = nil
	}
	return run, err
}

// A process is a running worker.
type process struct {
	cmd   *exec.Cmd
	began time.Time
	in    io.WriteCloser
	enc   *gob.Encoder
	dec   *gob.Decoder
}

func start(command []string) (*process, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	separate(cmd)
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	for _, err := range []error{err1, err2, cmd.Start()} {
		if err != nil {
			return nil, fmt.Errorf("start a worker: %w", err)
		}
	}
	return &process{cmd: cmd, began: time.Now(), in: in, enc: gob.NewEncoder(in), dec: gob.NewDecoder(out)}, nil
}

func (w *process) kill() {
	w.in.Close()
	w.cmd.Process.Kill()
	w.cmd.Wait()
}

// A patience is how much CPU time a task may take.
type patience struct {
	pause time.Duration // without a sign of life, once there was one
	total time.Duration // before the first sign of life, and again from there
}

// A watch follows the CPU time that a worker has used, for one task. The first sign
// of life says that the run begins: what it takes to load a guest is not the run's.
type watch struct {
	patience
	began, paused time.Duration // CPU time then
	running       bool
}

// alive notes a sign of life.
func (w *watch) alive(now time.Duration) {
	if w.paused = now; !w.running {
		w.began, w.running = now, true
	}
}

// over says what a task is that has taken too long.
func (w *watch) over(now time.Duration) (Run, bool) {
	switch {
	case now-w.began > w.total:
		return stuck("the scenario comes to an end", fmt.Sprintf("it computed for %v", w.total)), true
	case w.running && now-w.paused > w.pause:
		return stuck("every goroutine waits for something now and then",
			fmt.Sprintf("one computed for %v without a pause: look for a loop that never blocks", w.pause)), true
	}
	return Run{}, false
}

// perform has the worker do the task. It watches the CPU time that the worker
// uses: a guest that never gives up the processor cannot be asked to stop. CPU time
// is no measure that two machines, or a busy and a quiet one, agree on. So what ends
// an honest long run must be far away, and a spin is known by its silence.
func (w *process) perform(ctx context.Context, t task, limit patience) (run Run, alive bool, err error) {
	done := make(chan struct{})
	defer close(done)
	used := watch{patience: limit, began: w.cpu()}
	answers := w.ask(t, done)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case a := <-answers:
			switch {
			case a.err != nil:
				return Run{}, false, fmt.Errorf("a worker died during %q: %w", t.Request, a.err)
			case !a.Alive:
				return a.Run, true, nil
			}
			used.alive(w.cpu())
		case <-ctx.Done():
			return Run{}, false, ctx.Err()
		case <-tick.C:
			if run, over := used.over(w.cpu()); over {
				return run, false, nil
			}
		}
	}
}

// An answer is what a worker says, or why it says nothing.
type answer struct {
	reply
	err error
}

// ask sends a task to the worker and passes on what it answers.
func (w *process) ask(t task, done <-chan struct{}) <-chan answer {
	answers := make(chan answer)
	go func() {
		a := answer{err: w.enc.Encode(t)}
		for last := false; !last; {
			a.reply = reply{}
			if a.err == nil {
				a.err = w.dec.Decode(&a.reply)
			}
			last = a.err != nil || !a.Alive
			select {
			case answers <- a:
			case <-done:
				return
			}
		}
	}()
	return answers
}

func stuck(expected, actual string) Run {
	return Run{Outcome: outcome(labs.Stuck, expected, actual)}
}
