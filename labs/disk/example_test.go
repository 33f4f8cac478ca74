package disk_test

import (
	"fmt"

	"faultline/labs/disk"
)

// A copy that is renamed over the original without a sync: the new name may be
// left with nothing behind it, and the old contents are gone.
func Example_badUpdate() {
	v := disk.NewVolume(disk.Config{})
	put(v, "balance", "100", true)
	ok(v.SyncDir())

	put(v, "copy", "250", false)
	ok(v.Rename("copy", "balance"))
	ok(v.SyncDir())

	v = v.Crash(disk.Config{Fate: disk.Lose})
	fmt.Printf("balance is %q\n", content(v, "balance"))
	// Output: balance is ""
}

// Write a copy, sync it, rename it, sync the directory: whenever the machine
// crashes and whatever is lost, the balance is the old or the new one.
func Example_goodUpdate() {
	seen := map[string]int{}
	var v *disk.Volume
	crash := func() {
		for s := new(disk.Search); ; {
			seen[content(v.Fork(disk.Config{Fate: s.Fate()}), "balance")]++
			if !s.Next() {
				break
			}
		}
	}
	v = disk.NewVolume(disk.Config{})
	put(v, "balance", "100", true)
	ok(v.SyncDir())

	crash()
	f := must(v.Create("copy"))
	must(f.WriteAt([]byte("250"), 0))
	crash()
	ok(f.Sync())
	crash()
	ok(v.Rename("copy", "balance"))
	crash()
	ok(v.SyncDir())
	crash()
	fmt.Println(seen)
	// Output: map[100:4 250:2]
}

func ExampleDevice() {
	d := disk.NewDevice(8, disk.Config{})
	b := make([]byte, disk.BlockSize)
	copy(b, "log")
	ok(d.Write(1, b))
	ok(d.Flush())
	copy(b, "header")
	ok(d.Write(0, b))

	d = d.Crash(disk.Config{Fate: disk.Lose, Lost: func(l disk.Loss) { fmt.Println("lost", l.Words()) }})
	ok(d.Read(1, b))
	fmt.Printf("%.3s\n", b)
	ok(d.Read(0, b))
	fmt.Printf("%d\n", b[0])
	// Output:
	// log
	// lost sector 0
	// 0
}

func ExampleParseLosses() {
	v := disk.NewVolume(disk.Config{})
	put(v, "kv.log", "a=1", false)
	ok(v.SyncDir())

	losses, err := disk.ParseLosses("sector kv.log#1:0")
	v = v.Crash(disk.Config{Fate: losses.Fate()})
	fmt.Printf("%q %v\n", content(v, "kv.log"), err)
	// Output: "\x00\x00\x00" <nil>
}
