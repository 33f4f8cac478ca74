package shrink_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"faultline/grader/internal/shrink"
	"faultline/labrpc"
	"faultline/labs/labtest"
)

// A world is a case with a bug: what it takes to fail, and how it is told.
type world struct {
	first shrink.Outcome
	fails func(labtest.Request) bool
	runs  atomic.Int64
	err   error
}

var run = labtest.Request{Case: "toy/A/storm", Seed: 7}

func (w *world) try(_ context.Context, r labtest.Request) (shrink.Outcome, error) {
	w.runs.Add(1)
	return shrink.Outcome{Same: w.fails(r), Plan: *r.Plan, Sizes: w.first.Sizes, Events: 10 + len(*r.Plan)}, w.err
}

func (w *world) shrink(t *testing.T, b shrink.Budget) shrink.Result {
	t.Helper()
	r, err := shrink.Shrink(context.Background(), run, w.first, w.try, b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// plenty is a budget that ends nothing here.
var plenty = shrink.Budget{Runs: 100_000, Time: time.Hour, Width: 1}

func drops(numbers ...int) (plan labrpc.Plan) {
	for _, n := range numbers {
		plan = append(plan, labrpc.Fault{Kind: labrpc.Drop, From: "a", To: "b", N: n})
	}
	return plan
}

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

// has reports whether all these messages are dropped.
func has(r labtest.Request, numbers ...int) bool {
	for _, n := range numbers {
		if !slices.ContainsFunc(*r.Plan, func(f labrpc.Fault) bool { return f.N == n }) {
			return false
		}
	}
	return true
}

// size is how many of something a run of a world has, of so many at first.
func size(r labtest.Request, name string, drawn int) int {
	for _, s := range r.Sizes {
		if s.Name == name {
			return min(s.N, drawn)
		}
	}
	return drawn
}

func TestWhatTheFailureNeedsIsLeft(t *testing.T) {
	calm := []string{labtest.CalmLatency, labtest.CalmLocks}
	tests := []struct {
		title string
		first shrink.Outcome
		fails func(labtest.Request) bool
		want  labtest.Request
	}{
		{"nothing", shrink.Outcome{Plan: drops(upTo(50)...), Sizes: []labtest.Size{{Name: "operations", N: 40}}},
			func(labtest.Request) bool { return true },
			labtest.Request{Plan: &labrpc.Plan{}, Sizes: []labtest.Size{{Name: "operations", N: 1}}, Calm: calm}},
		{"one fault of many", shrink.Outcome{Plan: drops(upTo(214)...)},
			func(r labtest.Request) bool { return has(r, 17) },
			labtest.Request{Plan: new(drops(17)), Calm: calm}},
		{"three faults, far apart", shrink.Outcome{Plan: drops(upTo(100)...)},
			func(r labtest.Request) bool { return has(r, 1, 50, 100) },
			labtest.Request{Plan: new(drops(1, 50, 100)), Calm: calm}},
		{"one of two faults, the earlier", shrink.Outcome{Plan: drops(upTo(10)...)},
			func(r labtest.Request) bool { return has(r, 2) || has(r, 9) },
			labtest.Request{Plan: new(drops(2)), Calm: calm}},
		{"a fault, but only beside another or alone", shrink.Outcome{Plan: drops(upTo(8)...)},
			func(r labtest.Request) bool { return has(r, 3) && (has(r, 5) || len(*r.Plan) == 1) },
			labtest.Request{Plan: new(drops(3)), Calm: calm}},
		{"five operations by two clients", shrink.Outcome{Sizes: []labtest.Size{{Name: "operations", N: 40}, {Name: "clients", N: 6}}},
			func(r labtest.Request) bool { return size(r, "operations", 40)*size(r, "clients", 6) >= 10 },
			labtest.Request{Plan: &labrpc.Plan{}, Calm: calm,
				Sizes: []labtest.Size{{Name: "operations", N: 2}, {Name: "clients", N: 5}}}},
		{"as many operations as there are", shrink.Outcome{Sizes: []labtest.Size{{Name: "operations", N: 40}}},
			func(r labtest.Request) bool { return size(r, "operations", 40) == 40 },
			labtest.Request{Plan: &labrpc.Plan{}, Calm: calm}},
		{"locks that step aside", shrink.Outcome{Plan: drops(1, 2)},
			func(r labtest.Request) bool { return !slices.Contains(r.Calm, labtest.CalmLocks) },
			labtest.Request{Plan: &labrpc.Plan{}, Calm: calm[:1]}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			w := &world{first: test.first, fails: test.fails}
			test.want.Case, test.want.Seed = run.Case, run.Seed
			if got := w.shrink(t, plenty); got.Request.String() != test.want.String() || got.Cut != "" {
				t.Errorf("got\n%s(cut by %q) want\n%s", got.Request, got.Cut, test.want)
			}
		})
	}
}

func TestTimesOfFaultsBecomeRoundWhereTheyMay(t *testing.T) {
	plan := func(text string) labrpc.Plan {
		p, err := labrpc.ParsePlan(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	w := &world{
		first: shrink.Outcome{Plan: plan("duplicate a -> b #1 after 93.252812ms\ndelay a -> b #2 by 1.234567s\n" +
			"cut {a} | {b} 1.2345s..1.3s\ncrash a at 1.111s restart 1.1112s\ncrash b at 3.3333s\npause a 1.7s..1.7s\n")},
		fails: func(r labtest.Request) bool { return len(*r.Plan) == 6 && (*r.Plan)[1].By == 1234567*time.Microsecond },
	}
	want := "duplicate a -> b #1 after 90ms\ndelay     a -> b #2 by 1.234567s\n" +
		"cut       {a} | {b} 1.2s..1.27s\ncrash     a at 1.1s restart 1.101s\ncrash     b at 3s\npause     a 1.7s..1.701s\n"
	if got := w.shrink(t, plenty).Request.Plan.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestARoundTimeMayLeaveOutOthers has b crash only while a does so at its odd time. What
// is left is rounded nevertheless, and nothing is tried in the place of something else.
func TestARoundTimeMayLeaveOutOthers(t *testing.T) {
	plan, err := labrpc.ParsePlan("crash a at 1.2345s\ncrash b at 2.3456s\ncrash c at 3.4567s\ncrash d at 4.5678s\n")
	if err != nil {
		t.Fatal(err)
	}
	rounded := func(r labtest.Request) bool { return len(*r.Plan) > 0 && (*r.Plan)[0].Begin == 1200*time.Millisecond }
	w := &world{first: shrink.Outcome{Plan: plan}}
	r, err := shrink.Shrink(context.Background(), run, w.first, func(_ context.Context, r labtest.Request) (shrink.Outcome, error) {
		var o shrink.Outcome
		names := ""
		for _, f := range *r.Plan {
			names += f.From
			if f.From != "b" || !rounded(r) {
				o.Plan = append(o.Plan, f)
			}
		}
		if strings.Contains(names, "cc") || rounded(r) && names == "abd" {
			t.Errorf("tried\n%s", r.Plan)
		}
		o.Same = names == "abcd" || names == "acd" && rounded(r)
		return o, nil
	}, plenty)
	want := "crash     a at 1.2s\ncrash     c at 3s\ncrash     d at 5s\n"
	if got := r.Request.Plan.String(); err != nil || got != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, got, want)
	}
}

func TestAFaultThatDidNotHappenIsLeftOut(t *testing.T) {
	w := &world{first: shrink.Outcome{Plan: drops(upTo(20)...)}}
	r, err := shrink.Shrink(context.Background(), run, w.first, func(_ context.Context, r labtest.Request) (shrink.Outcome, error) {
		o := shrink.Outcome{Same: has(r, 1)}
		for _, f := range *r.Plan {
			if f.N == 1 || !o.Same { // the run is over after the first packet
				o.Plan = append(o.Plan, f)
			}
		}
		return o, nil
	}, plenty)
	if err != nil || !reflect.DeepEqual(*r.Request.Plan, drops(1)) {
		t.Errorf("%v, %v", r, err)
	}
	if r.Runs > 12 {
		t.Errorf("%d runs, though the first that reproduced the failure had one fault", r.Runs)
	}
}

func TestARunThatDoesNotFailAgainIsLeftAsItIs(t *testing.T) {
	w := &world{first: shrink.Outcome{Plan: drops(1, 2, 3)}, fails: func(labtest.Request) bool { return false }}
	if got := w.shrink(t, plenty); !reflect.DeepEqual(got.Request, run) {
		t.Errorf("got\n%s", got.Request)
	}
}

func TestAnErrorEndsTheSearch(t *testing.T) {
	w := &world{err: errors.New("no worker"), fails: func(labtest.Request) bool { return true }}
	if _, err := shrink.Shrink(context.Background(), run, w.first, w.try, plenty); !errors.Is(err, w.err) {
		t.Errorf("error %v, want %v", err, w.err)
	}
	if n := w.runs.Load(); n != 1 {
		t.Errorf("%d runs after an error", n)
	}
}

func TestTimeThatIsOverEndsTheSearch(t *testing.T) {
	w := &world{first: shrink.Outcome{Plan: drops(1)}, fails: func(labtest.Request) bool { return true }}
	if got := w.shrink(t, shrink.Budget{Runs: 10}); got.Cut != shrink.ByTime || got.Runs != 0 || !reflect.DeepEqual(got.Request, run) {
		t.Errorf("got %+v", got)
	}
}

// odd is a world whose bug follows no rule but a hash: it fails for some runs and
// passes for others, smaller or larger.
func odd(seed uint64) *world {
	rng := rand.New(rand.NewPCG(seed, 0))
	w := &world{first: shrink.Outcome{Plan: drops(upTo(rng.IntN(60))...),
		Sizes: []labtest.Size{{Name: "operations", N: 1 + rng.IntN(30)}, {Name: "clients", N: 1 + rng.IntN(5)}}}}
	need := rng.Perm(60)[:rng.IntN(4)]
	often := 1 + rng.IntN(6)
	whole := run
	whole.Plan = &w.first.Plan
	w.fails = func(r labtest.Request) bool {
		text := r.String()
		if text == whole.String() {
			return true
		}
		h := seed
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * 0x100000001b3
		}
		return h>>20%uint64(often) == 0 || len(need) < 2 && has(r, need...)
	}
	return w
}

func TestTheResultFailsAndNothingLessDoes(t *testing.T) {
	for seed := range uint64(500) {
		w := odd(seed)
		got := w.shrink(t, plenty)
		if got.Cut != "" {
			t.Fatalf("seed %d: cut by %s after %d runs", seed, got.Cut, got.Runs)
		}
		if !w.fails(got.Request) {
			t.Fatalf("seed %d: this passes:\n%s", seed, got.Request)
		}
		for _, less := range neighbours(got.Request, w.first.Sizes) {
			if w.fails(less) {
				t.Fatalf("seed %d:\n%sfails, and so does\n%s", seed, got.Request, less)
			}
		}
	}
}

// neighbours are the runs that are smaller by one thing.
func neighbours(r labtest.Request, sizes []labtest.Size) (all []labtest.Request) {
	for i := range *r.Plan {
		less := r
		less.Plan = new(slices.Delete(slices.Clone(*r.Plan), i, i+1))
		all = append(all, less)
	}
	for _, s := range sizes {
		n := size(r, s.Name, s.N)
		if n == 1 {
			continue
		}
		less := r
		less.Sizes = slices.Clone(r.Sizes)
		if i := slices.IndexFunc(r.Sizes, func(o labtest.Size) bool { return o.Name == s.Name }); i >= 0 {
			less.Sizes[i].N = n - 1
		} else {
			less.Sizes = append(less.Sizes, labtest.Size{Name: s.Name, N: n - 1})
		}
		all = append(all, less)
	}
	for _, what := range []string{labtest.CalmLatency, labtest.CalmLocks} {
		if !slices.Contains(r.Calm, what) {
			less := r
			less.Calm = slices.Sorted(slices.Values(append(slices.Clone(r.Calm), what)))
			all = append(all, less)
		}
	}
	return all
}

func TestABudgetIsNeverExceededAndItsResultFails(t *testing.T) {
	for seed := range uint64(200) {
		b := plenty
		b.Runs = int(seed % 40)
		w := odd(seed)
		got := w.shrink(t, b)
		if n := int(w.runs.Load()); n > b.Runs || got.Runs > b.Runs {
			t.Fatalf("seed %d: %d runs, and %d are said, of %d", seed, n, got.Runs, b.Runs)
		}
		if got.Request.Plan != nil && !w.fails(got.Request) {
			t.Fatalf("seed %d: this passes:\n%s", seed, got.Request)
		}
	}
}

func TestEventsThatAreUsedUpEndTheSearch(t *testing.T) {
	w := &world{first: shrink.Outcome{Plan: drops(upTo(40)...)}, fails: func(r labtest.Request) bool { return has(r, 1, 20, 40) }}
	b := plenty
	b.Events = 100
	got := w.shrink(t, b) // the least run has 10 events, the quiet one too, that with all faults 50, and that with half of them 30
	if got.Cut != shrink.ByEvents || got.Runs != 4 {
		t.Errorf("%d runs, cut by %q; want 4, cut by events", got.Runs, got.Cut)
	}
}

func TestTheResultDoesNotDependOnHowManyRunsGoOnAtOnce(t *testing.T) {
	for seed := range uint64(100) {
		var want string
		for _, width := range []int{0, 1, 2, 7} {
			b := shrink.Budget{Runs: 15 + int(seed), Time: time.Hour, Width: width}
			if seed%2 == 0 {
				b.Events = 200 + 10*int(seed)
			}
			r := odd(seed).shrink(t, b)
			got := fmt.Sprintf("%s%d runs, cut by %q", r.Request, r.Runs, r.Cut)
			if want == "" {
				want = got
			}
			if got != want {
				t.Fatalf("seed %d: with %d at once\n%s\nand else\n%s", seed, width, got, want)
			}
		}
	}
}
