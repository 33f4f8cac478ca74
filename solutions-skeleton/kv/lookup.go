package kv

// The directoryHandlers are the directory as nodes and routers see it.
type directoryHandlers struct {
	// Your code here (C).
}
