package disk

import (
	"cmp"
	"math"
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
	known  Choices
	at     int // where in path the next question is expected
	strays int // questions of the run that were answered from another place, and choices nobody asked for
}

type taken struct {
	Choice
	k     int
	asked bool
}

// Fate returns the fate of the next run.
func (s *Search) Fate() Fate {
	s.at = 0
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
		if !slices.ContainsFunc(s.known, func(k Choice) bool { return k.Cell == c.Cell }) {
			s.known = append(s.known, c)
		}
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

// Known returns the choices that any run so far has asked for, in the order in which
// they came.
func (s *Search) Known() Choices { return slices.Clone(s.known) }

// Choices are those that a crash left open.
type Choices []Choice

// Most is how many states they can be in together, as far as an int goes.
func (list Choices) Most() int {
	most := 1
	for _, c := range list {
		if most > math.MaxInt/c.Options {
			return math.MaxInt
		}
		most *= c.Options
	}
	return most
}

// Sample returns fates for a crash that leaves too many choices to try all, at most n:
// all lost, all kept, and then in turns one cell lost alone, one kept alone, everything
// lost that was written after some write, a random fate, two cells lost, two kept. Which
// cells come first looks random, and is always the same. Those that are not among the
// open ones share the fate of the rest. (Chipmunk and others: a bug needs few lost
// writes, or few that were not.)
func Sample(open Choices, n int) []Fate {
	fates := []Fate{Lose, Keep}
	order := shuffled(open)
	for i := 0; len(fates) < n && i < max(mostRandom, len(order)*len(order)); i++ {
		if i < len(order) {
			c := order[i]
			fates = append(fates, only(Lose, Keep, c.Cell, c.Cell), only(Keep, Lose, c.Cell, c.Cell), upTo(c.Write))
		}
		if i < mostRandom {
			fates = append(fates, Draw(uint64(i)+1))
		}
		if c, d, ok := pair(order, i); ok {
			fates = append(fates, only(Lose, Keep, c.Cell, d.Cell), only(Keep, Lose, c.Cell, d.Cell))
		}
	}
	return fates[:min(n, len(fates))]
}

// mostRandom is how many random fates a sample has at most.
const mostRandom = 64

// shuffled is the choices in an order that only depends on them.
func shuffled(open Choices) Choices {
	key := func(c Choice) uint64 { return c.Cell.hash() }
	list := slices.Clone(open)
	slices.SortStableFunc(list, func(a, b Choice) int { return cmp.Compare(key(a), key(b)) })
	return list
}

// pair is the i-th pair of different choices: neighbours first, then those that are
// further apart.
func pair(list Choices, i int) (c, d Choice, ok bool) {
	if len(list) < 3 || i >= len(list)*(len(list)-1)/2 {
		return c, d, false // two alone are all, or none
	}
	apart := 1 + i/len(list)
	return list[i%len(list)], list[(i+apart)%len(list)], true
}

// upTo is the fate that loses what was written after a write.
func upTo(write uint64) Fate {
	return func(c Choice) int {
		if c.Write > write {
			return 0
		}
		return Keep(c)
	}
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
