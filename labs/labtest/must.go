package labtest

// Must is the value of a call that cannot fail. If it does, that is a fault of the
// suite, which ends the program.
func Must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

// Closed reports whether a channel, on which nobody sends, was closed.
func Closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
