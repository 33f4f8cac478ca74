package quorum

import "faultline/labs"

// A Version says which of two values of a key is the newer one. The zero value is that
// of no value.
type Version struct {
	// Your code here (A).
}

// Newer reports whether v is newer than w. Of any two versions that are not equal one
// is newer, and everybody says which.
func (v Version) Newer(w Version) bool {
	panic(labs.TODO("A"))
}

// An Item is what a replica holds under a key.
type Item struct {
	// Your code here (A).
}
