package labtest

import (
	"runtime/debug"
	"unsafe"

	"faultline/labs"
	"faultline/labs/trace"
)

// The host's side of a run. Strings are only lent for the call.

//go:wasmimport faultline request
func hostRequest(buf *byte, size uint32) (length uint32)

//go:wasmimport faultline event
func hostEvent(line string)

//go:wasmimport faultline suppose
func hostSuppose(faults string)

//go:wasmimport faultline moved
func hostMoved()

//go:wasmimport faultline outcome
func hostOutcome(verdict, property, expected, actual, where, about string)

// Of the Go runtime: its random state belongs to the thread, of which a guest has
// one. The builder of guests allows these links.

//go:linkname acquirem runtime.acquirem
func acquirem() unsafe.Pointer

//go:linkname releasem runtime.releasem
func releasem(m unsafe.Pointer)

//go:linkname mrandinit runtime.mrandinit
func mrandinit(m unsafe.Pointer)

// Also of the Go runtime: how many bytes of stack a new goroutine gets. The host
// keeps the collector from changing it.
//
//go:linkname startingStackSize runtime.startingStackSize
var startingStackSize uint32

// Prepare readies the guest for Serve, before its memory is saved.
//
// The host calls into the guest on one goroutine, and where that goroutine's
// stack is, it does not keep in memory but in a register of the virtual machine.
// Restoring the memory after the stack has moved would leave the register
// pointing into somebody else's. So the stack is made large now, the host keeps
// the collector from shrinking stacks, and Serve does its work on a goroutine of
// its own.
//
// It also bounds the stack of any goroutine, to 32 MiB: a recursion that never
// ends would fill the memory, and then take seconds to be described. And it has
// goroutines start with 8 KiB instead of 2: most get that far, and copying their
// stacks twice on the way took a quarter of all the time that RPC labs compute.
func Prepare() {
	grow(64)
	debug.SetMaxStack(32 << 20)
	startingStackSize = 8 << 10
}

//go:noinline
func grow(n int) (sum byte) {
	var frame [1024]byte
	frame[n] = byte(n)
	if n > 0 {
		sum = grow(n - 1)
	}
	return sum + frame[n]
}

// Serve performs one run in the virtual machine: it asks the host for the
// request, sends each event as it happens, and the outcome at the end. The
// generated main calls it once for each run.
func Serve(s Suite) {
	var mark byte
	before := uintptr(unsafe.Pointer(&mark))
	done := make(chan struct{})
	go func() {
		defer close(done)
		o := serve(s)
		hostOutcome(string(o.Verdict), o.Property, o.Expected, o.Actual, o.Where, o.About)
	}()
	<-done
	if uintptr(unsafe.Pointer(&mark)) != before {
		hostMoved() // this must not happen, and the machine must not be used again
	}
}

func serve(s Suite) Outcome {
	buf := make([]byte, hostRequest(nil, 0)+1)
	n := hostRequest(&buf[0], uint32(len(buf)))
	req, err := ParseRequest(string(buf[:n]))
	if err != nil {
		return Outcome{Verdict: labs.GraderError, Finding: Finding{Actual: "request: " + err.Error()}}
	}
	c, found := s.Find(req.Case)
	if !found {
		return Outcome{Verdict: labs.GraderError, Finding: Finding{Actual: "no case " + req.Case}}
	}
	vary(req.Seed)
	return s.run(c, req, options{
		emit:    func(e trace.Event) { hostEvent(e.String()) },
		suppose: hostSuppose,
	})
}

// vary makes the runtime's own randomness, which decides what select takes and how
// a map is walked, a function of the seed. It begins it anew first: how far the
// source has come when the memory is saved depends on all that is in the guest, and
// a solution must not run differently because others were compiled beside it.
func vary(seed uint64) {
	m := acquirem()
	mrandinit(m)
	releasem(m)
	ready := make(chan struct{})
	close(ready)
	for range seed * 0x9e3779b97f4a7c15 >> 56 {
		select {
		case <-ready:
		case <-ready:
		}
	}
}
