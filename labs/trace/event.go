package trace

import (
	"errors"
	"fmt"
	"math"
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
	Crash     Kind = "crash"     // Node lost its memory; N is its incarnation; of an explored disk, see the text
	Restart   Kind = "restart"   // Node came back; N is its new incarnation, if it is counted
	Pause     Kind = "pause"     // Node stopped hearing and being heard
	Resume    Kind = "resume"    // Node goes on
	Open      Kind = "open"      // Node opened its connection, or started its process
	Close     Kind = "close"     // Node closed or ended it
	Write     Kind = "write"     // Node's disk was written or its directory changed; volatile so far
	Flush     Kind = "flush"     // flush N of Node's disk took effect; the text says of what
	Lose      Kind = "lose"      // what a crash of Node's disk did not leave, in words
	Call      Kind = "call"      // client Node began operation N
	Return    Kind = "return"    // operation N of client Node ended; the text is its result
	Step      Kind = "step"      // line N of the story
	Model     Kind = "model"     // the history is to be checked against model Node; the text holds its parameters
	Reach     Kind = "reach"     // the run got into a situation that its case declares
	Source    Kind = "source"    // the solution wrote the file Node, which the text holds
	Log       Kind = "log"       // the student's code printed this
	Note      Kind = "note"      // the harness explains something
)

// An Event is one thing that happened in a run. Which fields a kind uses is
// said beside its name; unused ones are zero.
type Event struct {
	At   time.Duration `json:"at"` // virtual time since the run began, never negative
	Kind Kind          `json:"kind"`
	Node string        `json:"node,omitempty"`
	Peer string        `json:"peer,omitempty"` // empty if Node is
	N    int           `json:"n,omitempty"`
	Text string        `json:"text,omitempty"`
}

// String is the text form, one line without its end. Parse reads it back, to
// the same event but for what is left of its time below a microsecond. What a
// terminal or an editor could act on (control characters, line ends, directions
// of writing) appears escaped as in a Go string.
//
// The network refuses names of nodes that contain spaces or do not print, and so
// the names of a trace are plain. A harness may still misname a client. Then
// the name is escaped too, and the line stays one line that Parse reads back.
func (e Event) String() string {
	b := make([]byte, 0, 64+len(e.Text))
	b = appendSeconds(b, e.At)
	b = append(b, "  "...)
	b = append(b, e.Kind...)
	for i := len(e.Kind); i < 9; i++ {
		b = append(b, ' ')
	}
	if e.Node != "" {
		b = appendName(append(b, "  "...), e.Node)
		if e.Peer != "" {
			b = appendName(append(b, " -> "...), e.Peer)
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
// columns, so that the times of a trace stand in one column. No time is before
// the run.
func appendSeconds(b []byte, d time.Duration) []byte {
	us := max(d, 0).Microseconds()
	whole := strconv.FormatInt(us/1e6, 10)
	for i := len(whole); i < 4; i++ {
		b = append(b, ' ')
	}
	b = append(append(b, whole...), '.')
	frac := strconv.FormatInt(1e6+us%1e6, 10)
	return append(append(b, frac[1:]...), 's')
}

func appendEscaped(b []byte, s string) []byte {
	if plain(s) {
		return append(b, s...)
	}
	return appendQuoted(b, s)
}

// plain reports whether s can be shown as it is.
func plain(s string) bool {
	for _, r := range s {
		ascii := ' ' <= r && r <= '~' // asked first: every event of every run comes by here
		if r == '\\' || !ascii && (!unicode.IsPrint(r) || r == utf8.RuneError) {
			return false
		}
	}
	return true
}

// appendName writes a name as one word that is no other part of a line: not an
// arrow, a number or the colon before the text.
func appendName(b []byte, name string) []byte {
	switch {
	case name == ":", name == "->", name[0] == '#':
		b = fmt.Appendf(b, `\x%02x`, name[0])
		name = name[1:]
	case plain(name) && !strings.Contains(name, " "):
		return append(b, name...)
	}
	return append(b, strings.ReplaceAll(string(appendQuoted(nil, name)), " ", `\x20`)...)
}

func appendQuoted(b []byte, s string) []byte {
	start := len(b)
	b = strconv.AppendQuote(b, s)
	copy(b[start:], b[start+1:len(b)-1])
	return b[:len(b)-2]
}

var errForm = errors.New("an event reads: seconds, kind, node [-> peer] [#number] [: text]")

// Parse reads the text form of an event. Its words may be separated by any
// spaces. Any word of small letters is taken for a kind.
func Parse(line string) (Event, error) {
	head, text, _ := strings.Cut(line, "  : ")
	fields := strings.Fields(head)
	if len(fields) < 2 {
		return Event{}, errForm
	}
	var e Event
	var err error
	if e.At, err = parseSeconds(fields[0]); err != nil {
		return Event{}, err
	}
	if e.Kind, err = parseKind(fields[1]); err != nil {
		return Event{}, err
	}
	if err := e.parseWhere(fields[2:]); err != nil {
		return Event{}, err
	}
	if e.Text, err = unescape("text", text); err != nil {
		return Event{}, err
	}
	return e, nil
}

// parseWhere reads the words after the kind: node [-> peer] [#number].
func (e *Event) parseWhere(words []string) (err error) {
	if n := len(words) - 1; n >= 0 && words[n][0] == '#' {
		if e.N, err = strconv.Atoi(words[n][1:]); err != nil {
			return fmt.Errorf("number %q: %w", words[n], errForm)
		}
		words = words[:n]
	}
	switch {
	case len(words) == 0:
		return nil
	case len(words) == 3 && words[1] == "->":
		if e.Peer, err = unescape("name", words[2]); err != nil {
			return err
		}
	case len(words) != 1:
		return errForm
	}
	e.Node, err = unescape("name", words[0])
	return err
}

func parseKind(s string) (Kind, error) {
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return "", fmt.Errorf("kind %q: %w", s, errForm)
		}
	}
	return Kind(s), nil
}

func parseSeconds(s string) (time.Duration, error) {
	number, unit := strings.CutSuffix(s, "s")
	whole, frac, _ := strings.Cut(number, ".")
	us, err := strconv.ParseUint(whole+frac, 10, 64)
	if !unit || whole == "" || len(frac) != 6 || err != nil || us > math.MaxInt64/1000 {
		return 0, fmt.Errorf("time %q: %w", s, errForm)
	}
	return time.Duration(us) * time.Microsecond, nil
}

// unescape undoes the escapes in s, which is what the error calls it.
func unescape(what, s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var b strings.Builder
	for s != "" {
		r, multibyte, tail, err := strconv.UnquoteChar(s, '"')
		if err != nil {
			return "", fmt.Errorf("%s: %q is no escape of a Go string", what, s)
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
