package similar

import (
	"cmp"
	"slices"
)

// A run is symbols of two submissions that are equal, one by one.
type run struct{ left, right, length int }

// A side is one submission, ready to be compared.
type side struct {
	*stream
	hashes       []uint64
	fingerprints []fingerprint
	decl         []int // which declaration a symbol is of
	persons      []int // how many have the hash from a symbol on
	own          []bool
	total        int    // how many symbols are own
	sum          uint64 // of all symbols
}

// A matcher compares submissions, one pair after the other. It keeps what it
// allocates.
type matcher struct {
	k               int
	inLeft, inRight []bool
	seeds           []run
	runs            []run
}

// match returns the runs that two submissions have in common, in the order of the
// left one. What is right and left does not matter to the result: the longest run
// comes first, and which of equally long ones depends on the code alone.
func (m *matcher) match(a, b *side) []run {
	if cmp.Or(cmp.Compare(a.sum, b.sum), len(a.symbols)-len(b.symbols)) > 0 {
		runs := m.match(b, a)
		for i, r := range runs {
			runs[i].left, runs[i].right = r.right, r.left
		}
		slices.SortFunc(runs, func(a, b run) int { return a.left - b.left })
		return runs
	}
	m.findSeeds(a, b)
	m.extend(a, b)
	return m.tile(a, b)
}

// findSeeds pairs the fingerprints that both have.
func (m *matcher) findSeeds(a, b *side) {
	m.seeds = m.seeds[:0]
	as, bs := a.fingerprints, b.fingerprints
	for i, j := 0, 0; i < len(as) && j < len(bs); {
		switch {
		case as[i].hash < bs[j].hash:
			i++
		case as[i].hash > bs[j].hash:
			j++
		default:
			for n := j; n < len(bs) && bs[n].hash == as[i].hash; n++ {
				m.seeds = append(m.seeds, run{left: as[i].at, right: bs[n].at})
			}
			i++
		}
	}
}

// extend makes each seed as long as the symbols are equal, within declarations.
// Seeds on one diagonal that are in the same run give it once.
func (m *matcher) extend(a, b *side) {
	slices.SortFunc(m.seeds, func(x, y run) int {
		return cmp.Or((x.left-x.right)-(y.left-y.right), x.left-y.left)
	})
	m.runs = m.runs[:0]
	for _, seed := range m.seeds {
		if n := len(m.runs); n > 0 {
			last := m.runs[n-1]
			if last.left-last.right == seed.left-seed.right && seed.left < last.left+last.length {
				continue
			}
		}
		da, db := a.decls[a.decl[seed.left]], b.decls[b.decl[seed.right]]
		back := 0
		for seed.left-back > da.start && seed.right-back > db.start &&
			a.symbols[seed.left-back-1] == b.symbols[seed.right-back-1] {
			back++
		}
		r := run{left: seed.left - back, right: seed.right - back}
		for r.left+r.length < da.end && r.right+r.length < db.end &&
			a.symbols[r.left+r.length] == b.symbols[r.right+r.length] {
			r.length++
		}
		m.runs = append(m.runs, r)
	}
}

// tile takes the longest run first, and of each what no longer one has taken.
func (m *matcher) tile(a, b *side) []run {
	if len(m.runs) == 0 {
		return nil
	}
	slices.SortFunc(m.runs, func(x, y run) int {
		return cmp.Or(y.length-x.length, x.left-y.left, x.right-y.right)
	})
	m.inLeft, m.inRight = cleared(m.inLeft, len(a.symbols)), cleared(m.inRight, len(b.symbols))
	var taken []run
	for _, r := range m.runs {
		for at := 0; at < r.length; {
			free := run{left: r.left + at, right: r.right + at}
			for at+free.length < r.length && !m.inLeft[free.left+free.length] && !m.inRight[free.right+free.length] {
				free.length++
			}
			if ownIn(a, free.left, free.length) >= m.k && ownIn(b, free.right, free.length) >= m.k {
				taken = append(taken, free)
				for i := range free.length {
					m.inLeft[free.left+i], m.inRight[free.right+i] = true, true
				}
			}
			at += free.length + 1
		}
	}
	slices.SortFunc(taken, func(x, y run) int { return x.left - y.left })
	return taken
}

// ownIn counts the own symbols of a stretch.
func ownIn(s *side, start, length int) int {
	n := 0
	for _, own := range s.own[start : start+length] {
		if own {
			n++
		}
	}
	return n
}

// cleared returns n marks that are not set.
func cleared(marks []bool, n int) []bool {
	marks = slices.Grow(marks[:0], n)[:n]
	clear(marks)
	return marks
}

// gap is how many symbols between two runs, on each side, make them one passage
// to be read: a line that one of the two has more.
const gap = 12

// joined puts runs that follow each other in both submissions together.
func joined(a, b *side, runs []run) [][]run {
	var groups [][]run
	for _, r := range runs {
		if n := len(groups); n > 0 {
			last := groups[n-1][len(groups[n-1])-1]
			left, right := r.left-last.left-last.length, r.right-last.right-last.length
			sameFiles := a.places[r.left].file == a.places[last.left].file &&
				b.places[r.right].file == b.places[last.right].file
			if sameFiles && left <= gap && right >= 0 && right <= gap {
				groups[n-1] = append(groups[n-1], r)
				continue
			}
		}
		groups = append(groups, []run{r})
	}
	return groups
}
