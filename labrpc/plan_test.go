package labrpc_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"faultline/labrpc"
)

const everyFault = `drop      client-1 -> kv-2 #17
duplicate kv-1 -> client-1 #4 after 180ms
delay     kv-1 -> client-1 #4 by 180ms
corrupt   kv-1 -> client-1 #4 bit 1003
cut       {kv-1} | {kv-2 kv-3} 2s..3.5s
cut       {kv-1} -> {kv-2 kv-3} 2s..3.5s
pause     kv-2 2s..2.5s
crash     kv-2 at 3.301s restart 3.9s
crash     kv-2 at 3.301s
lose      kv-2 disk flush 5: sector 12 sector 40
lose      kv-2 disk crash 1: entry kv#4  size  {kv.log#2}|1
fail      kv-2 disk flush 5
`

func TestPlanText(t *testing.T) {
	want := labrpc.Plan{
		{Kind: labrpc.Drop, From: "client-1", To: "kv-2", N: 17},
		{Kind: labrpc.Duplicate, From: "kv-1", To: "client-1", N: 4, By: 180 * time.Millisecond},
		{Kind: labrpc.Delay, From: "kv-1", To: "client-1", N: 4, By: 180 * time.Millisecond},
		{Kind: labrpc.Corrupt, From: "kv-1", To: "client-1", N: 4, Bit: 1003},
		{Kind: labrpc.Cut, Left: []string{"kv-1"}, Right: []string{"kv-2", "kv-3"},
			Begin: 2 * time.Second, End: 3500 * time.Millisecond},
		{Kind: labrpc.Cut, Left: []string{"kv-1"}, Right: []string{"kv-2", "kv-3"}, OneWay: true,
			Begin: 2 * time.Second, End: 3500 * time.Millisecond},
		{Kind: labrpc.Pause, From: "kv-2", Begin: 2 * time.Second, End: 2500 * time.Millisecond},
		{Kind: labrpc.Crash, From: "kv-2", Begin: 3301 * time.Millisecond, End: 3900 * time.Millisecond},
		{Kind: labrpc.Crash, From: "kv-2", Begin: 3301 * time.Millisecond},
		{Kind: labrpc.Lose, From: "kv-2", Disk: "disk", Point: labrpc.BeforeFlush, N: 5, Lost: "sector 12 sector 40"},
		{Kind: labrpc.Lose, From: "kv-2", Disk: "disk", Point: labrpc.AtCrash, N: 1,
			Lost: "entry kv#4  size  {kv.log#2}|1"},
		{Kind: labrpc.Fail, From: "kv-2", Disk: "disk", N: 5},
	}
	t.Run("each line is the fault that it reads as", func(t *testing.T) {
		got, err := labrpc.ParsePlan(everyFault)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("a plan prints as the text that it was read from", func(t *testing.T) {
		if got := want.String(); got != everyFault {
			t.Errorf("got\n%s", got)
		}
	})
	t.Run("comments, blank lines and extra spaces are ignored", func(t *testing.T) {
		got, err := labrpc.ParsePlan("# lost\n\n  drop  a ->  b #1\r\n\t# cut\ncut {a}|{ b }  1s..2s")
		if err != nil || got.String() != "drop      a -> b #1\ncut       {a} | {b} 1s..2s\n" {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("an empty text is a plan without faults", func(t *testing.T) {
		if got, err := labrpc.ParsePlan(""); err != nil || len(got) != 0 {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestBadLinesNameTheMistakeAndTheForm(t *testing.T) {
	const (
		drop    = `: expected "drop FROM -> TO #N"`
		delay   = `: expected "delay FROM -> TO #N by DURATION"`
		dup     = `: expected "duplicate FROM -> TO #N after DURATION"`
		corrupt = `: expected "corrupt FROM -> TO #N bit NUMBER"`
		cut     = `: expected "cut {NODES} | {NODES} BEGIN..END"`
		pause   = `: expected "pause NODE BEGIN..END"`
		crash   = `: expected "crash NODE at TIME [restart TIME]"`
		lose    = `: expected "lose NODE DISK flush|crash N: WHAT"`
		fails   = `: expected "fail NODE DISK flush N"`
	)
	tests := []struct{ line, err string }{
		{"vanish a", `unknown fault "vanish": expected drop, duplicate, delay, corrupt, cut, pause, crash, lose or fail`},
		{"drop", `the line ends too early` + drop},
		{"drop a to b #1", `"to" where "->" should be` + drop},
		{"drop a! -> b #1", `"a!" is no node's name` + drop},
		{"drop a -> b 1", `the message's number must begin with #` + drop},
		{"drop a -> b #0", `the message's number must be a whole number from 1 on, not "0"` + drop},
		{"drop a -> b #-3", `the message's number must be a whole number from 1 on, not "-3"` + drop},
		{"drop a -> b #99999999999999999999",
			`the message's number must be a whole number from 1 on, not "99999999999999999999"` + drop},
		{"drop a -> b #1 twice", `"twice" is one word too many` + drop},
		{"delay a -> b #1", `the line ends too early` + delay},
		{"delay a -> b #1 after 1s", `"after" where "by" should be` + delay},
		{"delay a -> b #1 by 12", `"12" is no duration such as 180ms or 2.5s` + delay},
		{"delay a -> b #1 by -1s", `the duration -1s is negative` + delay},
		{"duplicate a -> b #1 by 1s", `"by" where "after" should be` + dup},
		{"corrupt a -> b #1 bit -1", `the bit must be a whole number from 0 on, not "-1"` + corrupt},
		{"cut a | {b} 1s..2s", `"a" where "{" should be` + cut},
		{"cut {} | {b} 1s..2s", `"}" is no node's name` + cut},
		{"cut {a | {b} 1s..2s", `"|" is no node's name` + cut},
		{"cut {a} <- {b} 1s..2s", `"<-" where "|" or "->" should be` + cut},
		{"cut {a} | {b} 2s", `"2s" is no span of time such as 2s..3.5s` + cut},
		{"cut {a} | {b} 2s..1s", `the span ends before it begins` + cut},
		{"pause a 2s..", `"" is no duration such as 180ms or 2.5s` + pause},
		{"pause a 1s..2s 3s", `"3s" is one word too many` + pause},
		{"crash a", `the line ends too early` + crash},
		{"crash a at 2s restart 2s", `the restart must come after the crash` + crash},
		{"crash a at 2s restart", `the line ends too early` + crash},
		{"lose a disk", `the line ends too early` + lose},
		{"lose a disk flush 5", `nothing says what is lost` + lose},
		{"lose a disk flush 5: ", `nothing says what is lost` + lose},
		{"lose a disk flush 0: x", `the number must be a whole number from 1 on, not "0"` + lose},
		{"lose a disk sync 5: x", `"sync" where "flush" or "crash" should be` + lose},
		{"lose a my/disk flush 5: x", `"my/disk" is no node's name` + lose},
		{"lose a disk flush 5 now: x", `"now" is one word too many` + lose},
		{"fail a disk", `the line ends too early` + fails},
		{"fail a disk crash 1", `"crash" where "flush" should be` + fails},
		{"fail a disk flush 0", `the number must be a whole number from 1 on, not "0"` + fails},
		{"fail a disk flush 5: sector 1", `the number must be a whole number from 1 on, not "5:"` + fails},
		{"lose a disk flush 5: a\tb", `"a\tb" is not one line of printable characters` + lose},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			_, err := labrpc.ParsePlan("# a comment counts as a line\n\n" + tt.line + "\n")
			if err == nil || err.Error() != "line 3: "+tt.err {
				t.Errorf("got  %v\nwant line 3: %s", err, tt.err)
			}
		})
	}
}

// FuzzPlan checks that whatever parses prints and parses back to the same.
func FuzzPlan(f *testing.F) {
	f.Add(everyFault)
	for line := range strings.Lines(everyFault) {
		f.Add(line)
	}
	f.Add("lose a d flush 1:x: # y\ncrash a at 0s restart 1ns\npause a 0..0\ncut{a a}|{b}1.5h..1e9s")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := labrpc.ParsePlan(text)
		if err != nil {
			return
		}
		again, err := labrpc.ParsePlan(p.String())
		if err != nil || !reflect.DeepEqual(again, p) {
			t.Errorf("%q reads as %+v, prints as %q, which reads as %+v, %v", text, p, p, again, err)
		}
	})
}
