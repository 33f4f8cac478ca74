package disk

import (
	"cmp"
	"slices"
)

// A Search goes through the fates of one crash, as far as the program that
// recovers can tell them apart: a choice that nobody reads is never made, so it
// multiplies nothing. The zero value is ready for the first run.
//
//	for s := new(disk.Search); ; {
//		recover(crashed.Fork(disk.Config{Fate: s.Fate()}))
//		if !s.Next() {
//			break
//		}
//	}
//
// Each run begins with the same disk. A run repeats the choices of the one
// before but for the last that has another option, and makes new ones from
// there. A Search is not safe for concurrent use.
type Search struct {
	path   []taken // the choices of the latest run, in the order in which they were first asked for
	at     int     // where in path the next question is expected
	strays int     // questions of the run that were answered from another place, and choices nobody asked for
	runs   int
}

type taken struct {
	Choice
	k     int
	asked bool
}

// Fate returns the fate of the next run.
func (s *Search) Fate() Fate {
	s.at = 0
	s.runs++
	for i := range s.path {
		s.path[i].asked = false
	}
	return s.choose
}

func (s *Search) choose(c Choice) int {
	i := s.at
	if i >= len(s.path) || s.path[i].Cell != c.Cell {
		i = slices.IndexFunc(s.path, func(t taken) bool { return t.Cell == c.Cell })
	}
	if i < 0 {
		s.path = append(s.path, taken{Choice: c})
		i = len(s.path) - 1
	}
	t := &s.path[i]
	if t.Options != c.Options {
		s.strays++
	}
	t.asked = true
	s.at = i + 1
	return min(t.k, c.Options-1)
}

// Next reports whether there is another fate to try, and prepares it.
func (s *Search) Next() bool {
	for _, t := range s.path {
		if !t.asked {
			s.strays++
		}
	}
	for n := len(s.path) - 1; n >= 0; n-- {
		if s.path[n].k++; s.path[n].k < s.path[n].Options {
			s.path = s.path[:n+1]
			return true
		}
	}
	s.path = nil
	return false
}

// Strayed reports whether a run did not read what it must have read if what a
// program reads depended on nothing but the disk. Then the search was not
// complete.
func (s *Search) Strayed() bool { return s.strays > 0 }

// Losses returns what the latest run has found lost so far.
func (s *Search) Losses() Losses {
	var list Losses
	for _, t := range s.path {
		if t.asked && t.k < t.Options-1 {
			list = append(list, Loss{Cell: t.Cell, Left: t.k})
		}
	}
	return list
}

// Sample returns fates for a crash that leaves too many choices to try all: all
// lost, all kept, each cell lost alone and kept alone, each two as long as that
// is no more than a few hundred, everything lost that was written after some
// write, and the given number of random ones.
func Sample(open []Choice, random int) []Fate {
	fates := []Fate{Lose, Keep}
	for i, c := range open {
		fates = append(fates, only(Lose, Keep, c.Cell, c.Cell), only(Keep, Lose, c.Cell, c.Cell))
		for _, d := range open[i+1:] {
			if len(open) <= 16 {
				fates = append(fates, only(Lose, Keep, c.Cell, d.Cell), only(Keep, Lose, c.Cell, d.Cell))
			}
		}
	}
	order := slices.Clone(open)
	slices.SortStableFunc(order, func(a, b Choice) int { return cmp.Compare(a.Write, b.Write) })
	for _, c := range order {
		fates = append(fates, func(d Choice) int {
			if d.Write > c.Write {
				return 0
			}
			return Keep(d)
		})
	}
	for i := range random {
		fates = append(fates, Draw(uint64(i)+1))
	}
	return fates
}

// only is one fate for two cells and another for the rest.
func only(these, rest Fate, a, b Cell) Fate {
	return func(c Choice) int {
		if c.Cell == a || c.Cell == b {
			return these(c)
		}
		return rest(c)
	}
}
