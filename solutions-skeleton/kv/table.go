package kv

// A Request is a change of one key, as it crosses the network.
type Request struct {
	// Your code here (A).
}

// A Result is what a request has led to.
type Result struct {
	// Your code here (A).
}
