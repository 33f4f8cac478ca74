package grading

import (
	"context"
	"slices"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// What is shown of the place where two runs part.
const (
	commonShown = 2
	apartShown  = 5
)

// nearest finds the nearest run that passes, the same but for one thing, and shows
// where the two part. It is nil if each of them fails.
func (x explainer) nearest(ctx context.Context, req labtest.Request, run machine.Run) (*result.Apart, error) {
	for _, n := range neighbours(req) {
		other, err := x.run(ctx, n.request)
		if err != nil {
			return nil, err
		}
		if other.Verdict == labs.Pass {
			return apart(n.without, run, other), nil
		}
	}
	return nil, nil
}

// A neighbour is a run that lacks one thing that another has.
type neighbour struct {
	without string
	request labtest.Request
}

// neighbours are the runs without one of the faults, the last one first: that is
// the one which the failure comes from. At the end stands the run whose locks
// keep still.
func neighbours(req labtest.Request) (all []neighbour) {
	for i, f := range slices.Backward(*req.Plan) {
		less := req
		plan := labrpc.Plan(slices.Delete(slices.Clone(*req.Plan), i, i+1))
		less.Plan = &plan
		all = append(all, neighbour{without: f.String(), request: less})
	}
	if !slices.Contains(req.Calm, labtest.CalmLocks) {
		calm := req
		calm.Calm = append(slices.Clone(req.Calm), labtest.CalmLocks)
		all = append(all, neighbour{without: labtest.CalmLocks, request: calm})
	}
	return all
}

// apart shows where two runs part: at the first event that is not the same but
// for its time, since later events come at other times as soon as one has waited
// longer. What the network does to a packet does not count. That is the fault
// itself, of which the reader knows; what came of it is the news.
func apart(without string, fails, passes machine.Run) *result.Apart {
	what := aboutOf(fails)
	all, a, b := shown(fails), about(shown(fails), what), about(shown(passes), what)
	i, j := unhurt(a, 0), unhurt(b, 0)
	for i < len(a) && j < len(b) && alike(a[i].Event, b[j].Event) {
		i, j = unhurt(a, i+1), unhurt(b, j+1)
	}
	parted := len(all)
	if i < len(a) {
		parted = placeOf(all, a[i].at)
	}
	events, beside := result.Excerpt(passes.Events, beside(shown(passes), b))
	return &result.Apart{
		Without: without, Same: parted, Events: events, Beside: beside,
		Common:  lines(a[max(0, i-commonShown):i]),
		Failing: lines(a[i:min(len(a), i+apartShown)]),
		Passing: lines(b[j:min(len(b), j+apartShown)]),
	}
}

// unhurt is the first place from i on of an event that is not the network's doing.
func unhurt(list []entry, i int) int {
	for i < len(list) {
		switch list[i].Kind {
		case trace.Drop, trace.Duplicate, trace.Delay, trace.Corrupt:
			i++
			continue
		}
		break
	}
	return i
}

func alike(a, b trace.Event) bool {
	a.At = b.At
	return a == b
}
