package labtest

import (
	"fmt"
	"slices"

	"faultline/labs"
	"faultline/labs/disk"
)

// recover has the component recover from one fate of a crash, and checks it. It
// calls each, unless nil, with the crashes that may interrupt that.
func (x *explorer[D]) recover(p crashPoint[D], fate disk.Fate, each func(crashPoint[D])) Finding {
	x.states++
	if len(p.past) > 0 {
		x.nested++
	}
	x.at, x.past, x.last = p.Crash, p.past, hit{flush: p.disk.Flushes()}
	x.suppose(append(slices.Clip(x.past), x.last))
	var d D
	cfg := x.config(fate, true)
	if each != nil {
		cfg.BeforeFlush = func(int) {
			q := crashPoint[D]{Crash: p.Crash, disk: d.Fork(disk.Config{})}
			q.past = append(slices.Clip(p.past), hit{flush: x.last.flush, lost: slices.Clone(x.last.lost)})
			each(q)
		}
	}
	d = p.disk.Fork(cfg)
	contents, f := x.call(d)
	x.found = contents
	if f == (Finding{}) {
		f = x.Check(p.Crash, contents)
	}
	if f == (Finding{}) {
		f = x.again(d, contents)
	}
	return f
}

// config is that of a disk after a crash.
func (x *explorer[D]) config(fate disk.Fate, note bool) disk.Config {
	cfg := disk.Config{Node: x.Node, Name: x.Disk, Point: x.count, Fate: fate}
	if note {
		cfg.Fate = func(c disk.Choice) int {
			k := fate(c)
			if k < c.Options-1 {
				x.last.lost = append(x.last.lost, lost{disk.Loss{Cell: c.Cell, Left: k}, c.Write})
				x.suppose(append(slices.Clip(x.past), x.last))
			}
			return k
		}
	}
	if !x.caught {
		cfg.Trace = x.t.record
	}
	return cfg
}

// again has the component recover once more from what its recovery has left:
// after an orderly end, and after a crash that loses what was not flushed. If it
// wrote nothing, it would only do the same again.
func (x *explorer[D]) again(d D, contents string) Finding {
	if d.Writes() == 0 {
		return Finding{}
	}
	fates, dirty := []disk.Fate{disk.Keep}, d.Dirty() > 0
	if dirty {
		fates = append(fates, disk.Lose)
	}
	for i, fate := range fates {
		after, f := x.call(d.Fork(x.config(fate, false)))
		what := "when it recovered once more"
		if i > 0 {
			what = "after one more crash, which lost what the recovery had not flushed"
		}
		if f != (Finding{}) {
			f.Actual = what + ": " + f.Actual
			return f
		}
		if after != contents {
			return Finding{
				Property: "what was read after a recovery stays, whatever happens next",
				Expected: fmt.Sprintf("%q, as the first recovery found", contents),
				Actual:   fmt.Sprintf("%q %s", after, what),
			}
		}
	}
	return Finding{}
}

// endless is what a recovery that goes on for ever is ended with.
type endless struct{}

func (x *explorer[D]) count() {
	if x.calls++; x.calls < mostCalls {
		return
	}
	if x.caught {
		panic(endless{})
	}
	hits := slices.Concat(x.past, []hit{x.last})
	x.t.Fail(x.explain(failure[D]{endlessFinding(), crashPoint[D]{Crash: x.at}, hits}, x.said))
}

func endlessFinding() Finding {
	return Finding{Expected: "a recovery comes to its end", Actual: fmt.Sprintf("it called the disk %d times", mostCalls)}
}

// call has the component recover.
func (x *explorer[D]) call(d D) (contents string, f Finding) {
	x.recoveries++
	x.calls = 0
	if x.caught {
		defer func() {
			switch p := recover().(type) {
			case nil:
			case labs.Unwritten:
				panic(p)
			case endless:
				f = endlessFinding()
			default:
				f = Finding{Expected: "a recovery that does not panic", Actual: fmt.Sprintf("it panicked: %v", p)}
			}
		}()
	}
	contents, err := x.Recover(d)
	if err != nil {
		f = Finding{Expected: "a recovery that succeeds: a crash is no reason to refuse",
			Actual: fmt.Sprintf("it failed: %v", err)}
	}
	return contents, f
}
