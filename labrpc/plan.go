package labrpc

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Plan is the list of the faults of a run. Its text has one fault a line and
// can be read, edited, pasted and replayed:
//
//	drop      client-1 -> kv-2 #17
//	duplicate kv-1 -> client-1 #4 after 180ms
//	delay     kv-1 -> client-1 #4 by 180ms
//	corrupt   kv-1 -> client-1 #4 bit 1003
//	cut       {kv-1} | {kv-2 kv-3} 2s..3.5s
//	cut       {kv-1} -> {kv-2 kv-3} 2s..3.5s
//	pause     kv-2 2s..2.5s
//	crash     kv-2 at 3.301s restart 3.9s
//	crash     kv-2 at 3.301s
//	lose      kv-2 disk flush 5: sector 12 sector 40
//	lose      kv-2 disk crash 1: entry kv#4
//	fail      kv-2 disk flush 5
//
// Numbers of messages count from 1 on each directed link, times from the start
// of the run. What a disk loses, or fails to write, is none of the network's
// business: it carries these lines for those who make the disks.
type Plan []Fault

// A FaultKind says what a fault does. It is the first word of its line.
type FaultKind string

// The kinds of faults. Several may hit one message; a drop leaves nothing for
// the others.
const (
	Drop      FaultKind = "drop"      // message N from From to To is lost
	Duplicate FaultKind = "duplicate" // a second, undamaged copy of it arrives By after the first
	Delay     FaultKind = "delay"     // it takes By longer
	Corrupt   FaultKind = "corrupt"   // bit Bit of its first copy is flipped; of a call, its checksum is wrong
	Cut       FaultKind = "cut"       // from Begin to End nothing passes between Left and Right
	Pause     FaultKind = "pause"     // from Begin to End node From neither hears nor is heard; nothing if it is paused
	Crash     FaultKind = "crash"     // at Begin node From crashes, unless it is down; at End, unless zero, it restarts
	Lose      FaultKind = "lose"      // a crash loses what Lost says of Disk, a disk of node From
	Fail      FaultKind = "fail"      // flush N of Disk, a disk of node From, fails
)

// A Fault is one thing that goes wrong. Which fields a kind uses is said beside
// its name; the others are zero. The zero Fault is none, and no text.
type Fault struct {
	Kind        FaultKind
	From, To    string        // the link of a message; From alone is the node of a pause or a crash
	N           int           // the number of the message on its link, from 1; of its Point, or flush
	By          time.Duration // how much later
	Bit         int           // bit b is in byte b/8, where it counts 1<<(b%8); it wraps at the packet's end
	Left, Right []string      // the two sides of a cut
	OneWay      bool          // the cut stops only messages from Left to Right
	Begin, End  time.Duration // since the start of the run
	Disk        string        // the name of a disk, made like a node's
	Point       LosePoint     // what N counts
	Lost        string        // in the words of package disk: one line of printable characters
}

// A LosePoint says which crash loses something.
type LosePoint string

// The points of a Lose.
const (
	BeforeFlush LosePoint = "flush" // the disk crashes just before its flush N takes effect
	AtCrash     LosePoint = "crash" // whenever the disk crashes for the Nth time
)

// String is the fault's line in a plan, without a line end. ParseFault reads it
// back to the same fault.
func (f Fault) String() string {
	b := append(make([]byte, 0, 64), f.Kind...)
	for len(b) < 10 {
		b = append(b, ' ')
	}
	switch f.Kind {
	case Drop, Duplicate, Delay, Corrupt:
		b = append(append(append(b, f.From...), " -> "...), f.To...)
		b = strconv.AppendInt(append(b, " #"...), int64(f.N), 10)
		return string(b) + f.effect()
	case Cut:
		return string(b) + f.sides() + " " + f.Begin.String() + ".." + f.End.String()
	case Pause:
		return string(b) + f.From + " " + f.Begin.String() + ".." + f.End.String()
	case Crash:
		s := string(b) + f.From + " at " + f.Begin.String()
		if f.End != 0 {
			s += " restart " + f.End.String()
		}
		return s
	case Lose:
		return string(b) + f.From + " " + f.Disk + " " + string(f.Point) + " " + strconv.Itoa(f.N) + ": " + f.Lost
	case Fail:
		return string(b) + f.From + " " + f.Disk + " flush " + strconv.Itoa(f.N)
	}
	return string(b)
}

// effect is the end of the line of a message's fault: how much, or which bit.
func (f Fault) effect() string {
	switch f.Kind {
	case Duplicate:
		return " after " + f.By.String()
	case Delay:
		return " by " + f.By.String()
	case Corrupt:
		return " bit " + strconv.Itoa(f.Bit)
	}
	return ""
}

// sides is who a cut separates from whom.
func (f Fault) sides() string {
	arrow := " | "
	if f.OneWay {
		arrow = " -> "
	}
	return "{" + strings.Join(f.Left, " ") + "}" + arrow + "{" + strings.Join(f.Right, " ") + "}"
}

// String is the plan's text, a line for each fault. ParsePlan reads it back to
// the same plan. An empty plan is the empty text.
func (p Plan) String() string {
	var b strings.Builder
	for _, f := range p {
		b.WriteString(f.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// ParsePlan reads the text of a plan. Blank lines and lines that begin with '#'
// are ignored. The error of a line that is no fault begins with its number.
func ParsePlan(text string) (Plan, error) {
	var p Plan
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		f, err := ParseFault(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		p = append(p, f)
	}
	return p, nil
}
