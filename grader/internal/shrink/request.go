package shrink

import (
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

// clonePlan returns a plan of these faults, which may be none.
func clonePlan(faults []labrpc.Fault) *labrpc.Plan {
	plan := labrpc.Plan(slices.Clone(faults))
	return &plan
}

func withPlan(r labtest.Request, faults []labrpc.Fault) labtest.Request {
	r.Plan = clonePlan(faults)
	return r
}

func withSize(r labtest.Request, name string, n int) labtest.Request {
	r.Sizes = slices.Clone(r.Sizes)
	for i := range r.Sizes {
		if r.Sizes[i].Name == name {
			r.Sizes[i].N = n
			return r
		}
	}
	r.Sizes = append(r.Sizes, labtest.Size{Name: name, N: n})
	return r
}

// sizeOf is how large a size is in a run.
func sizeOf(r labtest.Request, drawn labtest.Size) int {
	for _, s := range r.Sizes {
		if s.Name == drawn.Name {
			return min(s.N, drawn.N)
		}
	}
	return drawn.N
}

func withCalm(r labtest.Request, what ...string) labtest.Request {
	r.Calm = slices.Clone(r.Calm)
	for _, w := range what {
		if !slices.Contains(r.Calm, w) {
			r.Calm = append(r.Calm, w)
		}
	}
	slices.Sort(r.Calm)
	return r
}

// rounded is a fault whose times have one digit that counts, or two after a one:
// 93.252812ms is 90ms, and 1.23s is 1.2s.
func rounded(f labrpc.Fault) labrpc.Fault {
	f.By = digits(f.By)
	if f.End != 0 { // a fault that ends keeps how long it is, or it would end before it begins
		f.End = digits(f.Begin) + max(digits(f.End-f.Begin), time.Millisecond)
	}
	f.Begin = digits(f.Begin)
	return f
}

func digits(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d/unit >= 20 {
		unit *= 10
	}
	return d.Round(unit)
}
