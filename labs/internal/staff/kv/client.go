// Package kv is a key-value store: versioned values on one server (NewServer,
// NewClient), on a disk that survives crashes (OpenServer), and on a cluster.
package kv
