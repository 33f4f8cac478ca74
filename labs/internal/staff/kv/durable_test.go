package kv_test

import (
	"context"
	"errors"
	"testing"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/internal/staff/kv"
	"faultline/labs/kv/kvapi"
)

// put makes a volume with a log of two changes, and returns it and the log.
func put(t testing.TB) (*disk.Volume, []byte) {
	net := labrpc.New(labrpc.Config{})
	defer net.Close()
	v := disk.NewVolume(disk.Config{})
	open(t, net, v, nil)
	p, err := net.Node("client-1").Start()
	if err != nil {
		t.Fatal(err)
	}
	c := kv.NewClient(p, "kv-1")
	for _, value := range []string{"a", "b\x00c"} {
		if _, err := c.Put(context.Background(), "x", []byte(value)); err != nil {
			t.Fatal(err)
		}
	}
	f, err := v.Open("log")
	if err != nil {
		t.Fatal(err)
	}
	size, _ := f.Size()
	log := make([]byte, size)
	if _, err := f.ReadAt(log, 0); err != nil {
		t.Fatal(err)
	}
	return v, log
}

// open starts a server, which fails with want or not at all.
func open(t testing.TB, net *labrpc.Network, v *disk.Volume, want error) {
	p, err := net.Node("kv-1").Start()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.OpenServer(p, v, kvapi.DurableOptions{MaxLog: 1024}); err != nil && !errors.Is(err, want) {
		t.Errorf("OpenServer: %v", err)
	}
}

func FuzzOpenServer(f *testing.F) {
	_, log := put(f)
	f.Add(log, []byte{})
	f.Add(log[:len(log)-1], []byte{0, 0, 0, 0, 0, 0, 0})
	f.Add(log[1:], log)
	f.Fuzz(func(t *testing.T, log, snapshot []byte) {
		v := disk.NewVolume(disk.Config{})
		for name, content := range map[string][]byte{"log": log, "snapshot": snapshot} {
			if len(content) > 0 {
				if err := kv.Replace(v, name, content); err != nil {
					t.Fatal(err)
				}
			}
		}
		net := labrpc.New(labrpc.Config{})
		defer net.Close()
		open(t, net, v, kvapi.ErrCorrupt)
	})
}
