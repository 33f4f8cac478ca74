package labrpc

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ParseFault reads one line of a plan. Words are separated by any number of
// spaces. The error says what a line of its kind looks like.
func ParseFault(line string) (Fault, error) {
	head, lost, isLose := cutLost(line)
	w := words{rest: strings.Fields(spaceOut.Replace(head))}
	f := Fault{Kind: FaultKind(w.next())}
	form := f.Kind.form()
	if form == "" {
		return Fault{}, fmt.Errorf(
			"unknown fault %q: expected drop, duplicate, delay, corrupt, cut, pause, crash, lose or fail", string(f.Kind))
	}
	w.fault(&f)
	if f.Kind == Lose {
		f.Lost = w.clean(lost, isLose)
	}
	if w.err == nil && len(w.rest) > 0 {
		w.fail("%q is one word too many", w.rest[0])
	}
	if w.err != nil {
		return Fault{}, fmt.Errorf("%w: expected %q", w.err, string(f.Kind)+" "+form)
	}
	return f, nil
}

// cutLost cuts the text off that says what a disk loses.
func cutLost(line string) (head, lost string, isLose bool) {
	if !strings.HasPrefix(strings.TrimSpace(line), string(Lose)) {
		return line, "", false
	}
	return strings.Cut(line, ":")
}

// spaceOut makes words of the signs that need no spaces around them.
var spaceOut = strings.NewReplacer("{", " { ", "}", " } ", "|", " | ")

// form is how the rest of a line of this kind reads; "" for an unknown kind.
func (k FaultKind) form() string {
	switch k {
	case Drop:
		return "FROM -> TO #N"
	case Duplicate:
		return "FROM -> TO #N after DURATION"
	case Delay:
		return "FROM -> TO #N by DURATION"
	case Corrupt:
		return "FROM -> TO #N bit NUMBER"
	case Cut:
		return "{NODES} | {NODES} BEGIN..END"
	case Pause:
		return "NODE BEGIN..END"
	case Crash:
		return "NODE at TIME [restart TIME]"
	case Lose:
		return "NODE DISK flush|crash N: WHAT"
	case Fail:
		return "NODE DISK flush N"
	}
	return ""
}

// words reads a line word by word. After the first error it reads nothing more.
type words struct {
	rest []string
	err  error
}

func (w *words) fault(f *Fault) {
	switch f.Kind {
	case Cut:
		f.Left = w.nodes()
		f.OneWay = w.arrow()
		f.Right = w.nodes()
		f.Begin, f.End = w.span()
	case Pause:
		f.From = w.name()
		f.Begin, f.End = w.span()
	case Crash:
		f.From = w.name()
		f.Begin = w.durationAfter("at")
		if len(w.rest) > 0 {
			f.End = w.durationAfter("restart")
			if f.End <= f.Begin {
				w.fail("the restart must come after the crash")
			}
		}
	case Lose:
		f.From = w.name()
		f.Disk = w.name()
		f.Point = w.losePoint()
		f.N = w.atLeast(w.next(), 1, "the number")
	case Fail:
		f.From = w.name()
		f.Disk = w.name()
		w.expect("flush")
		f.N = w.atLeast(w.next(), 1, "the number")
	default:
		f.From = w.name()
		w.expect("->")
		f.To = w.name()
		f.N = w.number()
		w.effect(f)
	}
}

func (w *words) effect(f *Fault) {
	switch f.Kind {
	case Duplicate:
		f.By = w.durationAfter("after")
	case Delay:
		f.By = w.durationAfter("by")
	case Corrupt:
		w.expect("bit")
		f.Bit = w.atLeast(w.next(), 0, "the bit")
	}
}

func (w *words) losePoint() LosePoint {
	p := LosePoint(w.next())
	if p != BeforeFlush && p != AtCrash {
		w.fail(`%q where "flush" or "crash" should be`, string(p))
	}
	return p
}

// clean checks what a disk loses, which is text of another package: one line that
// can be shown and read back.
func (w *words) clean(lost string, there bool) string {
	lost = strings.TrimSpace(lost)
	bad := func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }
	switch {
	case !there || lost == "":
		w.fail("nothing says what is lost")
	case strings.ContainsFunc(lost, bad):
		w.fail("%q is not one line of printable characters", lost)
	}
	return lost
}

func (w *words) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

var errEnds = errors.New("the line ends too early")

func (w *words) next() string {
	if w.err != nil {
		return ""
	}
	if len(w.rest) == 0 {
		w.err = errEnds
		return ""
	}
	word := w.rest[0]
	w.rest = w.rest[1:]
	return word
}

func (w *words) expect(want string) {
	if got := w.next(); got != want {
		w.fail("%q where %q should be", got, want)
	}
}

func (w *words) arrow() (oneWay bool) {
	got := w.next()
	if got != "|" && got != "->" {
		w.fail(`%q where "|" or "->" should be`, got)
	}
	return got == "->"
}

func (w *words) name() string {
	name := w.next()
	if !validName(name) {
		w.fail("%q is no node's name", name)
	}
	return name
}

func (w *words) nodes() []string {
	w.expect("{")
	list := []string{w.name()}
	for w.err == nil && len(w.rest) > 0 && w.rest[0] != "}" {
		list = append(list, w.name())
	}
	w.expect("}")
	return list
}

func (w *words) number() int {
	digits, ok := strings.CutPrefix(w.next(), "#")
	if !ok {
		w.fail("the message's number must begin with #")
	}
	return w.atLeast(digits, 1, "the message's number")
}

func (w *words) atLeast(digits string, least int, what string) int {
	n, err := strconv.Atoi(digits)
	if err != nil || n < least {
		w.fail("%s must be a whole number from %d on, not %q", what, least, digits)
	}
	return n
}

func (w *words) durationAfter(word string) time.Duration {
	w.expect(word)
	return w.duration(w.next())
}

func (w *words) duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		w.fail("%q is no duration such as 180ms or 2.5s", s)
	}
	if d < 0 {
		w.fail("the duration %s is negative", s)
	}
	return d
}

func (w *words) span() (begin, end time.Duration) {
	first, last, ok := strings.Cut(w.next(), "..")
	if !ok {
		w.fail("%q is no span of time such as 2s..3.5s", first)
	}
	begin, end = w.duration(first), w.duration(last)
	if end < begin {
		w.fail("the span ends before it begins")
	}
	return begin, end
}
