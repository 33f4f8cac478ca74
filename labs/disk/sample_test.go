package disk_test

import (
	"slices"
	"strings"
	"testing"

	"faultline/labs/disk"
)

// openSectors are choices about some sectors, each written by a write of its own.
func openSectors(n int) (open disk.Choices) {
	for i := range n {
		open = append(open, disk.Choice{Cell: disk.Cell{Kind: disk.Sector, N: i}, Options: 2, Write: uint64(i) + 1})
	}
	return open
}

// lost says of each sector whether a fate loses it: "x..x".
func lost(fate disk.Fate, open disk.Choices) string {
	var b strings.Builder
	for _, c := range open {
		b.WriteByte("x."[fate(c)])
	}
	return b.String()
}

func TestASampleHasFewLossesAndFewSurvivors(t *testing.T) {
	open := openSectors(12)
	has := map[string]bool{}
	for _, fate := range disk.Sample(open, 1000) {
		has[lost(fate, open)] = true
	}
	want := func(is func(i int) bool) {
		t.Helper()
		if set := lost(func(c disk.Choice) int {
			if is(c.N) {
				return 0
			}
			return 1
		}, open); !has[set] {
			t.Errorf("no fate loses %s", set)
		}
	}
	for i := range open {
		want(func(k int) bool { return k > i }) // all behind a write
		for j := range open {
			want(func(k int) bool { return k == i || k == j })
			want(func(k int) bool { return k != i && k != j })
		}
	}
}

func TestASampleIsAsLargeAsItMayBeAndAlwaysTheSame(t *testing.T) {
	open := openSectors(40)
	for _, n := range []int{1, 2, 7, 100, 700} {
		var first []string
		for range 2 {
			var list []string
			for _, fate := range disk.Sample(open, n) {
				list = append(list, lost(fate, open))
			}
			if len(list) != n || list[0] != strings.Repeat("x", 40) || n > 1 && list[1] != strings.Repeat(".", 40) {
				t.Errorf("%d fates of %d, beginning with %s", len(list), n, list[:min(2, n)])
			}
			if first != nil && !slices.Equal(first, list) {
				t.Errorf("%d fates that differ when they are drawn again", n)
			}
			first = list
		}
	}
}

func TestChoicesCountTheirStates(t *testing.T) {
	three := disk.Choice{Options: 3}
	for _, tt := range []struct {
		list disk.Choices
		want int
	}{
		{nil, 1}, {openSectors(10), 1 << 10}, {append(openSectors(3), three), 24}, {openSectors(200), 1<<63 - 1},
	} {
		if got := tt.list.Most(); got != tt.want {
			t.Errorf("%d choices: %d states, want %d", len(tt.list), got, tt.want)
		}
	}
}
