package machine

import "time"

// What a run may take. One that needs more ends with the verdict behind the limit.
// The handouts name them, so a change here is one there.
const (
	CPULimit    = 5 * time.Second // of CPU time without a pause: stuck
	CPUTotal    = time.Minute     // of CPU time: stuck. The longest run of a reference takes a thirtieth of it
	MemoryLimit = 256 << 20       // bytes: memory
	OutputLimit = 1 << 20         // bytes that it may print: output
	EventLimit  = 60_000          // events that it may cause: output
	EventBytes  = 32 << 20        // bytes of all their texts: output
)

// TextLimit is how many bytes of each text of an outcome are kept: they may quote what
// the solution returns.
const TextLimit = 64 << 10

// What the compiler may take for a guest, in each of its processes. A whole guest
// needs a twentieth of that; code that is made to be hard to compile needs more,
// and does not compile.
const (
	BuildCPU    = 60 * time.Second
	BuildMemory = 3 << 30   // bytes of address space, of which Go reserves more than it uses
	BuildFile   = 512 << 20 // bytes of a file that it writes
	BuildOutput = 64 << 10  // bytes that are kept of what it prints
)
