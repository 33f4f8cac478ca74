package grading

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// aboutOf is what a failure is about. The finding says so, or else, if something
// took too long, the operation that has not returned: but only where messages are
// calls, and only a name. Elsewhere nobody could tell the answer to a message that
// names the key from any other, and a number is in many messages by chance.
func aboutOf(run machine.Run) string {
	if run.About != "" || !slices.ContainsFunc(run.Events, labtest.IsDump) || !slices.ContainsFunc(run.Events, isReply) {
		return run.About
	}
	if op, found := waiting(run); found && strings.ContainsFunc(op.Subject(), unicode.IsLetter) {
		return op.Subject()
	}
	return ""
}

// waiting is the operation that has not returned and that the finding names, or else
// the last that has not.
func waiting(run machine.Run) (op labtest.Op, found bool) {
	for _, o := range slices.Backward(labtest.History(run.Events)) {
		if o.Done {
			continue
		}
		if hasWord(run.Expected, o.Client) && hasWord(run.Expected, o.Subject()) {
			return o, true
		}
		if !found {
			op, found = o, true
		}
	}
	return op, found
}

// about is the part of a trace that has to do with a key, a node, or a connection
// "a - b": what names it, the answers to that, and whatever befell nodes and links.
// It is all of the trace if nothing else names it, or if there are messages and none of
// them does: a solution may encode what it sends.
func about(all []entry, what string) []entry {
	if what == "" {
		return all
	}
	s := sieve{what: what, messages: map[message]bool{}, operations: map[int]bool{}}
	s.a, s.b, _ = strings.Cut(what, " - ")
	s.node = slices.ContainsFunc(all, func(e entry) bool { return e.Peer != "" && (e.Node == what || e.Peer == what) })
	var kept []entry
	found, talk := false, slices.ContainsFunc(all, func(e entry) bool { return e.Peer != "" })
	for _, e := range all {
		named := s.names(e.Event)
		found = found || named && (!talk || e.Peer != "")
		if named || e.Kind == trace.Note || result.Upset(e.Event) {
			kept = append(kept, e)
		}
	}
	if !found {
		return all
	}
	return kept
}

// beside are the places in the run of those that were not kept.
func beside(all, kept []entry) map[int]bool {
	if len(kept) == len(all) {
		return nil
	}
	left := map[int]bool{}
	for _, e := range all {
		left[e.at] = true
	}
	for _, e := range kept {
		delete(left, e.at)
	}
	return left
}

// A sieve finds what is about something.
type sieve struct {
	what, a, b string
	node       bool // it is one; what only mentions a node is not about it

	messages   map[message]bool // that are about it
	operations map[int]bool     // of clients
}

type message struct {
	from, to string
	n        int
}

// names reports whether an event is about it. Events come in their order.
func (s *sieve) names(e trace.Event) bool {
	if s.b != "" {
		return e.Node == s.a && e.Peer == s.b || e.Node == s.b && e.Peer == s.a
	}
	m := message{e.Node, e.Peer, e.N}
	is := e.Node == s.what || e.Peer == s.what || !s.node && (hasWord(e.Text, s.what) || hasBegin(e.Text, s.what))
	switch {
	case e.Kind == trace.Call:
		s.operations[e.N] = is
	case e.Kind == trace.Return:
		is = is || s.operations[e.N]
	case e.Peer != "":
		is = is || s.messages[m] || s.messages[answered(e)]
		s.messages[m] = is
	}
	return is
}

var reply = regexp.MustCompile(`(?: reply| error) to #([0-9]+)`)

func isReply(e trace.Event) bool { return e.Peer != "" && reply.MatchString(e.Text) }

// answered is the request that a message answers, as package labrpc writes it.
func answered(e trace.Event) message {
	if found := reply.FindStringSubmatch(e.Text); found != nil {
		n, _ := strconv.Atoi(found[1])
		return message{e.Peer, e.Node, n}
	}
	return message{}
}

// leastBegin is how many bytes of a long name are taken for it.
const leastBegin = 8

// hasBegin reports whether a text has the begin of a word, cut as package labrpc cuts what
// is long: "answers-client-1-recursi…".
func hasBegin(text, word string) bool {
	for {
		begin, rest, cut := strings.Cut(text, "…")
		if !cut {
			return false
		}
		begin = begin[strings.LastIndexFunc(begin, func(r rune) bool { return !part(r) })+1:]
		if len(begin) >= leastBegin && strings.HasPrefix(word, begin) {
			return true
		}
		text = rest
	}
}

// part reports whether a rune may be part of a word.
func part(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-.", r)
}

// hasWord reports whether a text has the word by itself: "k1" is not in "k12", nor
// "log" in "log.new".
func hasWord(text, word string) bool {
	if word == "" {
		return false
	}
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		before, after := text[:at+i], text[at+i+len(word):]
		if strings.TrimRightFunc(before, part) == before && strings.TrimLeftFunc(after, part) == after {
			return true
		}
		at += i + len(word)
	}
}
