package policy

import (
	"slices"
)

// A Policy says what results are worth. The zero value counts nothing.
type Policy struct {
	Labs  []Lab  // that count
	Curve []Step // by From, the highest first; none: a case passes with every seed, or is worth nothing
	Late  Late
}

// A Lab says how much a lab counts.
type Lab struct {
	Name   string
	Weight int      // beside those of the other labs
	Stages []string // that count; none: all of them
}

// A Step of the curve: with so many percent of its seeds, a case is worth so many
// percent of its points.
type Step struct{ From, Worth int }

// Late says what it costs to hand in late.
type Late struct {
	Free   int // days of each student, over all labs, that cost nothing
	PerDay int // percent of a lab's mark, for each day more
	Most   int // days; later than that a lab is worth nothing; 0: there is no such day

	Days map[string]map[string]int // by submission and lab: how many days late it came
}

// Counts reports whether a stage counts.
func (l Lab) Counts(stage string) bool {
	return len(l.Stages) == 0 || slices.Contains(l.Stages, stage)
}

// worth is what a case is worth, in percent of its points, if so many of its seeds
// passed.
func (p *Policy) worth(passed, seeds int) int {
	if passed == seeds {
		return 100
	}
	for _, s := range p.Curve {
		if passed*100 >= s.From*seeds {
			return s.Worth
		}
	}
	return 0
}
