package trace_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"faultline/labs/trace"
)

// golden is one event of each kind as a person reads it.
const golden = `
   0.000000s  open       sender
   0.000100s  step      #1  : a sender and a receiver
   0.000200s  send       sender -> receiver #1  : data 0 "a"
   0.000250s  corrupt    sender -> receiver #1  : bit 3
   0.000300s  duplicate  sender -> receiver #1
   0.000350s  delay      sender -> receiver #1  : 20ms
   0.000400s  deliver    sender -> receiver #1  : data 0 "a"
   0.000450s  fault      : drop      receiver -> sender #1
   0.000500s  drop       receiver -> sender #1  : lost
   1.000000s  cut        : {sender} | {receiver}
   1.500000s  heal       : every cut
   2.000000s  crash      receiver #1
   2.250000s  restart    receiver #2
   2.500000s  pause      receiver
   2.750000s  resume     receiver
   2.800000s  write      kv-1  : kv.log: 31 B at 480
   2.850000s  flush      kv-1 #3  : kv.log
   2.900000s  lose       kv-1  : sector 0 of kv.log is as it was two writes before
   3.000000s  call       client-1 #7  : Send a1
   3.000001s  return     client-1 #7  : ok
   3.000002s  model      mailbox  : capacity=3
  59.999999s  reach      : a packet was lost
 600.000000s  log        : retry 3
3599.000000s  note       : every packet was answered
86400.000000s  close      receiver
`

// kinds are those of the package, in the order of golden.
var kinds = []trace.Kind{
	trace.Open, trace.Step, trace.Send, trace.Corrupt, trace.Duplicate, trace.Delay, trace.Deliver, trace.Fault,
	trace.Drop, trace.Cut, trace.Heal, trace.Crash, trace.Restart, trace.Pause, trace.Resume, trace.Write,
	trace.Flush, trace.Lose, trace.Call,
	trace.Return, trace.Model, trace.Reach, trace.Log, trace.Note, trace.Close,
}

func TestTheTextOfEveryKindIsWhatItAlwaysWas(t *testing.T) {
	lines := strings.Split(strings.Trim(golden, "\n"), "\n")
	if len(lines) != len(kinds) {
		t.Fatalf("%d lines for %d kinds", len(lines), len(kinds))
	}
	for i, line := range lines {
		e, err := trace.Parse(line)
		if err != nil {
			t.Errorf("%q: %v", line, err)
			continue
		}
		if e.Kind != kinds[i] {
			t.Errorf("%q is of kind %q, want %q", line, e.Kind, kinds[i])
		}
		// Where nothing follows the kind, its column stays padded.
		if got := e.String(); strings.TrimRight(got, " ") != line {
			t.Errorf("got  %q\nwant %q", got, line)
		}
	}
}

func TestAnEventComesBackFromItsText(t *testing.T) {
	link := trace.Event{Kind: trace.Send, Node: "a", Peer: "b", N: 1}
	tests := []struct {
		title string
		event trace.Event
		want  string // after the time and the kind
	}{
		{"nothing but a kind", trace.Event{Kind: trace.Heal}, ""},
		{"a node", trace.Event{Kind: trace.Open, Node: "kv-1"}, "  kv-1"},
		{"a link", trace.Event{Kind: trace.Send, Node: "kv-1", Peer: "kv-2"}, "  kv-1 -> kv-2"},
		{"a number of its own", trace.Event{Kind: trace.Step, N: 3, Text: "go"}, " #3  : go"},
		{"a negative number", trace.Event{Kind: trace.Step, N: math.MinInt}, " #-9223372036854775808"},
		{"a colon in the text", text("a  : b : c"), "  : a  : b : c"},
		{"a text of spaces", text("  x  "), "  :   x  "},
		{"an arrow and a number in the text", text("a -> b #4"), "  : a -> b #4"},
		{"quotes stay bare", text(`say "x"`), `  : say "x"`},
		{"letters of any language", text("größe 大小"), "  : größe 大小"},
		{"line ends", text("a\nb\r\n"), `  : a\nb\r\n`},
		{"quotes beside an escape", text("\"a\"\n"), `  : \"a\"\n`},
		{"a backslash", text(`a\nb`), `  : a\\nb`},
		{"a terminal's escape", text("\x1b[31mred"), `  : \x1b[31mred`},
		{"directions of writing", text("a\u202eb\u2066c"), `  : a\u202eb\u2066c`},
		{"a space without width", text("a\u200bb\ufeffc"), `  : a\u200bb\ufeffc`},
		{"separators of lines and paragraphs", text("a\u2028b\u2029c"), `  : a\u2028b\u2029c`},
		{"bytes that are not UTF-8", text("\xff\x00é"), `  : \xff\x00é`},
		{"half a letter", text("\xc3"), `  : \xc3`},
		{"the sign for what is no letter", text("a\ufffdb"), "  : a\ufffdb"},
		{"a name with a space", rename(link, "client 1", "b"), `  client\x201 -> b #1`},
		{"a name that looks like an arrow", rename(link, "->", "->"), `  \x2d> -> \x2d> #1`},
		{"a name that looks like a number", rename(link, "#7", "#"), `  \x237 -> \x23 #1`},
		{"a name that looks like the text's colon", rename(link, ":", "b:"), `  \x3a -> b: #1`},
		{"a name that ends the line", rename(link, "a\nb", "c\u2028"), `  a\nb -> c\u2028 #1`},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			got := test.event.String()
			_, rest, _ := strings.Cut(got, string(test.event.Kind))
			if strings.TrimLeft(rest, " ") != strings.TrimLeft(test.want, " ") {
				t.Errorf("text %q, want %q after the kind", got, test.want)
			}
			returns(t, test.event)
		})
	}
}

