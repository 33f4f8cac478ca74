package trace

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Kind says what happened.
type Kind string

// The kinds of events.
const (
	Send      Kind = "send"      // Node gave message N to the network for Peer
	Deliver   Kind = "deliver"   // message N reached Peer
	Drop      Kind = "drop"      // message N was lost; the text says why
	Duplicate Kind = "duplicate" // the network made a second copy of message N
	Delay     Kind = "delay"     // message N was held back
	Fault     Kind = "fault"     // the plan's line for what happens next, in the text
	Corrupt   Kind = "corrupt"   // a bit of message N was flipped
	Cut       Kind = "cut"       // a partition began
	Heal      Kind = "heal"      // a partition, or every fault, ended
	Crash     Kind = "crash"     // Node lost its memory; N is its incarnation
	Restart   Kind = "restart"   // Node came back; N is its new incarnation
	Pause     Kind = "pause"     // Node stopped hearing and being heard
	Resume    Kind = "resume"    // Node goes on
	Open      Kind = "open"      // Node opened its connection
	Close     Kind = "close"     // Node closed its connection
	Call      Kind = "call"      // client Node began operation N
	Return    Kind = "return"    // operation N of client Node ended; the text is its result
	Step      Kind = "step"      // line N of the story
	Model     Kind = "model"     // the history is to be checked against model Node; the text holds its parameters
	Reach     Kind = "reach"     // the run got into a situation that its case declares
	Log       Kind = "log"       // the student's code printed this
	Note      Kind = "note"      // the harness explains something
)

// An Event is one thing that happened in a run. Which fields a kind uses is
// said beside its name; unused ones are zero.
type Event struct {
	At   time.Duration `json:"at"` // virtual time since the run began, in whole microseconds
	Kind Kind          `json:"kind"`
	Node string        `json:"node,omitempty"`
	Peer string        `json:"peer,omitempty"`
	N    int           `json:"n,omitempty"`
	Text string        `json:"text,omitempty"`
}

// String is the text form, one line without its end. Parse reads it back. What
// a terminal or an editor could act on (control characters, line ends,
// directions of writing) appears escaped as in a Go string.
func (e Event) String() string {
	b := make([]byte, 0, 64+len(e.Text))
	b = appendSeconds(b, e.At)
	b = append(b, "  "...)
	b = append(b, e.Kind...)
	for i := len(e.Kind); i < 9; i++ {
		b = append(b, ' ')
	}
	if e.Node != "" {
		b = append(append(b, "  "...), e.Node...)
		if e.Peer != "" {
			b = append(append(b, " -> "...), e.Peer...)
		}
	}
	if e.N != 0 {
		b = append(b, " #"...)
		b = strconv.AppendInt(b, int64(e.N), 10)
	}
	if e.Text != "" {
		b = append(b, "  : "...)
		b = appendEscaped(b, e.Text)
	}
	return string(b)
}

// appendSeconds writes d as seconds with six decimals, padded to twelve
// columns, so that the times of a trace stand in one column.
func appendSeconds(b []byte, d time.Duration) []byte {
	us := d.Microseconds()
	whole := strconv.FormatInt(us/1e6, 10)
	for i := len(whole); i < 4; i++ {
		b = append(b, ' ')
	}
	b = append(append(b, whole...), '.')
	frac := strconv.FormatInt(1e6+us%1e6, 10)
	return append(append(b, frac[1:]...), 's')
}

func appendEscaped(b []byte, s string) []byte {
	for _, r := range s {
		if r == '\\' || !unicode.IsPrint(r) || r == utf8.RuneError {
			return appendQuoted(b, s)
		}
	}
	return append(b, s...)
}

func appendQuoted(b []byte, s string) []byte {
	start := len(b)
	b = strconv.AppendQuote(b, s)
	copy(b[start:], b[start+1:len(b)-1])
	return b[:len(b)-2]
}

var errForm = errors.New("an event reads: seconds, kind, node [-> peer] [#number] [: text]")

// Parse reads the text form of an event.
func Parse(line string) (Event, error) {
	head, text, hasText := strings.Cut(line, "  : ")
	fields := strings.Fields(head)
	if len(fields) < 2 {
		return Event{}, errForm
	}
	at, err := parseSeconds(fields[0])
	if err != nil {
		return Event{}, err
	}
	e := Event{At: at, Kind: Kind(fields[1])}
	rest := fields[2:]
	if n := len(rest); n > 0 && strings.HasPrefix(rest[n-1], "#") {
		if e.N, err = strconv.Atoi(rest[n-1][1:]); err != nil {
			return Event{}, fmt.Errorf("number %q: %w", rest[n-1], errForm)
		}
		rest = rest[:n-1]
	}
	switch {
	case len(rest) == 0:
	case len(rest) == 1:
		e.Node = rest[0]
	case len(rest) == 3 && rest[1] == "->":
		e.Node, e.Peer = rest[0], rest[2]
	default:
		return Event{}, errForm
	}
	if hasText {
		e.Text, err = unescape(text)
	}
	return e, err
}

func parseSeconds(s string) (time.Duration, error) {
	whole, frac, ok := strings.Cut(strings.TrimSuffix(s, "s"), ".")
	sec, err1 := strconv.ParseUint(whole, 10, 32)
	us, err2 := strconv.ParseUint(frac, 10, 32)
	if !ok || !strings.HasSuffix(s, "s") || len(frac) != 6 || err1 != nil || err2 != nil {
		return 0, fmt.Errorf("time %q: %w", s, errForm)
	}
	return time.Duration(sec)*time.Second + time.Duration(us)*time.Microsecond, nil
}

func unescape(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var b strings.Builder
	for s != "" {
		r, multibyte, tail, err := strconv.UnquoteChar(s, '"')
		if err != nil {
			return "", fmt.Errorf("text %q: %w", s, errForm)
		}
		if r < utf8.RuneSelf || !multibyte {
			b.WriteByte(byte(r))
		} else {
			b.WriteRune(r)
		}
		s = tail
	}
	return b.String(), nil
}
