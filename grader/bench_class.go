package main

import (
	"fmt"
	"path/filepath"
	"time"
)

// A classMeasure is what the grading of a made-up class has taken, be it in several
// parts because somebody ended it and began it again.
type classMeasure struct {
	Submissions int           `json:"submissions"`
	Labs        int           `json:"labs"`
	Jobs        int           `json:"jobs"` // how many runs at once
	Finished    bool          `json:"finished"`
	Parts       int           `json:"parts"`
	Took        time.Duration `json:"took"`  // in nanoseconds
	CPU         time.Duration `json:"cpu"`   // compilers included
	All         usage         `json:"all"`   // the most
	Early       usage         `json:"early"` // and the most in the first quarter of the class
}

// A usage is memory in KiB. Of the grader and of a worker it is the most that the
// process has had so far, which the system remembers; the sum is of now.
type usage struct {
	Grader int64 `json:"grader"`
	Worker int64 `json:"worker"`
	Sum    int64 `json:"sum"`
}

// readClassMeasure reads what "make bench-class" has left in its folder.
func readClassMeasure(path string) (m classMeasure, err error) {
	if err := readJSON(path, &m); err != nil {
		return m, err
	}
	if !m.Finished {
		return m, fmt.Errorf("%s is of a class that is not graded yet: go on with make bench-class KEEP=%s", path, filepath.Dir(path))
	}
	return m, nil
}

// A class is graded overnight, with as much memory at its end as at its begin.
const (
	nightHours   = 12
	memoryGrowth = 1.5
)

func (m classMeasure) figures() []measure {
	class := fmt.Sprintf("a class of %d in %d labs, on %d cores", m.Submissions, m.Labs, m.Jobs)
	return []measure{
		{What: class + ", graded", Elsewhere: "-", Ours: m.Took.Hours(), Unit: "h", Bound: nightHours},
		{What: fmt.Sprintf("the most memory that it took, %d MB, to that in its first quarter", m.All.Sum>>10), Elsewhere: "-",
			Ours: float64(m.All.Sum) / float64(max(1, m.Early.Sum)), Bound: memoryGrowth},
	}
}
