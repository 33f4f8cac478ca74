package similar

import "slices"

// counted says how many persons have each hash.
type counted struct {
	hashes []uint64 // sorted
	in     []int
}

// count goes over the hashes of all persons.
func count(persons map[string][]uint64) counted {
	var all []uint64
	for _, hashes := range persons {
		own := slices.Clone(hashes)
		slices.Sort(own)
		all = append(all, slices.Compact(own)...)
	}
	slices.Sort(all)
	var c counted
	for i, h := range all {
		switch {
		case h == none:
		case i > 0 && all[i-1] == h:
			c.in[len(c.in)-1]++
		default:
			c.hashes = append(c.hashes, h)
			c.in = append(c.in, 1)
		}
	}
	return c
}

// of is the number of persons that have the hash.
func (c counted) of(hash uint64) int {
	if i, ok := slices.BinarySearch(c.hashes, hash); ok {
		return c.in[i]
	}
	return 0
}

// above adds the hashes that more than so many persons have.
func (c counted) above(most int, ignored map[uint64]bool) {
	for i, h := range c.hashes {
		if c.in[i] > most {
			ignored[h] = true
		}
	}
}

// A starter is the code that everybody was given.
type starter struct {
	stream *stream
	hashes []uint64
}

func (st starter) ignore(ignored map[uint64]bool) {
	for _, h := range st.hashes {
		if h != none {
			ignored[h] = true
		}
	}
}

// head is how many symbols a declaration has in common with the beginning of one
// of the starter code.
func (st starter) head(symbols []uint64) int {
	longest := 0
	for _, d := range st.stream.decls {
		n := 0
		for n < len(symbols) && n < d.end-d.start && symbols[n] == st.stream.symbols[d.start+n] {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

// own marks the symbols that are neither given nor common: those outside of every
// hash that is ignored, and of the beginnings of the starter code. A declaration
// that has fewer than k of them cannot have a passage, so it counts neither way:
// two copies are alike in all that is compared.
func own(s *stream, hashes []uint64, k int, ignored map[uint64]bool, st starter) (marks []bool, total int) {
	marks = make([]bool, len(s.symbols))
	for _, d := range s.decls {
		until, n := d.start+st.head(s.symbols[d.start:d.end]), 0
		for i := d.start; i < d.end; i++ {
			if ignored[hashes[i]] {
				until = max(until, i+k)
			}
			if i >= until {
				marks[i] = true
				n++
			}
		}
		if n < k {
			clear(marks[d.start:d.end])
			n = 0
		}
		total += n
	}
	return marks, total
}
