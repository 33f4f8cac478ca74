package messagingtest

import (
	"fmt"
	"strings"
)

// many is a number of things, with the word for one of them or for more.
func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// received is how the history puts a message. One that reads like the end of a call
// without a message is none: Receive could return the text in place of the error.
func received(msg []byte) string {
	switch text := string(msg); {
	case text == sent, text == closed, text == canceled, strings.HasPrefix(text, "error: "):
		return fmt.Sprintf("the message %q", text)
	default:
		return text
	}
}
