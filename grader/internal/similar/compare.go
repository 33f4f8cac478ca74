package similar

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// The parameters that are used when none are given.
const (
	DefaultK      = 25
	DefaultWindow = 15
	DefaultTop    = 20
)

const (
	commonFloor = 5 // what so many submissions have is never common,
	commonPart  = 4 // nor what no more than one in so many have

	// leastOwn is the least that a share is of. Twenty lines alike are all that
	// somebody has who wrote twenty, and would stand above two whole copies.
	leastOwn = 200
)

// A Submission is what one student, or group, has handed in for a lab.
type Submission struct {
	Name  string
	Files map[string][]byte
	Notes []string // on how it was read; they come first in its summary
}

// Options are how submissions are compared. The zero value has the defaults and
// no starter code.
type Options struct {
	Starter map[string][]byte // the files that everybody was given
	K       int               // symbols in a hash
	Window  int               // hashes of which one is kept
	Top     int               // how many pairs are reported with their passages
}

// Compare compares all submissions with each other. The names are different; the
// order does not matter. Any bytes will do for code. The result has no name and
// number of a lab.
func Compare(class []Submission, o Options) Lab {
	o.K, o.Window, o.Top = cmp.Or(o.K, DefaultK), cmp.Or(o.Window, DefaultWindow), cmp.Or(o.Top, DefaultTop)
	class = slices.SortedFunc(slices.Values(class), func(a, b Submission) int { return cmp.Compare(a.Name, b.Name) })
	c := comparison{Options: o, class: class}
	c.lab = Lab{K: o.K, Window: o.Window, Common: max(commonFloor, len(class)/commonPart), Submissions: []Summary{}, Pairs: []Pair{}}
	c.read()
	c.lab.Pairs = append(c.lab.Pairs, c.pairs()...)
	return c.lab
}

// A comparison is one call of Compare.
type comparison struct {
	Options
	class []Submission
	sides []*side // of the class
	seen  counted
	lab   Lab
}

// read prepares the sides and summarizes them.
func (c *comparison) read() {
	st := starter{}
	st.stream, _ = newStream(c.Starter)
	st.hashes = st.stream.hashes(c.K)
	var all [][]uint64
	for _, sub := range c.class {
		s, wrong := newStream(sub.Files)
		notes := slices.Concat(sub.Notes, wrong)
		d := &side{stream: s, hashes: s.hashes(c.K), decl: make([]int, len(s.symbols))}
		for i, decl := range s.decls {
			for at := decl.start; at < decl.end; at++ {
				d.decl[at] = i
			}
		}
		for _, symbol := range s.symbols {
			d.sum = plus(times(d.sum, base), symbol%prime)
		}
		c.sides = append(c.sides, d)
		c.lab.Submissions = append(c.lab.Submissions, Summary{Name: sub.Name, Symbols: len(s.symbols), Notes: notes})
		all = append(all, d.hashes)
	}
	c.seen = count(all)
	given := map[uint64]bool{}
	st.ignore(given)
	ignored := maps.Clone(given)
	c.seen.above(c.lab.Common, ignored)
	for i, d := range c.sides {
		summary := &c.lab.Submissions[i]
		_, summary.Written = own(d.stream, d.hashes, c.K, given, st)
		d.own, d.total = own(d.stream, d.hashes, c.K, ignored, st)
		d.fingerprints = d.winnow(d.hashes, c.K, c.Window, ignored)
		summary.Own = d.total
		summary.Notes = append(summary.Notes, c.notes(*summary)...)
	}
}

// notes says why a submission's shares may not mean what they seem to.
func (c *comparison) notes(s Summary) []string {
	switch {
	case s.Symbols == 0:
		return []string{"is empty: there is nothing to compare"}
	case s.Written < c.K:
		return []string{"has nothing to compare beside the starter code"}
	case s.Own*commonPart < s.Written && s.Written >= leastOwn:
		return []string{fmt.Sprintf("most of it is in more than %d submissions, and is not compared: either there is one way "+
			"to write it, or many have the same source", c.lab.Common)}
	case s.Own < leastOwn:
		return []string{"has little of its own: its shares say little"}
	}
	return nil
}

