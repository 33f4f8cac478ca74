package machine

import (
	"bytes"
	"strings"

	"github.com/tetratelabs/wazero/sys"
)

// dumpLimit is how much of the Go runtime's last words is kept, in bytes.
const dumpLimit = 256 << 10

// lines takes what the guest prints on one of its outputs, line by line.
type lines struct {
	host  *host
	dying bool // the runtime's last words come here
	dump  bool // they have begun
	part  []byte
}

// Write records whole lines and keeps the rest. It ends the guest that prints
// too much. The runtime writes the word that its last ones begin with by itself, and
// that may be behind a line that the solution has begun, with print, and not ended.
func (l *lines) Write(p []byte) (int, error) {
	if l.dump {
		l.part = append(l.part, p[:min(len(p), max(0, dumpLimit-len(l.part)))]...)
		return len(p), nil
	}
	if l.host.printed += len(p); l.host.printed > OutputLimit {
		panic(sys.NewExitError(exitOutput))
	}
	if l.dying && isLastWords(string(p)) && len(l.part) > 0 {
		l.line(l.part)
		l.part = nil
	}
	l.part = append(l.part, p...)
	for !l.dump {
		line, rest, found := bytes.Cut(l.part, []byte("\n"))
		if l.dying && isLastWords(string(line)) {
			l.dump = true
			break
		}
		if !found {
			break
		}
		l.line(line)
		l.part = rest
	}
	return len(p), nil
}

// line records a line. It ends the guest that causes too many events: a line is one.
func (l *lines) line(text []byte) {
	if !l.host.print(string(text)) {
		panic(sys.NewExitError(exitEvents))
	}
}

// isLastWords reports whether the Go runtime begins a crash with the line.
func isLastWords(line string) bool {
	return strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") ||
		strings.HasPrefix(line, "runtime: ")
}

// flush records a last line without an end.
func (l *lines) flush() {
	if len(l.part) > 0 && !l.dump {
		l.host.print(string(l.part))
		l.part = nil
	}
}

// rest returns the runtime's last words, if it had any.
func (l *lines) rest() string {
	l.flush()
	return string(l.part)
}
