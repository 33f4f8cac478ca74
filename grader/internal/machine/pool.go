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
	CPULimit time.Duration // of one run
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
	return p.do(ctx, task{Cache: p.cfg.Cache, Guest: *g, Request: req.String(), Options: opt}, p.cfg.CPULimit)
}

// do has a free worker do a task.
func (p *Pool) do(ctx context.Context, t task, limit time.Duration) (Run, error) {
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

// perform has the worker do the task. It watches the CPU time that the worker
// uses: a guest that never gives up the processor cannot be asked to stop.
func (w *process) perform(ctx context.Context, t task, limit time.Duration) (run Run, alive bool, err error) {
	type answer struct {
		run Run
		err error
	}
	begin, answers := w.cpu(), make(chan answer, 1)
	go func() {
		var a answer
		if a.err = w.enc.Encode(t); a.err == nil {
			a.err = w.dec.Decode(&a.run)
		}
		answers <- a
	}()
	watch := time.NewTicker(50 * time.Millisecond)
	defer watch.Stop()
	for {
		select {
		case a := <-answers:
			if a.err != nil {
				return Run{}, false, fmt.Errorf("a worker died during %q: %w", t.Request, a.err)
			}
			return a.run, true, nil
		case <-ctx.Done():
			return Run{}, false, ctx.Err()
		case <-watch.C:
			if w.cpu()-begin > limit {
				return stuck(limit), false, nil
			}
		}
	}
}

func stuck(limit time.Duration) Run {
	return Run{Outcome: outcome(labs.Stuck, "every goroutine waits for something now and then",
		fmt.Sprintf("one computed for %v without a pause: look for a loop that never blocks", limit))}
}
