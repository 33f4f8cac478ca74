package labtest

import (
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
}

// A Case is one property and the scenario that tries to break it.
type Case struct {
	labs.Case
	Run func(*T)

	// Limit is how much virtual time the scenario may take; zero is two
	// minutes.
	Limit time.Duration

	// Slow cases need so much virtual time that they are left out where time
	// is real.
	Slow bool
}

func (c Case) limit() time.Duration {
	if c.Limit == 0 {
		return 2 * time.Minute
	}
	return c.Limit
}

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
