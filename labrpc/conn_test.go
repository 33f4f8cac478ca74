package labrpc_test

import (
	"errors"
	"net"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"faultline/labrpc"
)

func read(c net.PacketConn, size int) (string, string, error) {
	buf := make([]byte, size)
	n, from, err := c.ReadFrom(buf)
	if err != nil {
		return "", "", err
	}
	return string(buf[:n]), from.String(), nil
}

// textAddr is an address of a type that the network does not know.
type textAddr string

func (a textAddr) Network() string { return "text" }
func (a textAddr) String() string  { return string(a) }

func TestConnIsAPacketConn(t *testing.T) {
	tests := []struct {
		title string
		test  func(t *testing.T, a, b net.PacketConn)
	}{
		{"a packet arrives with the address of its sender", func(t *testing.T, a, b net.PacketConn) {
			send(t, a, "b", "hello")
			if p, from, err := read(b, 100); p != "hello" || from != "a" || err != nil {
				t.Errorf("got %q from %q, %v", p, from, err)
			}
		}},
		{"an address of any type is taken by its text", func(t *testing.T, a, b net.PacketConn) {
			if n, err := a.WriteTo([]byte("hello"), textAddr("b")); n != 5 || err != nil {
				t.Errorf("WriteTo returned %d, %v", n, err)
			}
			equal(t, "received", within(t, b, time.Second), []string{"hello"})
		}},
		{"an address that no node can have is an error", func(t *testing.T, a, b net.PacketConn) {
			for _, addr := range []net.Addr{nil, labrpc.Addr(""), textAddr("b:80")} {
				if _, err := a.WriteTo(nil, addr); !errors.Is(err, labrpc.ErrAddr) {
					t.Errorf("to %v: %v", addr, err)
				}
			}
		}},
		{"a node that nobody made is silence", func(t *testing.T, a, b net.PacketConn) {
			send(t, a, "nobody", "hello")
		}},
		{"of a packet longer than the buffer the end is lost", func(t *testing.T, a, b net.PacketConn) {
			send(t, a, "b", "hello", "world")
			first, _, _ := read(b, 3)
			second, _, _ := read(b, 100)
			if first != "hel" || second != "world" {
				t.Errorf("got %q, %q", first, second)
			}
		}},
		{"an empty packet is a packet", func(t *testing.T, a, b net.PacketConn) {
			send(t, a, "b", "")
			if _, from, err := read(b, 100); from != "a" || err != nil {
				t.Errorf("got a packet from %q, %v", from, err)
			}
		}},
		{"the sender may reuse its bytes at once", func(t *testing.T, a, b net.PacketConn) {
			p := []byte("hello")
			if _, err := a.WriteTo(p, b.LocalAddr()); err != nil {
				t.Fatal(err)
			}
			copy(p, "xxxxx")
			equal(t, "received", within(t, b, time.Second), []string{"hello"})
		}},
		{"a read deadline ends a read that waits, at its time", func(t *testing.T, a, b net.PacketConn) {
			begin := time.Now()
			b.SetReadDeadline(begin.Add(time.Second))
			_, _, err := read(b, 100)
			if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begin) != time.Second {
				t.Errorf("after %v: %v", time.Since(begin), err)
			}
			if e := net.Error(nil); !errors.As(err, &e) || !e.Timeout() {
				t.Errorf("%v is no timeout", err)
			}
		}},
		{"a read deadline set while a read waits holds for it", func(t *testing.T, a, b net.PacketConn) {
			time.AfterFunc(time.Second, func() { b.SetReadDeadline(time.Now().Add(-1)) })
			if _, _, err := read(b, 100); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error(err)
			}
		}},
		{"a deadline that passed fails every read until it is moved", func(t *testing.T, a, b net.PacketConn) {
			send(t, a, "b", "hello")
			time.Sleep(time.Second)
			b.SetReadDeadline(time.Now())
			for range 2 {
				if _, _, err := read(b, 100); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Error(err)
				}
			}
			b.SetReadDeadline(time.Time{})
			if p, _, err := read(b, 100); p != "hello" || err != nil {
				t.Errorf("then got %q, %v", p, err)
			}
		}},
		{"a deadline that was moved does not strike", func(t *testing.T, a, b net.PacketConn) {
			b.SetDeadline(time.Now().Add(time.Second))
			b.SetDeadline(time.Now().Add(time.Minute))
			time.AfterFunc(10*time.Second, func() { a.WriteTo([]byte("late"), labrpc.Addr("b")) })
			if p, _, err := read(b, 100); p != "late" || err != nil {
				t.Errorf("got %q, %v", p, err)
			}
		}},
		{"a write deadline fails writes and no reads", func(t *testing.T, a, b net.PacketConn) {
			b.SetWriteDeadline(time.Now())
			if _, err := b.WriteTo(nil, labrpc.Addr("a")); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error(err)
			}
			send(t, a, "b", "hello")
			if p, _, err := read(b, 100); p != "hello" || err != nil {
				t.Errorf("got %q, %v", p, err)
			}
		}},
		{"close ends every read that waits", func(t *testing.T, a, b net.PacketConn) {
			ended := make(chan error)
			for range 3 {
				go func() {
					_, _, err := read(b, 100)
					ended <- err
				}()
			}
			synctest.Wait()
			b.Close()
			for range 3 {
				if err := <-ended; !errors.Is(err, net.ErrClosed) {
					t.Error(err)
				}
			}
		}},
		{"a closed connection refuses everything", func(t *testing.T, a, b net.PacketConn) {
			b.Close()
			_, _, readErr := b.ReadFrom(nil)
			_, writeErr := b.WriteTo(nil, a.LocalAddr())
			for i, err := range []error{readErr, writeErr, b.Close(), b.SetDeadline(time.Time{})} {
				if !errors.Is(err, net.ErrClosed) {
					t.Errorf("operation %d: %v", i, err)
				}
			}
		}},
		{"several readers get each packet once", func(t *testing.T, a, b net.PacketConn) {
			got := make(chan string)
			for range 3 {
				go func() {
					p, _, _ := read(b, 100)
					got <- p
				}()
			}
			send(t, a, "b", "1", "2", "3")
			list := []string{<-got, <-got, <-got}
			slices.Sort(list)
			equal(t, "received", list, []string{"1", "2", "3"})
		}},
		{"a packet above the MTU is an error", func(t *testing.T, a, b net.PacketConn) {
			send(t, a, "b", string(make([]byte, 1500)))
			n, err := a.WriteTo(make([]byte, 1501), labrpc.Addr("b"))
			want := "write faultline a->b: the packet is longer than the network carries: 1501 bytes, at most 1500"
			if n != 0 || !errors.Is(err, labrpc.ErrTooLong) || err.Error() != want {
				t.Errorf("WriteTo returned %d, %v", n, err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			bubble(t, labrpc.Config{}, func(l *lab) {
				tt.test(l.t, l.listen("a"), l.listen("b"))
			})
		})
	}
}

