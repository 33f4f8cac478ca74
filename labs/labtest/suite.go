package labtest

import (
	"cmp"
	"reflect"
	"runtime"
	"strings"
	"time"

	"faultline/labs"
)

// A Suite is the table of cases of one lab, bound to one solution.
type Suite struct {
	Lab     string
	Package string // import path of the solution; see PackageOf
	Cases   []Case

	// Recoveries is how many recoveries from crashes a run of all cases performs at
	// least, when the solution is right. Zero is for a suite that does not promise any.
	Recoveries int

	// Program is what the solution wrote in the first part of a run, as its
	// driver offers it; nil in the first part. See Case.Derive.
	Program any

	// Driver returns what the grader adds to a program. It is nil in the
	// machine, and where no case has a Derive.
	Driver func(c labs.Case, seed uint64) Driver
}

// With returns the suite with a program.
func (s Suite) With(program any) Suite {
	s.Program = program
	return s
}

// A Case is one property and the scenario that tries to break it.
type Case struct {
	labs.Case
	Run func(*T)

	// Derive, if it is not nil, is the first part of the scenario, in which the
	// solution writes a program: T.Emit takes it to the grader, which holds it
	// against the policy, compiles it with its driver, and starts Run in a new
	// guest, where T.Program has it. Under go test it is compiled only.
	Derive func(*T)

	// Limit is how much virtual time the scenario may take; zero is two
	// minutes.
	Limit time.Duration

	// Slow cases are left out where time is real: they need much of it, or that
	// nobody is late.
	Slow bool
}

func (c Case) limit() time.Duration { return cmp.Or(c.Limit, 2*time.Minute) }

// Find returns the case with the given ID.
func (s Suite) Find(id string) (Case, bool) {
	for _, c := range s.Cases {
		if c.ID() == id {
			return c, true
		}
	}
	return Case{}, false
}

// PackageOf returns the import path of the package that declares the function
// f, or "" if f is nil.
func PackageOf(f any) string {
	v := reflect.ValueOf(f)
	if !v.IsValid() || v.IsNil() {
		return ""
	}
	name := runtime.FuncForPC(v.Pointer()).Name()
	slash := strings.LastIndex(name, "/") + 1
	pkg, _, _ := strings.Cut(name[slash:], ".")
	return name[:slash] + pkg
}
