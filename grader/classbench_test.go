package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

// BenchmarkGradingAClass grades a synthetic class with one "grader grade", as an
// instructor would, with nothing in the cache, and holds that everybody gets what
// they deserve. The variable CLASS of the environment says how many are in the class,
// LABS which labs (default: all), JOBS how many runs go on at once. The larger the class,
// the more the figures say. KEEP names a folder in which everything stays: when the
// benchmark was ended there it goes on where it was, and what it measures is of all its
// parts. The tree must be the same: what another one graded is graded anew, or, where
// only a suite is another, its lab.
//
//	parts            in how many parts it ran; those before the last were ended
//	minutes          how long these took, together
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
	jobs, err := strconv.Atoi(cmp.Or(os.Getenv("JOBS"), strconv.Itoa(runtime.NumCPU())))
	check(b, err)
	root := moduleRoot(b)
	dir := os.Getenv("KEEP")
	if dir == "" {
		dir = workFolder(b, root)
	} else if !filepath.IsAbs(dir) {
		dir = filepath.Join(root, dir)
	}
	s := newSynthetic(b, &workshop{root: root}, size, os.Getenv("LABS"))
	check(b, os.RemoveAll(filepath.Join(dir, "class"))) // written anew, each time the same
	s.write(filepath.Join(dir, "class"))
	b.Log(s.composition())
	for range b.N {
		m := gradeMeasured(b, dir, classMeasure{Submissions: size, Labs: len(s.labs), Jobs: jobs})
		m.report(b)
		b.ReportMetric(folderMB(b, filepath.Join(dir, "cache")), "cache-MB")
		b.ReportMetric(folderMB(b, filepath.Join(dir, "grades")), "results-MB")
		s.hold(filepath.Join(dir, "grades"))
		m.Finished = !b.Failed()
		check(b, m.save(filepath.Join(dir, measuredFile)))
	}
}

// measuredFile is what "grader bench --class" reads.
const measuredFile = "measured.json"

func (m classMeasure) save(file string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return writeFile(file, string(text))
}

// gradeMeasured grades the class in a folder, or goes on with it, and measures.
func gradeMeasured(b *testing.B, dir string, of classMeasure) classMeasure {
	out, file := filepath.Join(dir, "grades"), filepath.Join(dir, measuredFile)
	var before classMeasure
	if text, err := os.ReadFile(file); err == nil {
		check(b, json.Unmarshal(text, &before))
	}
	// Another tree may be at work than the one that finished.
	before.Submissions, before.Labs, before.Jobs, before.Finished = of.Submissions, of.Labs, of.Jobs, false
	cmd := exec.Command("grader", "grade", "class", "--out", "grades", "--labs", os.Getenv("LABS"),
		"--jobs", strconv.Itoa(of.Jobs))
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "FAULTLINE_CACHE="+filepath.Join(dir, "cache"))
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	check(b, cmd.Start())
	save := func(m classMeasure) {
		if err := m.save(file); err != nil {
			b.Log(err) // it is another goroutine's to end the benchmark
		}
	}
	m := watch(cmd.Process.Pid, before, save, func() int { return graded(out) })
	err := cmd.Wait()
	m.stop()
	if err != nil {
		b.Fatalf("%v\n%s", err, text.Bytes())
	}
	return m.classMeasure
}