func TestListen(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		d := l.Node("a")
		listen := func(want error) net.PacketConn {
			t.Helper()
			c, err := d.Listen()
			if !errors.Is(err, want) {
				t.Errorf("Listen returned %v, want %v", err, want)
			}
			return c
		}
		c := listen(nil)
		listen(labrpc.ErrListening)
		c.Close()
		listen(nil)
		d.Crash()
		listen(labrpc.ErrCrashed)
		d.Restart()
		listen(nil)
		l.Close()
		listen(net.ErrClosed)
	})
}

func TestNamesThatTextCannotCarryPanic(t *testing.T) {
	n := labrpc.New(labrpc.Config{})
	defer n.Close()
	for _, name := range []string{"", "a b", "a->b", "{a}", "#1", "é", "a\n"} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			n.Node(name)
		})
	}
}

func TestTheBufferHolds256Packets(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		a, b := l.listen("a"), l.listen("b")
		for range 300 {
			send(t, a, "b", "x")
		}
		time.Sleep(time.Second)
		if got := l.Count("a", "b"); got != (labrpc.Counters{Sent: 300, Bytes: 300, Delivered: 256, Dropped: 44}) {
			t.Errorf("counted %+v", got)
		}
		if got := len(within(t, b, time.Second)); got != 256 {
			t.Errorf("read %d packets", got)
		}
	})
}
