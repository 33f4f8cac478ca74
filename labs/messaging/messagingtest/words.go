package messagingtest

import "fmt"

// many is a number of things, with the word for one of them or for more.
func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
