package ring

import (
	"faultline/labs"
	"faultline/labs/ring/ringapi"
)

// between reports whether one meets x on the way up from a, a itself not counted,
// to b: whether x is in (a, b]. The way from a to a is once round the ring.
func between(a, x, b ringapi.ID) bool {
	panic(labs.TODO("B"))
}

// inside reports whether x is in (a, b): neither end counts. From a to a that is the
// whole ring but a.
func inside(a, x, b ringapi.ID) bool {
	panic(labs.TODO("C"))
}

// up is how far it is from a up to b on a ring of 2^bits ids.
func up(a, b ringapi.ID, bits int) ringapi.ID {
	panic(labs.TODO("B"))
}

// apart is how far it is between a and b in the shorter direction.
func apart(a, b ringapi.ID, bits int) ringapi.ID {
	panic(labs.TODO("B"))
}