// A ranked is a pair before its passages are written down.
type ranked struct {
	i, j  int // in the class
	runs  []run
	ratio int // the larger share, of 10000
	own   int // symbols
}

// pairs compares all pairs and returns the first of those that are alike.
func (c *comparison) pairs() []Pair {
	m := matcher{k: c.K}
	var alike []ranked
	var percents []int
	for i, a := range c.sides {
		for j := i + 1; j < len(c.sides); j++ {
			b := c.sides[j]
			r := ranked{i: i, j: j, runs: m.match(a, b)}
			left, right := shared(a, b, r.runs)
			r.own, r.ratio = left+right, max(ratio(left, a.total), ratio(right, b.total))
			percents = append(percents, r.ratio/100)
			if len(r.runs) > 0 {
				alike = append(alike, r)
			}
		}
	}
	c.distribution(percents)
	c.lab.Alike = len(alike)
	slices.SortFunc(alike, func(a, b ranked) int { return cmp.Or(b.ratio-a.ratio, b.own-a.own, a.i-b.i, a.j-b.j) })
	var pairs []Pair
	for _, r := range alike[:min(len(alike), c.Top)] {
		pairs = append(pairs, c.pair(r))
	}
	return pairs
}

func (c *comparison) distribution(percents []int) {
	c.lab.Compared = len(percents)
	if len(percents) == 0 {
		return
	}
	slices.Sort(percents)
	c.lab.Median = percents[len(percents)/2]
	for _, p := range percents {
		c.lab.Tenths[min(p/10, 9)]++
	}
}

// shared counts the own symbols in runs, of either side.
func shared(a, b *side, runs []run) (left, right int) {
	for _, r := range runs {
		left += ownIn(a, r.left, r.length)
		right += ownIn(b, r.right, r.length)
	}
	return left, right
}

// ratio is a share, of 10000.
func ratio(part, whole int) int { return part * 10000 / max(whole, leastOwn) }

// pair writes down what two submissions have in common.
func (c *comparison) pair(r ranked) Pair {
	a, b := c.sides[r.i], c.sides[r.j]
	left, right := shared(a, b, r.runs)
	p := Pair{
		Left:     Share{c.class[r.i].Name, left, ratio(left, a.total) / 100},
		Right:    Share{c.class[r.j].Name, right, ratio(right, b.total) / 100},
		Same:     c.same(r.i, r.j),
		Passages: []Passage{},
	}
	for _, group := range joined(a, b, r.runs) {
		first, last := group[0], group[len(group)-1]
		passage := Passage{
			Left:  a.between(first.left, last.left+last.length),
			Right: b.between(first.right, last.right+last.length),
		}
		for _, r := range group {
			passage.Symbols += r.length
			passage.Only += c.only(a, r)
		}
		p.Symbols += passage.Symbols
		p.Only += passage.Only
		p.Passages = append(p.Passages, passage)
	}
	slices.SortStableFunc(p.Passages, func(a, b Passage) int { return b.Symbols - a.Symbols })
	return p
}

// only counts the symbols of a run, in its left side, that belong to a hash which
// just two submissions have: these two.
func (c *comparison) only(a *side, r run) int {
	n, until := 0, r.left
	for at := r.left; at < r.left+r.length; at++ {
		if at+c.K <= r.left+r.length && c.seen.of(a.hashes[at]) == 2 {
			until = at + c.K
		}
		if at < until {
			n++
		}
	}
	return n
}

// between is the lines of the symbols from start on, before end.
func (s *stream) between(start, end int) Lines {
	first, last := s.places[start], s.places[end-1]
	return Lines{File: s.names[first.file], First: first.line, Last: last.line}
}

// same lists the files that two submissions have in common to the byte.
func (c *comparison) same(i, j int) []string {
	var names []string
	for _, name := range c.sides[i].names {
		text, other := c.class[i].Files[name], c.class[j].Files[name]
		given, wasGiven := c.Starter[name]
		if len(text) > 0 && bytes.Equal(text, other) && !(wasGiven && bytes.Equal(text, given)) {
			names = append(names, name)
		}
	}
	return names
}
