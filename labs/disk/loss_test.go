package disk_test

import (
	"reflect"
	"testing"

	"faultline/labs/disk"
)

func TestKeysReadBack(t *testing.T) {
	text := "sector 12 sector 40=1 sector kv.log#1:0 size kv.log#1=2 create a#2 rename kv#7 remove b#9 tail 5 tail 7=2"
	list, err := disk.ParseLosses(text)
	if err != nil || list.String() != text {
		t.Errorf("got %s, %v", list, err)
	}
	if list, err := disk.ParseLosses("nothing"); len(list) > 0 || err != nil || list.String() != "nothing" {
		t.Errorf("got %s, %v", list, err)
	}
	for _, bad := range []string{"", "sector", "sector x", "sector 1 size", "sector -1", "sector 01", "size 3",
		"size a", "size a#0", "size a#1:1", "sector a#1", "sector a#1:x", "rename a/b#1", "sector 1=0", "sector 1=x", "lose a#1", "tail 0", "tail a#1"} {
		if list, err := disk.ParseLosses(bad); err == nil {
			t.Errorf("%q reads as %s", bad, list)
		}
	}
}

// FuzzLosses checks that whatever parses prints and parses back to the same.
func FuzzLosses(f *testing.F) {
	f.Add("sector 12 sector 40=1")
	f.Add("sector kv.log#1:0 size kv.log#1=2 create a#2 rename kv#7 remove b#9")
	f.Add("nothing")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := disk.ParseLosses(text)
		if err != nil {
			return
		}
		again, err := disk.ParseLosses(list.String())
		if err != nil || !reflect.DeepEqual(again, list) {
			t.Errorf("%q reads as %v, prints as %q, which reads as %v, %v", text, list, list, again, err)
		}
	})
}

func TestSeedsDrawDifferentFates(t *testing.T) {
	all, none, some := 0, 0, 0
	for seed := range uint64(400) {
		fate, lost := disk.Draw(seed), 0
		for i := range 20 {
			c := disk.Choice{Cell: disk.Cell{Kind: disk.Sector, N: i}, Options: 3}
			k := fate(c)
			if k != fate(c) || k < 0 || k > 2 {
				t.Fatalf("seed %d chose %d", seed, k)
			}
			if k < 2 {
				lost++
			}
		}
		switch lost {
		case 0:
			none++
		case 20:
			all++
		default:
			some++
		}
	}
	if all < 30 || none < 30 || some < 200 {
		t.Errorf("%d seeds lose all, %d nothing, %d some", all, none, some)
	}
}
