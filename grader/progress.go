package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// A progress shows how far a long work is: a bar on a terminal, elsewhere a line
// now and then, always on standard error. Its methods but step are called one at a time.
type progress struct {
	name string
	mu   sync.Mutex // of done
	done int        // as step counts it
	w    io.Writer
	next time.Time // of the next line, where there is no bar
	from time.Time
	bars *mpb.Progress
	bar  *mpb.Bar
}

// every is how often a work without a terminal says how far it is.
const every = 10 * time.Second

func (w *workshop) progress(name string, total int) *progress {
	p := &progress{name: name, w: w.err, next: time.Now().Add(every), from: time.Now()}
	if !isTerminal(w.err) {
		return p
	}
	p.bars = mpb.New(mpb.WithOutput(w.err), mpb.WithWidth(40))
	p.bar = p.bars.AddBar(int64(total), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(name+" ")),
		mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string {
			return fmt.Sprintf("%d of %d%s", s.Current, s.Total, estimate(time.Since(p.from), int(s.Current), int(s.Total)))
		})))
	return p
}

// set says that so much is done.
func (p *progress) set(done, of int) {
	if p.bar != nil {
		p.bar.SetTotal(int64(of), false)
		p.bar.SetCurrent(int64(done))
		return
	}
	if now := time.Now(); now.After(p.next) {
		p.next = now.Add(every)
		fmt.Fprintf(p.w, "%s: %d of %d%s\n", p.name, done, of, estimate(now.Sub(p.from), done, of))
	}
}

// over is where lines go that belong to w while the work goes on. If both are on a
// terminal they come above the bar, which would wipe them out if they came below.
func (p *progress) over(w io.Writer) io.Writer {
	if p.bar == nil || !isTerminal(w) {
		return w
	}
	return p.bars
}

// step says that one more is done. It may be called concurrently, but not beside set.
func (p *progress) step(of int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.set(p.done, of)
}

// estimate says how long the rest will take, if it takes as long as what is done.
func estimate(spent time.Duration, done, of int) string {
	if done == 0 || done >= of {
		return ""
	}
	left := spent / time.Duration(done) * time.Duration(of-done)
	return fmt.Sprintf(", about %v left", left.Round(time.Second))
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Abort(true)
		p.bars.Wait()
	}
}
