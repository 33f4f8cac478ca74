package grading

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"

	"faultline/grader/internal/result"
	"faultline/labs/trace"
)

// A traceLine is a line of a trace as it is shown: an event, or how often what
// stands above it came again.
type traceLine struct {
	event trace.Event
	again string // in place of the event
	first int    // the events that it stands for, by their places in the run
	last  int
}

// written are the texts of lines. What a message carries stands where it was sent, if
// that is shown, and not again where it arrives; but at a second arrival it does, for
// that is news.
func written(lines []traceLine) (texts []string) {
	said := map[message]string{}
	for _, l := range lines {
		e := l.event
		if e.Peer != "" && e.N != 0 {
			m := message{e.Node, e.Peer, e.N}
			switch {
			case e.Kind == trace.Send:
				said[m] = e.Text
			case e.Kind == trace.Deliver && said[m] == e.Text:
				e.Text = ""
				delete(said, m)
			}
		}
		if l.again != "" {
			texts = append(texts, l.again)
			continue
		}
		e.Text = result.Short(e.Text)
		texts = append(texts, e.String())
	}
	return texts
}

const (
	longestExchange = 64 // events: every node of a small mesh greets every other
	leastSaved      = 4  // lines; less would hide more than it shows
	shortExchange   = 8  // events: of one that changes its numbers, the last time stands there as well
)

// condense writes down a trace. An exchange that repeats, as heartbeats and
// retransmissions do, stands there once, with a line that says how often it came
// again. If it was the same but for numbers and is short, its last time stands there
// as well.
func condense(list []entry) (lines []traceLine) {
	e := newExchanges(list)
	for i := 0; i < len(list); {
		length, times, exact := e.at(i)
		if times == 0 {
			lines = append(lines, lineOf(list[i]))
			i++
			continue
		}
		for _, event := range list[i : i+length] {
			lines = append(lines, lineOf(event))
		}
		from, to := i+length, i+length*(times+1)
		how := ""
		if !exact {
			how = ", with other numbers"
		}
		last := !exact && length <= shortExchange
		if last {
			to -= length
		}
		lines = append(lines, again(list[from:to], length, how))
		if i = to; last {
			for _, event := range list[to : to+length] {
				lines = append(lines, lineOf(event))
			}
			i += length
		}
	}
	return lines
}

func lineOf(e entry) traceLine { return traceLine{event: e.Event, first: e.at, last: e.at} }

// again says that the exchange above came again in all of these events.
func again(list []entry, length int, how string) traceLine {
	what, times := fmt.Sprintf("the same %d events", length), "once more"
	if length == 1 {
		what = "the same"
	}
	if n := len(list) / length; n > 1 {
		times = strconv.Itoa(n) + " times more"
	}
	end := list[len(list)-1]
	return traceLine{
		again: fmt.Sprintf("              … %s %s%s, until %.6fs", what, times, how, end.At.Seconds()),
		first: list[0].at, last: end.at,
	}
}

// exchanges finds what repeats. Two stretches of a trace are the same if they have
// the same events but for their times and the numbers of messages, in any order:
// nodes that greet each other at one instant do so in another order each time. So
// it is enough to compare sums of hashes.
type exchanges struct {
	exact, loose []uint64 // sums over the events before a place
}

func newExchanges(list []entry) exchanges {
	e := exchanges{exact: make([]uint64, 1, len(list)+1), loose: make([]uint64, 1, len(list)+1)}
	for i, event := range list {
		exact, loose := likeness(event.Event, i)
		e.exact = append(e.exact, e.exact[i]+exact)
		e.loose = append(e.loose, e.loose[i]+loose)
	}
	return e
}

var (
	messageNumber = regexp.MustCompile(`#[0-9]+`)
	anyNumber     = regexp.MustCompile(`[0-9]+`)
)

// likeness is what an event has in common with those that are the same: exactly, or
// but for the numbers in it. Only what happens to messages may be left out of a
// trace; any other event is like nothing.
func likeness(e trace.Event, place int) (exact, loose uint64) {
	switch e.Kind {
	case trace.Send, trace.Deliver, trace.Drop, trace.Duplicate, trace.Delay:
	default:
		h := hashOf(strconv.Itoa(place))
		return h, h
	}
	link := string(e.Kind) + " " + e.Node + " " + e.Peer + " "
	return hashOf(link + messageNumber.ReplaceAllString(e.Text, "#")), hashOf(link + anyNumber.ReplaceAllString(e.Text, "#"))
}

// hashOf is a hash that may be summed. The sums of bare FNV hashes of "81" and "82"
// and of "80" and "83" are the same.
func hashOf(text string) uint64 {
	sum := sha256.Sum256([]byte(text))
	return binary.LittleEndian.Uint64(sum[:])
}

// at is the exchange that begins at a place and comes again at once, and how often
// it does: the one that saves the most lines. None comes again 0 times.
func (e exchanges) at(i int) (length, times int, exact bool) {
	most := leastSaved - 1
	for n := 1; n <= longestExchange && i+2*n < len(e.exact); n++ {
		if r := comesAgain(e.exact, i, n); n*r-1 > most {
			most, length, times, exact = n*r-1, n, r, true
		}
		if r := comesAgain(e.loose, i, n); n*(r-1)-1 > most {
			most, length, times, exact = n*(r-1)-1, n, r, false
		}
	}
	return length, times, exact
}

// comesAgain is how often the n events from i on come again behind themselves.
func comesAgain(sums []uint64, i, n int) (times int) {
	for at := i + n; at+n < len(sums) && sums[at+n]-sums[at] == sums[i+n]-sums[i]; at += n {
		times++
	}
	return times
}
