package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// A gauge looks, once a second, how much memory a grader and what it has started take.
// It knows Linux; elsewhere it finds nothing.
type gauge struct {
	quit       chan struct{}
	wg         sync.WaitGroup
	all, early usage // the most, and the most in the first quarter of the class
}

// A usage is memory in KiB. Of the grader and of a worker it is the most that the
// process has had so far, which the system remembers; the sum is of now.
type usage struct{ grader, worker, sum int64 }

func (u *usage) atLeast(v usage) {
	u.grader, u.worker, u.sum = max(u.grader, v.grader), max(u.worker, v.worker), max(u.sum, v.sum)
}

// watch begins to look at a process. Done says how much of a class is graded.
func watch(pid int, done func() int, size int) *gauge {
	m := &gauge{quit: make(chan struct{})}
	m.wg.Go(func() {
		every := time.NewTicker(time.Second)
		defer every.Stop()
		for {
			select {
			case <-m.quit:
				return
			case <-every.C:
				now := used(pid)
				m.all.atLeast(now)
				if done()*4 <= size {
					m.early.atLeast(now)
				}
			}
		}
	})
	return m
}

func (m *gauge) stop() {
	close(m.quit)
	m.wg.Wait()
}

func (m *gauge) report(b *testing.B) {
	for _, f := range []struct {
		name string
		kib  int64
	}{
		{"grader-MB", m.all.grader}, {"early-MB", m.early.grader},
		{"worker-MB", m.all.worker}, {"worker-early-MB", m.early.worker}, {"all-MB", m.all.sum},
	} {
		b.ReportMetric(float64(f.kib>>10), f.name)
	}
}

// used is what a process and its descendants take.
func used(pid int) (u usage) {
	type process struct{ id, now, most int64 }
	children := map[int64][]process{}
	var root process
	files, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		p := process{field(text, "Pid:"), field(text, "VmRSS:"), field(text, "VmHWM:")}
		if p.id == int64(pid) {
			root = p
		}
		parent := field(text, "PPid:")
		children[parent] = append(children[parent], p)
	}
	u.grader = root.most
	var add func(p process)
	add = func(p process) {
		u.sum += p.now
		if isWorker(p.id) {
			u.worker = max(u.worker, p.most)
		}
		for _, child := range children[p.id] {
			add(child)
		}
	}
	add(root)
	return u
}

// field is a number in a status file.
func field(status []byte, name string) int64 {
	_, rest, _ := bytes.Cut(status, []byte("\n"+name))
	words := bytes.Fields(rest)
	if len(words) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(string(words[0]), 10, 64)
	return n
}

// isWorker reports whether a process is one that the grader runs guests in.
func isWorker(pid int64) bool {
	line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return bytes.HasSuffix(line, []byte("\x00worker\x00"))
}

// graded counts the submissions of which there are results.
func graded(out string) int {
	all, _ := filepath.Glob(filepath.Join(out, "*", "submission.json"))
	return len(all)
}

// folderMB is the size of all files below a folder.
func folderMB(tb testing.TB, dir string) float64 {
	var sum int64
	check(tb, filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	}))
	return float64(sum >> 20)
}
