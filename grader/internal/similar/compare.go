package similar

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
)

// The parameters that are used when none are given.
const (
	DefaultK      = 20
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
	Name    string
	Person  string // whose it is, where somebody has several; "" if nobody else has this name
	Earlier bool   // it is of an earlier class
	Files   map[string][]byte
	Notes   []string // on how it was read; they come first in its summary
}

func (s Submission) person() string { return cmp.Or(s.Person, s.Name) }

// Options are how submissions are compared. The zero value has the defaults and
// no starter code.
type Options struct {
	Starter map[string][]byte // the files that everybody was given
	K       int               // symbols in a hash
	Window  int               // hashes of which one is kept
	Top     int               // how many pairs are reported with their passages
}

// Compare compares all submissions with each other, but not those of one person, nor
// those of earlier classes among themselves. Of the pairs that two persons make, the
// one that has most in common stands for them. The names are different; the order does not
// matter. Any bytes will do for code. The result has no name and number of a lab.
func Compare(class []Submission, o Options) Lab {
	o.K, o.Window, o.Top = cmp.Or(o.K, DefaultK), cmp.Or(o.Window, DefaultWindow), cmp.Or(o.Top, DefaultTop)
	class = slices.SortedFunc(slices.Values(class), func(a, b Submission) int { return cmp.Compare(a.Name, b.Name) })
	c := comparison{Options: o, class: class}
	persons := map[string]bool{}
	for _, s := range class {
		persons[s.person()] = true
	}
	c.lab = Lab{K: o.K, Window: o.Window, Common: max(commonFloor, len(persons)/commonPart), Submissions: []Summary{}, Pairs: []Pair{}}
	c.weights = weights(len(persons))
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

	weights []int // by the number of persons
}

// read prepares the sides and summarizes them.
func (c *comparison) read() {
	st := starter{}
	st.stream, _ = newStream(c.Starter)
	st.hashes = st.stream.hashes(c.K)
	all := map[string][]uint64{}
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
		c.lab.Submissions = append(c.lab.Submissions, Summary{Name: sub.Name, Person: sub.Person, Earlier: sub.Earlier,
			Symbols: len(s.symbols), Notes: notes})
		all[sub.person()] = append(all[sub.person()], d.hashes...)
	}
	c.seen = count(all)
	given := map[uint64]bool{}
	st.ignore(given)
	ignored := maps.Clone(given)
	c.seen.above(c.lab.Common, ignored)
	for i, d := range c.sides {
		for _, hash := range d.hashes {
			d.persons = append(d.persons, c.seen.of(hash))
		}
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
	score int // the larger share, weighted, of 10000
	ratio int // the larger share, of 10000
	own   int // symbols
}

// before orders pairs: those that are more alike come first.
func before(a, b ranked) int {
	return cmp.Or(b.score-a.score, b.ratio-a.ratio, b.own-a.own, a.i-b.i, a.j-b.j)
}

// pairs compares all pairs and returns the first of those that are alike.
func (c *comparison) pairs() []Pair {
	m := matcher{k: c.K}
	best := map[[2]string]ranked{} // by the persons
	for i := range c.class {
		for j := i + 1; j < len(c.class); j++ {
			a, b := c.class[i], c.class[j]
			if a.person() == b.person() || a.Earlier && b.Earlier {
				continue
			}
			persons := [2]string{min(a.person(), b.person()), max(a.person(), b.person())}
			r := c.rank(&m, i, j)
			if old, known := best[persons]; !known || r.own > old.own {
				best[persons] = r
			}
		}
	}
	var alike []ranked
	var percents []int
	for _, r := range best {
		percents = append(percents, r.ratio/100)
		if len(r.runs) > 0 {
			alike = append(alike, r)
		}
	}
	c.distribution(percents)
	c.lab.Alike = len(alike)
	slices.SortFunc(alike, before)
	var pairs []Pair
	for _, r := range alike[:min(len(alike), c.Top)] {
		pairs = append(pairs, c.pair(r))
	}
	return pairs
}

func (c *comparison) rank(m *matcher, i, j int) ranked {
	a, b := c.sides[i], c.sides[j]
	r := ranked{i: i, j: j, runs: m.match(a, b)}
	left, right := shared(a, b, r.runs)
	r.own, r.ratio = left+right, max(ratio(left, a.total), ratio(right, b.total))
	wl, wr := c.weighted(a, b, r.runs)
	r.score = max(ratio(wl/whole, a.total), ratio(wr/whole, b.total))
	return r
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
		Weighted: r.score / 100,
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
// just two persons have: these two.
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

// whole is the weight of what just two persons have.
const whole = 1000

// weights are by how many persons have something: what only two have counts fully, and
// the more have it the less it counts, by the logarithm, as it tells less.
func weights(persons int) []int {
	of := float64(max(persons, commonFloor*commonPart))
	list := make([]int, persons+1)
	for n := range list {
		list[n] = min(whole, max(0, int(math.Round(whole*math.Log(of/float64(max(n, 1)))/math.Log(of/2)))))
	}
	return list
}

// weighted adds up the weights of the own symbols in runs, of either side.
func (c *comparison) weighted(a, b *side, runs []run) (left, right int) {
	for _, r := range runs {
		for i := range r.length {
			// Of the hash that begins here, or of the last one of the run.
			weight := c.weights[a.persons[r.left+min(i, r.length-c.K)]]
			if a.own[r.left+i] {
				left += weight
			}
			if b.own[r.right+i] {
				right += weight
			}
		}
	}
	return left, right
}
