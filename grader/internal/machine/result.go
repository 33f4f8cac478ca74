package machine

import (
	"time"

	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// A Run is what became of one run.
type Run struct {
	labtest.Outcome
	Hash       string         // of everything that happened; equal runs have equal hashes
	Virtual    time.Duration  // how long it took on the guest's clock
	Situations []string       // that it reached
	Sizes      []labtest.Size // of the scenario, as it asked for them
	Crashes    Crashes        // that explorations of it tried
	Events     []trace.Event  // empty for a pass, unless asked for
	Length     int            // how many events it had
	Said       []string       // what the compiler or the policy said of what the solution wrote
	Dump       string         // what the Go runtime wrote when the program died
}

// Crashes are what explorations tried: states that crashes could leave of a disk, and
// how many recoveries it took to check them.
type Crashes struct{ States, Recoveries int }

// Options say how to perform a run.
type Options struct {
	Trace bool // keep the events of a run that passes, too
	Fresh bool // in a machine that no run has used
}
