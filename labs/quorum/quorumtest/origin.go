package quorumtest

import (
	"fmt"
	"strings"

	"faultline/labs/labtest"
)

// origins says of values who put them, and where: under "x b" that of x.
type origins map[string]string

// note remembers the origin of a value, if the operation is a Put.
func (u *user) note(operation string) {
	value, isPut := strings.CutPrefix(operation, "Put ")
	if !isPut {
		return
	}
	u.h.mu.Lock()
	defer u.h.mu.Unlock()
	origin := u.name
	if u.reaches != nil {
		origin += fmt.Sprintf(", which reached %s only", labtest.List(u.reaches))
	}
	u.h.origins[value] = origin
}

// from is a result of a Get in quotes, with the origin of the value.
func (h *house) from(key, result string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	text := fmt.Sprintf("%q", result)
	if origin := h.origins[key+" "+result]; origin != "" {
		text += ", put by " + origin
	}
	return text
}
