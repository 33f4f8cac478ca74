package disk_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"faultline/labs/disk"
)

// block is a block that begins with the letter, in each of its sectors.
func block(letter byte) []byte {
	b := make([]byte, disk.BlockSize)
	for i := 0; i < len(b); i += disk.SectorSize {
		b[i] = letter
	}
	return b
}

// sectors are the first letters of a block's sectors.
func sectors(d *disk.Device, bn uint64) string {
	b := make([]byte, disk.BlockSize)
	ok(d.Read(bn, b))
	var s []byte
	for i := 0; i < len(b); i += disk.SectorSize {
		s = append(s, max(b[i], '0'))
	}
	return string(s)
}

func TestABlockTearsBetweenItsSectors(t *testing.T) {
	d := disk.NewDevice(2, disk.Config{})
	ok(d.Write(1, block('a')))
	ok(d.Flush())
	ok(d.Write(1, block('b')))
	ok(d.Write(1, block('c')))
	losses, err := disk.ParseLosses("sector 8 sector 9=1 sector 15")
	ok(err)
	if got := sectors(d.Fork(disk.Config{Fate: losses.Fate()}), 1); got != "abccccca" {
		t.Errorf("the crash left %s", got)
	}
	if got := sectors(d, 1); got != "cccccccc" {
		t.Errorf("the device that lives on holds %s", got)
	}
	runs := 0
	for s := new(disk.Search); ; {
		sectors(d.Fork(disk.Config{Fate: s.Fate()}), 1)
		runs++
		if !s.Next() {
			break
		}
	}
	if runs != 6561 {
		t.Errorf("%d states, want 3^8", runs)
	}
}

func TestAFlushCoversWhatReturnedBeforeIt(t *testing.T) {
	var d *disk.Device
	once := true
	d = disk.NewDevice(2, disk.Config{BeforeFlush: func(int) {
		if once {
			once = false
			ok(d.Write(1, block('b')))
		}
	}})
	ok(d.Write(0, block('a')))
	ok(d.Flush())
	after := d.Fork(disk.Config{Fate: disk.Lose})
	if got := sectors(after, 0)[:1] + sectors(after, 1)[:1]; got != "a0" {
		t.Errorf("durable is %s", got)
	}
	ok(d.Flush())
	if got := sectors(d.Fork(disk.Config{Fate: disk.Lose}), 1)[:1]; got != "b" {
		t.Errorf("after the next flush durable is %s", got)
	}
}

func TestFUAIsNoBarrier(t *testing.T) {
	d := disk.NewDevice(2, disk.Config{})
	ok(d.Write(0, block('a')))
	ok(d.WriteFUA(1, block('b')))
	after := d.Fork(disk.Config{Fate: disk.Lose})
	if got := sectors(after, 0)[:1] + sectors(after, 1)[:1]; got != "0b" {
		t.Errorf("durable is %s", got)
	}
	if got := d.Dirty(); got != disk.BlockSize/disk.SectorSize {
		t.Errorf("%d sectors are uncertain: those of one block are", got)
	}
}

func TestAnUnchangedSectorIsNoChoice(t *testing.T) {
	d := disk.NewDevice(1, disk.Config{})
	b := block('a')
	ok(d.Write(0, b))
	ok(d.Flush())
	b[disk.SectorSize]++
	ok(d.Write(0, b))
	if open := d.Fork(disk.Config{}).OpenChoices(); len(open) != 1 || open[0].N != 1 {
		t.Errorf("open are %v", open)
	}
}

// A bit that is set and cleared again: the latest state is an earlier one, too.
func TestKeepLosesNothingWhereASectorIsAsItWasBefore(t *testing.T) {
	d := disk.NewDevice(1, disk.Config{})
	told := func(l disk.Loss) { t.Errorf("it lost %v", l) }
	for _, letter := range "aba" {
		ok(d.Write(0, block(byte(letter))))
		if letter == 'a' && d.Flushes() == 0 {
			ok(d.Flush())
		}
	}
	if got := sectors(d.Fork(disk.Config{Lost: told}), 0); got != "aaaaaaaa" {
		t.Errorf("a crash that loses nothing leaves %s", got)
	}
	d = d.Crash(disk.Config{}) // nobody reads what it left
	ok(d.Write(0, block('b')))
	if got := sectors(d.Fork(disk.Config{Fate: disk.Keep, Lost: told}), 0); got != "bbbbbbbb" {
		t.Errorf("a second crash that loses nothing leaves %s", got)
	}
}

func TestTheSameStateHasTheSamePrint(t *testing.T) {
	write := func(list ...string) *disk.Device {
		d := disk.NewDevice(4, disk.Config{})
		for _, w := range list {
			if w == "flush" {
				ok(d.Flush())
				continue
			}
			ok(d.Write(uint64(w[0]-'0'), block(w[1])))
		}
		return d.Fork(disk.Config{})
	}
	prints := []uint64{
		write().Print(), write("0a").Print(), write("0a", "flush").Print(), write("0b").Print(), write("1a").Print(),
		write("0a", "0b").Print(), write("0a", "1a").Print(), write("0a", "flush", "0b").Print(),
	}
	slices.Sort(prints)
	if len(slices.Compact(prints)) != 8 {
		t.Error("different states have the same print")
	}
	if write("0a", "1b").Print() != write("1b", "0a").Print() || write("0a", "flush").Print() != write("0a", "flush", "flush").Print() {
		t.Error("the same state has different prints")
	}
}

func TestADeviceSurvivesItsCallers(t *testing.T) {
	d := disk.NewDevice(2, disk.Config{})
	b := block('a')
	ok(d.Write(0, b))
	clear(b)
	if got := sectors(d, 0)[:1]; got != "a" {
		t.Errorf("the device kept the caller's buffer: %s", got)
	}
	for title, f := range map[string]func(){
		"no such block":  func() { d.Read(2, b) },
		"a short buffer": func() { d.Write(0, b[1:]) },
		"no block":       func() { disk.NewDevice(0, disk.Config{}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", title)
				}
			}()
			f()
		}()
	}
	next := d.Crash(disk.Config{})
	for _, err := range []error{d.Read(0, b), d.Write(0, b), d.WriteFUA(0, b), d.Flush()} {
		if !errors.Is(err, disk.ErrDead) {
			t.Errorf("the dead device says %v", err)
		}
	}
	if got := sectors(next, 0)[:1]; got != "a" || next.Flushes() != 1 {
		t.Errorf("the next life begins with %s, after flush %d", got, next.Flushes())
	}
	next.Rot(0, 0)
	if got := sectors(next, 0)[:1]; got != "`" {
		t.Errorf("the rotten block begins with %s", got)
	}
}

func TestCallsTakeTheTimeThatTheyAreToldTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := disk.NewDevice(1, disk.Config{Latency: disk.Latency{Read: 1, Write: 20, Flush: 300}})
		start := time.Now()
		ok(d.Write(0, block('a')))
		ok(d.Flush())
		sectors(d, 0)
		if took := time.Since(start); took != 321 {
			t.Errorf("they took %v", took)
		}
		go func() {
			time.Sleep(100 * time.Nanosecond)
			d.Crash(disk.Config{})
		}()
		if err := d.Flush(); !errors.Is(err, disk.ErrDead) {
			t.Errorf("a flush that the crash overtook says %v", err)
		}
	})
}
