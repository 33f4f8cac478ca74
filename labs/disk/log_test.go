package disk_test

import (
	"errors"
	"fmt"
	"testing"

	"faultline/labs/disk"
	"faultline/labs/trace"
)

// logOf makes a log with two forced records and two that are not.
func logOf(t *testing.T) *disk.Log {
	t.Helper()
	l := disk.NewLog(disk.Config{})
	for i, record := range []string{"begin", "ready", "commit", "end!"} {
		if err := l.Append([]byte(record)); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			if err := l.Force(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return l
}

func recordsOf(t *testing.T, l *disk.Log) string {
	t.Helper()
	list, err := l.Records()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s", list)
}

func TestACrashLeavesAPrefixOfALog(t *testing.T) {
	l := logOf(t)
	var all []string
	for s := new(disk.Search); ; {
		next := l.Fork(disk.Config{Fate: s.Fate()})
		all = append(all, recordsOf(t, next)+" "+s.Losses().String())
		if !s.Next() {
			break
		}
	}
	want := []string{
		"[begin ready] tail 3", "[begin ready comm] tail 3=1", "[begin ready commit] tail 3=2",
		"[begin ready commit end] tail 3=3", "[begin ready commit end!] nothing",
	}
	if fmt.Sprint(all) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", all, want)
	}
}

func TestALogSaysWhatIsLeftOfItsTail(t *testing.T) {
	for k, want := range []string{"", " but for a part of it, torn", " but for 1 of them", " but for 1 of them and a part of the next, torn"} {
		var told []string
		l := logOf(t).Crash(disk.Config{
			Fate:  func(disk.Choice) int { return k },
			Trace: func(e trace.Event) { told = append(told, e.Text) },
		})
		recordsOf(t, l)
		if want := "what was not forced from record 3 on" + want; len(told) != 1 || told[0] != want {
			t.Errorf("told %q, want %q", told, want)
		}
	}
}

func TestWhatSurvivedOfALogStays(t *testing.T) {
	next := logOf(t).Crash(disk.Config{Fate: func(disk.Choice) int { return 1 }})
	if err := next.Append([]byte("more")); err != nil {
		t.Fatal(err)
	}
	last := next.Crash(disk.Config{Fate: disk.Lose})
	if got := recordsOf(t, last); got != "[begin ready comm]" {
		t.Errorf("after two crashes there is %s", got)
	}
	if _, err := next.Records(); !errors.Is(err, disk.ErrDead) {
		t.Errorf("the life before answers: %v", err)
	}
}

func TestAFailedForceLosesWhatItWasToWrite(t *testing.T) {
	l := logOf(t)
	l.FailFlush()
	if err := l.Force(); !errors.Is(err, disk.ErrIO) {
		t.Errorf("the flush gave %v", err)
	}
	if err := l.Append([]byte("later")); err != nil {
		t.Fatal(err)
	}
	if err := l.Force(); err != nil {
		t.Fatal(err)
	}
	if got := recordsOf(t, l); got != "[begin ready commit end! later]" {
		t.Errorf("before the crash there is %s", got)
	}
	if got := l.Durable(); got != 2 {
		t.Errorf("%d records are durable, and the third is not", got)
	}
	if got := recordsOf(t, l.Crash(disk.Config{})); got != "[begin ready later]" {
		t.Errorf("after the crash there is %s", got)
	}
}

func TestALogTellsWhatHappensToIt(t *testing.T) {
	var told []string
	var l *disk.Log
	l = disk.NewLog(disk.Config{
		Appended: func(n int, b []byte) {
			told = append(told, fmt.Sprintf("appended %d, %s, %d durable", n, b, l.Durable()))
		},
		BeforeFlush: func(n int) { told = append(told, fmt.Sprintf("flush %d, %d dirty", n, l.Dirty())) },
	})
	before := l.Print()
	record := []byte("one")
	l.Append(record)
	record[0] = 'x'
	l.Force()
	if got := fmt.Sprint(told); got != "[appended 1, one, 0 durable flush 1, 1 dirty]" || l.Dirty() != 0 || l.Durable() != 1 || l.Print() == before {
		t.Errorf("told %s, dirty %d", got, l.Dirty())
	}
	if got := recordsOf(t, l.Fork(disk.Config{Fate: disk.Lose})); got != "[one]" {
		t.Errorf("there is %s", got)
	}
	if got := l.Crash(disk.Config{}).OpenChoices(); got != nil {
		t.Errorf("a log that was forced leaves open %v", got)
	}
}

func ExampleLog() {
	l := disk.NewLog(disk.Config{})
	l.Append([]byte("ready"))
	l.Force()
	l.Append([]byte("committed"))
	l = l.Crash(disk.Config{Fate: disk.Lose})
	records, _ := l.Records()
	fmt.Printf("%s\n", records)
	// Output: [ready]
}
