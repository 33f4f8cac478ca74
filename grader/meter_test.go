package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A meter looks, now and then, how much memory a grader and what it has started take.
// It knows Linux; elsewhere it finds nothing.
type meter struct {
	quit       chan struct{}
	wg         sync.WaitGroup
	all, early usage // the most, and the most in the first quarter of the class
	samples    int
}

// A usage is bytes of memory.
type usage struct{ grader, worker, sum int64 }

func (u *usage) atLeast(v usage) {
	u.grader, u.worker, u.sum = max(u.grader, v.grader), max(u.worker, v.worker), max(u.sum, v.sum)
}

// watch begins to look at a process. Done says how much of a class is graded.
func watch(pid int, done func() int, size int) *meter {
	m := &meter{quit: make(chan struct{})}
	m.wg.Go(func() {
		every := time.NewTicker(200 * time.Millisecond)
		defer every.Stop()
		for {
			select {
			case <-m.quit:
				return
			case <-every.C:
				m.samples++
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

func (m *meter) stop() {
	close(m.quit)
	m.wg.Wait()
}

func (m *meter) report(b *testing.B) {
	const mb = 1 << 20
	for _, f := range []struct {
		name  string
		bytes int64
	}{
		{"grader-MB", m.all.grader}, {"early-MB", m.early.grader},
		{"worker-MB", m.all.worker}, {"worker-early-MB", m.early.worker}, {"all-MB", m.all.sum},
	} {
		b.ReportMetric(float64(f.bytes/mb), f.name)
	}
}

// used is what a process and its descendants take.
func used(pid int) (u usage) {
	children := map[int][]int{}
	memory := map[int]int64{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		parent, _ := strconv.Atoi(fields[1])
		pages, _ := strconv.ParseInt(fields[21], 10, 64)
		children[parent] = append(children[parent], id)
		memory[id] = pages * int64(os.Getpagesize())
	}
	u.grader = memory[pid]
	var add func(id int)
	add = func(id int) {
		u.sum += memory[id]
		if isWorker(id) {
			u.worker = max(u.worker, memory[id])
		}
		for _, child := range children[id] {
			add(child)
		}
	}
	add(pid)
	return u
}

// isWorker reports whether a process is one that the grader runs guests in.
func isWorker(pid int) bool {
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
