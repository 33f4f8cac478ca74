package labtest

import (
	"slices"

	"faultline/labs/disk"
)

// An attempt is one crash whose fates are tried, and the crashes that may interrupt
// the recoveries from them.
type attempt[D Disk[D]] struct {
	of crashPoint[D]

	search  disk.Search
	tried   int         // fates
	sampled bool        // it has more of them than could be tried
	failure *failure[D] // what one of them breaks; nil for nothing so far

	interrupting []crashPoint[D]
	turns        []turn // of each of those
}

// A turn is what crashes of recoveries have in common that are much alike: which flush
// of the recovery they come before, and what it found. A store that reads all that was
// written to decide whether that counts leaves other bytes behind each time that it
// does not, and goes on in the same way.
type turn struct {
	flush int
	found string
}

func (t *attempt[D]) add(k turn, p crashPoint[D]) {
	t.interrupting = append(t.interrupting, p)
	t.turns = append(t.turns, k)
}

// next are the crashes to try next. If the attempt is sampled, one of each turn comes
// first, then a second of each, and so on: they will not all be tried.
func (t *attempt[D]) next() []crashPoint[D] {
	if !t.sampled {
		return t.interrupting
	}
	before := map[turn]int{}
	var rounds [][]crashPoint[D]
	for i, p := range t.interrupting {
		n := before[t.turns[i]]
		before[t.turns[i]]++
		if n == len(rounds) {
			rounds = append(rounds, nil)
		}
		rounds[n] = append(rounds[n], p)
	}
	return slices.Concat(rounds...)
}
