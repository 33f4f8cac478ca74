package quorum

// storage keeps each item in a file of its own, which is replaced as a whole: so what
// a crash leaves is the old item or the new one.
type storage struct {
	// Your code here (C).
}
