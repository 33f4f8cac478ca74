//go:build unix

package machine

import (
	"bytes"
	"testing"
)

func TestAGuestGetsTheMemoryOfTheLastOneCleared(t *testing.T) {
	const size = 1 << 20
	var m memory
	first := m.reserve(0, size)
	other := m.reserve(0, size) // two at once do not share
	buf := first.Reallocate(size)
	copy(buf[size-8:], "leftover")
	if bytes.Contains(other.Reallocate(size), []byte("leftover")) {
		t.Error("two guests share their memory")
	}
	first.Free()
	other.Free()
	again := m.reserve(0, size).Reallocate(size)
	if &again[0] != &buf[0] {
		t.Error("the memory was not used again")
	}
	if bytes.Contains(again, []byte("leftover")) {
		t.Error("what the last guest wrote is still there")
	}
}