func text(s string) trace.Event { return trace.Event{Kind: trace.Log, Text: s} }

func rename(e trace.Event, node, peer string) trace.Event {
	e.Node, e.Peer = node, peer
	return e
}

// returns fails unless e comes back from its text, which is harmless.
func returns(t *testing.T, e trace.Event) {
	t.Helper()
	line := e.String()
	for _, r := range line {
		if !unicode.IsPrint(r) {
			t.Errorf("the text holds the character %U: %q", r, line)
		}
	}
	if !utf8.ValidString(line) {
		t.Errorf("the text is not UTF-8: %q", line)
	}
	got, err := trace.Parse(line)
	if err != nil {
		t.Fatalf("%q does not parse: %v", line, err)
	}
	if e.At = max(e.At, 0).Truncate(time.Microsecond); got != e {
		t.Errorf("%q\nparses to %#v\nwant      %#v", line, got, e)
	}
}

func TestTimesAreCutToMicroseconds(t *testing.T) {
	tests := []struct {
		at   time.Duration
		want string
	}{
		{0, "   0.000000s"},
		{999, "   0.000000s"},
		{1999, "   0.000001s"},
		{time.Second - 1, "   0.999999s"},
		{1001 * time.Millisecond, "   1.001000s"},
		{24 * time.Hour, "86400.000000s"},
		{math.MaxInt64, "9223372036.854775s"},
		{-1, "   0.000000s"},
		{math.MinInt64, "   0.000000s"},
	}
	for _, test := range tests {
		e := trace.Event{At: test.at, Kind: trace.Note}
		if got, _, _ := strings.Cut(e.String(), "  note"); got != test.want {
			t.Errorf("%d ns is %q, want %q", test.at, got, test.want)
		}
		returns(t, e)
	}
}

func TestABadLineIsRefusedByName(t *testing.T) {
	const form = "an event reads: seconds, kind, node [-> peer] [#number] [: text]"
	tests := []struct{ title, line, want string }{
		{"an empty line", "", form},
		{"a time alone", "1.000000s", form},
		{"words that are no event", "hello there", `time "hello": ` + form},
		{"a time without its unit", "1.000000 log", `time "1.000000": ` + form},
		{"a time of whole seconds", "1s log", `time "1s": ` + form},
		{"a time of milliseconds", "1.000s log", `time "1.000s": ` + form},
		{"a time that begins with its point", ".000001s log", `time ".000001s": ` + form},
		{"a time before the run", "-1.000000s log", `time "-1.000000s": ` + form},
		{"a time that no clock shows", "9223372036.854776s log", `time "9223372036.854776s": ` + form},
		{"a kind that is no word", "1.000000s : x", `kind ":": ` + form},
		{"a kind in capitals", "1.000000s LOG", `kind "LOG": ` + form},
		{"a number that is none", "1.000000s send a -> b #x", `number "#x": ` + form},
		{"an arrow to nowhere", "1.000000s send a ->", form},
		{"an arrow to a number", "1.000000s send a -> #3", form},
		{"three nodes", "1.000000s send a b c", form},
		{"a text with half an escape", `1.000000s log  : a\`, `text: "\\" is no escape of a Go string`},
		{"a text with an unknown escape", `1.000000s log  : a\qb`, `text: "\\qb" is no escape of a Go string`},
		{"a name with an unknown escape", `1.000000s open k\q`, `name: "\\q" is no escape of a Go string`},
		{"a peer with an unknown escape", `1.000000s send a -> k\q`, `name: "\\q" is no escape of a Go string`},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			e, err := trace.Parse(test.line)
			if err == nil {
				t.Fatalf("%q parses to %#v", test.line, e)
			}
			if err.Error() != test.want {
				t.Errorf("got  %s\nwant %s", err, test.want)
			}
			if e != (trace.Event{}) {
				t.Errorf("with the error comes %#v", e)
			}
		})
	}
}

func TestTheJSONFormLeavesOutWhatIsZero(t *testing.T) {
	e := trace.Event{At: 1500 * time.Microsecond, Kind: trace.Open, Node: "kv-1"}
	got, err := json.Marshal(e)
	if want := `{"at":1500000,"kind":"open","node":"kv-1"}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	var back trace.Event
	if err := json.Unmarshal(got, &back); err != nil || back != e {
		t.Errorf("comes back as %#v, %v", back, err)
	}
}

func FuzzParse(f *testing.F) {
	for line := range strings.Lines(golden) {
		f.Add(strings.TrimSuffix(line, "\n"))
	}
	f.Add(`1.000000s send \x23 -> \x3a #-0  : \xff\u202e "`)
	f.Add("0.000000s send : #3")
	f.Add("0.000000s send #3 #0")
	f.Fuzz(func(t *testing.T, line string) {
		e, err := trace.Parse(line)
		if err != nil {
			return
		}
		returns(t, e)
	})
}

func FuzzEvent(f *testing.F) {
	f.Add(int64(1500), uint8(0), "kv-1", "kv-2", 4, "Put x=2")
	f.Add(int64(-1), uint8(9), "#", "->", -4, "\xff\n\\ ")
	f.Fuzz(func(t *testing.T, at int64, kind uint8, node, peer string, n int, text string) {
		if node == "" {
			peer = "" // a peer is somebody's
		}
		returns(t, trace.Event{
			At: time.Duration(at), Kind: kinds[int(kind)%len(kinds)], Node: node, Peer: peer, N: n, Text: text,
		})
	})
}
