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

// A gauge looks, once a second, at how much time and memory a grader and what it has
// started take. It knows Linux; elsewhere it finds nothing.
type gauge struct {
	quit chan struct{}
	wg   sync.WaitGroup
	classMeasure
}

func (u *usage) atLeast(v usage) {
	u.Grader, u.Worker, u.Sum = max(u.Grader, v.Grader), max(u.Worker, v.Worker), max(u.Sum, v.Sum)
}

// watch begins to look at a process, which goes on with what was measured before. Each
// time it has looked it calls seen. Done says how many of the class are graded.
func watch(pid int, before classMeasure, seen func(classMeasure), done func() int) *gauge {
	m := &gauge{quit: make(chan struct{}), classMeasure: before}
	m.Parts++
	began := time.Now()
	m.wg.Go(func() {
		every := time.NewTicker(time.Second)
		defer every.Stop()
		for {
			select {
			case <-m.quit:
				return
			case <-every.C:
				now, cpu := used(pid)
				m.Took, m.CPU = before.Took+time.Since(began), before.CPU+cpu
				m.All.atLeast(now)
				if done()*4 <= m.Submissions {
					m.Early.atLeast(now)
				}
				seen(m.classMeasure)
			}
		}
	})
	return m
}

func (m *gauge) stop() {
	close(m.quit)
	m.wg.Wait()
}

func (m classMeasure) report(b *testing.B) {
	b.ReportMetric(float64(m.Parts), "parts")
	b.ReportMetric(m.Took.Minutes(), "minutes")
	b.ReportMetric(m.CPU.Seconds()/float64(m.Submissions), "cpu-s/person")
	b.ReportMetric(float64(m.Submissions)/m.Took.Minutes(), "persons/min")
	for _, f := range []struct {
		name string
		kib  int64
	}{
		{"grader-MB", m.All.Grader}, {"early-MB", m.Early.Grader},
		{"worker-MB", m.All.Worker}, {"worker-early-MB", m.Early.Worker}, {"all-MB", m.All.Sum},
	} {
		b.ReportMetric(float64(f.kib>>10), f.name)
	}
}

// used is the memory and the processor time that a process and its descendants take, and
// what those of them that have ended took.
func used(pid int) (u usage, cpu time.Duration) {
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
	u.Grader = root.most
	var add func(p process)
	add = func(p process) {
		u.Sum += p.now
		cpu += spent(p.id)
		if isWorker(p.id) {
			u.Worker = max(u.Worker, p.most)
		}
		for _, child := range children[p.id] {
			add(child)
		}
	}
	add(root)
	return u, cpu
}

// tick is the unit of the times that Linux says of a process, on every processor that
// Go knows.
const tick = 10 * time.Millisecond

// spent is the processor time of a process and of its children that have ended.
func spent(pid int64) (sum time.Duration) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, behind, _ := bytes.Cut(text, []byte(") ")) // its name may have spaces
	for i, word := range bytes.Fields(behind) {
		if i >= 11 && i <= 14 { // utime, stime, cutime, cstime: proc(5)
			n, _ := strconv.ParseInt(string(word), 10, 64)
			sum += time.Duration(n) * tick
		}
	}
	return sum
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
