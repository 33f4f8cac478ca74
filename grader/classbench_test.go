package main

import (
	"bytes"
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// BenchmarkGradingAClass grades a synthetic class with one "grader grade", as an
// instructor would, with nothing in the cache, and holds that everybody gets what
// they deserve. The variable CLASS of the environment says how many are in the class,
// LABS which labs (default: all), JOBS how many runs go on at once. The larger the class, the more the figures say.
//
//	persons/min      submissions a minute
//	cpu-s/person     seconds of CPU time for each submission, compilers included
//	grader-MB        the most memory that the grader's process had,
//	early-MB         and in the first quarter of the class: if both are alike, memory
//	                 does not grow with the class
//	worker-MB        the most that one of its workers had,
//	worker-early-MB  and in the first quarter
//	all-MB           the most at once of grader, workers and compilers
//	cache-MB         what is in the cache in the end
//	results-MB       what the results take
func BenchmarkGradingAClass(b *testing.B) {
	size, err := strconv.Atoi(cmp.Or(os.Getenv("CLASS"), "5"))
	check(b, err)
	jobs := cmp.Or(os.Getenv("JOBS"), strconv.Itoa(runtime.NumCPU()))
	root := moduleRoot(b)
	dir := workFolder(b, root)
	s := newSynthetic(b, &workshop{root: root}, size, os.Getenv("LABS"))
	s.write(filepath.Join(dir, "class"))
	b.Log(s.composition())
	for range b.N {
		out, cache := filepath.Join(dir, "grades"), filepath.Join(dir, "cache")
		check(b, os.RemoveAll(out))
		check(b, os.RemoveAll(cache))
		cmd := exec.Command("grader", "grade", "class", "--out", "grades", "--labs", os.Getenv("LABS"), "--jobs", jobs)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "FAULTLINE_CACHE="+cache)
		var text bytes.Buffer
		cmd.Stdout, cmd.Stderr = &text, &text
		began := time.Now()
		check(b, cmd.Start())
		m := watch(cmd.Process.Pid, func() int { return graded(out) }, size)
		err := cmd.Wait()
		m.stop()
		took := time.Since(began)
		if err != nil {
			b.Fatalf("%v\n%s", err, text.Bytes())
		}
		cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime() // of all that it waited for, too
		b.ReportMetric(cpu.Seconds()/float64(size), "cpu-s/person")
		b.ReportMetric(float64(size)/took.Minutes(), "persons/min")
		m.report(b)
		b.ReportMetric(folderMB(b, cache), "cache-MB")
		b.ReportMetric(folderMB(b, out), "results-MB")
		s.hold(out)
	}
}
