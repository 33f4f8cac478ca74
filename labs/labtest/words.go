package labtest

import (
	"fmt"
	"strings"
)

// Count is a number of things in words: "1 peer", "3 peers". A scenario that was made
// smaller has one of most.
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Times is how often, in words: "once", "5 times".
func Times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// List is some things in words: "300ms", "1ms, 20ms and 2s".
func List[T any](things []T) string {
	words := make([]string, len(things))
	for i, thing := range things {
		words[i] = fmt.Sprint(thing)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
