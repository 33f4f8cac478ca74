package quorum

// caller asks replicas.
type caller struct {
	// Your code here (A).
}
