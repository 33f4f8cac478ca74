package journaltest

import "math/rand/v2"

// draw draws an operation on a few names, so that most of them meet something.
func draw(rng *rand.Rand) operation {
	names := []string{"a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/a", "f", "f/a", "f/g", "f/g/b"}
	sizes := []int{1, 10, 511, 700, 4095, 4096, 4097, 9000, 16384, 17000, 45000}
	pick := func(list []int) int { return list[rng.IntN(len(list))] }
	o := operation{name: names[rng.IntN(len(names))], other: names[rng.IntN(len(names))], fill: byte('g' + rng.IntN(19))}
	switch rng.IntN(14) {
	case 0, 1:
		o.verb = "create"
	case 2, 3:
		o.verb = "mkdir"
	case 4:
		o.verb = "link"
	case 5:
		o.verb = "remove"
	case 6, 7, 8:
		o.verb = "rename"
	case 9:
		o.verb = "truncate"
		o.size = pick(append(sizes, 0))
	default:
		o.verb = "write"
		o.size, o.off = pick(sizes), pick(append(sizes, 0, 0, 0, 0))
	}
	return o
}
