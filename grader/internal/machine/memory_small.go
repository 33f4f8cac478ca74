//go:build unix && !linux

package machine

// large does nothing where nobody can be asked for large pages.
func large([]byte) {}
