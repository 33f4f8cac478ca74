package quorum

import "cmp"

// A Version says which of two values of a key is the newer one. The zero value is that
// of no value.
type Version struct {
	//lab:begin A
	Counter uint64
	Writer  string // who gave it that number: two writers may come to the same one
	//lab:end
}

// Newer reports whether v is newer than w. Of any two versions that are not equal one
// is newer, and everybody says which.
//
//lab:todo A
func (v Version) Newer(w Version) bool {
	return cmp.Or(cmp.Compare(v.Counter, w.Counter), cmp.Compare(v.Writer, w.Writer)) > 0
}

// An Item is what a replica holds under a key.
type Item struct {
	//lab:begin A
	Version Version
	Value   []byte
	//lab:end
}
