package ring

import "faultline/labs/ring/ringapi"

// between reports whether one meets x on the way up from a, a itself not counted,
// to b: whether x is in (a, b]. The way from a to a is once round the ring.
//
//lab:todo B
func between(a, x, b ringapi.ID) bool {
	if a < b {
		return a < x && x <= b
	}
	return x > a || x <= b
}

// inside reports whether x is in (a, b): neither end counts. From a to a that is the
// whole ring but a.
//
//lab:todo C
func inside(a, x, b ringapi.ID) bool { return x != b && between(a, x, b) }

// up is how far it is from a up to b on a ring of 2^bits ids.
//
//lab:todo B
func up(a, b ringapi.ID, bits int) ringapi.ID {
	return (b - a) & (1<<bits - 1)
}

// apart is how far it is between a and b in the shorter direction.
//
//lab:todo B
func apart(a, b ringapi.ID, bits int) ringapi.ID {
	return min(up(a, b, bits), up(b, a, bits))
}
