package policy_test

import (
	"strings"
	"testing"

	"faultline/grader/internal/export"
	"faultline/grader/internal/policy"
	"faultline/grader/internal/result"
	"faultline/labs"
)

func TestAFileThatIsNotUnderstoodIsRefusedWithLineAndKey(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", `1: there is no "labs"`},
		{"labs: {}", `1: there is no "labs"`},
		{"---\nlabs: {kv: {weight: 1}}\n---\nlabs: {kv: {weight: 2}}\n", "1: the file has 2 documents"},
		{"labs: 3", "1: labs: expected keys and values"},
		{"labs:\n  kv: {weight: 1}\n  kv: {weight: 2}\n", "3: "},
		{"labs:\n  kv: {}\n", `2: labs.kv: it needs a "weight"`},
		{"labs:\n  kv: {weight: -1}\n", "2: labs.kv.weight: expected a whole number from 0 to 1000"},
		{"labs:\n  kv: {weight: 1.5}\n", "2: labs.kv.weight: expected a whole number"},
		{"labs:\n  kv: {weight: \"3\"}\n", "2: labs.kv.weight: expected a whole number"},
		{"labs:\n  kv: {weight: 99999999999999999999}\n", "2: labs.kv.weight: expected a whole number"},
		{"labs:\n  kv: {weight: 3, stages: A}\n", "2: labs.kv.stages: expected a list"},
		{"labs:\n  kv: {weight: 3, stages: [A, Z]}\n", `2: labs.kv.stages[1]: lab kv has no stage "Z"`},
		{"labs:\n  kv: {weight: 3, stages: [A, A]}\n", "2: labs.kv.stages[1]: stage A is there twice"},
		{"labs:\n  kv: {weight: 3, stages: []}\n", "2: labs.kv.stages: a lab of which no stage counts"},
		{"labs: {kv: {weight: 1}}\ncurve: [{from: 50}]\n", `2: curve[0]: a step needs "from" and "worth"`},
		{"labs: {kv: {weight: 1}}\ncurve:\n- {from: 50, worth: 20}\n- {from: 60, worth: 10}\n", "4: curve[1]: a step must lie below"},
		{"labs: {kv: {weight: 1}}\nlate:\n  days:\n    carl: {store: 1}\n", "4: late.days.carl.store: there is no lab"},
		{"labs: {kv: {weight: 1}}\nlate: &a {free: 1}\n", "2: late: expected keys and values"},
		{"labs: {kv: {weight: 1}}\n\tlate: 1\n", "2: this is no YAML"},
	} {
		p, err := policy.Parse("p.yaml", []byte(test.text))
		if err == nil || !strings.HasPrefix(err.Error(), "p.yaml:"+test.want) {
			t.Errorf("%q: %v, %v\nwant p.yaml:%s", test.text, p, err, test.want)
		}
	}
}

// kv is a result with two stages, A with 3 of 4 points and B with 1 of 6.
func kv() *result.Result {
	c := func(stage, name string, points, most, passed int) result.Case {
		rc := result.Case{ID: "kv/" + stage + "/" + name, Verdict: labs.Pass, Points: points, MaxPoints: most, Seeds: 10, Passed: passed}
		if points == 0 {
			rc.Verdict, rc.Failure, rc.All = labs.Fail, &result.Failure{}, true
		}
		return rc
	}
	return &result.Result{Lab: "kv", Stages: []result.Stage{
		{Letter: "A", Cases: []result.Case{c("A", "a", 3, 3, 10), c("A", "b", 0, 1, 9)}},
		{Letter: "B", Cases: []result.Case{c("B", "a", 1, 1, 10), c("B", "b", 0, 5, 5)}},
	}}
}

func TestMarks(t *testing.T) {
	for _, test := range []struct{ title, text, want string }{
		{"the whole lab", "labs: {kv: {weight: 7}}", "40.00"},
		{"a stage of it", "labs: {kv: {weight: 7, stages: [A]}}", "75.00"},
		{"two labs, one not handed in", "labs: {kv: {weight: 1}, rpc: {weight: 2}}", "13.33"},
		{"a lab without weight", "labs: {kv: {weight: 1}, rpc: {weight: 0}}", "40.00"},
		{"nothing counts", "labs: {kv: {weight: 0}}", "0.00"},
		{"a curve", "labs: {kv: {weight: 1}}\ncurve: [{from: 90, worth: 80}, {from: 50, worth: 20}]", "58.00"},
		{"a curve that starts above", "labs: {kv: {weight: 1}}\ncurve: [{from: 91, worth: 80}]", "40.00"},
		{"late", "labs: {kv: {weight: 1}}\nlate: {per-day: 10, days: {carl: {kv: 2}}}", "32.00"},
		{"late, and it costs nothing", "labs: {kv: {weight: 1}}\nlate: {free: 2, per-day: 10, days: {carl: {kv: 2}}}", "40.00"},
		{"late, partly paid for", "labs: {kv: {weight: 1}}\nlate: {free: 2, per-day: 10, days: {carl: {kv: 5}}}", "28.00"},
		{"the free days go to the first labs", "labs: {kv: {weight: 1}}\nlate: {free: 1, per-day: 50, days: {carl: {kv: 1, rpc: 1}}}", "40.00"},
		{"later than counts", "labs: {kv: {weight: 1}}\nlate: {free: 9, most: 4, days: {carl: {kv: 5}}}", "0.00"},
		{"free days are not spent where they buy nothing",
			"labs: {rpc: {weight: 0}, kv: {weight: 1}}\nlate: {free: 2, most: 4, per-day: 10, days: {carl: {rpc: 5, kv: 2}}}", "40.00"},
		{"so late that nothing is left", "labs: {kv: {weight: 1}}\nlate: {per-day: 30, days: {carl: {kv: 4}}}", "0.00"},
		{"somebody else is late", "labs: {kv: {weight: 1}}\nlate: {per-day: 30, days: {dora: {kv: 4}}}", "40.00"},
	} {
		t.Run(test.title, func(t *testing.T) {
			p, err := policy.Parse("p.yaml", []byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			results := []*result.Result{kv()}
			if strings.Contains(test.text, "rpc: {weight: 0}, kv") {
				results = append(results, &result.Result{Lab: "rpc"})
			}
			m, err := p.Mark(export.Submission{Name: "carl", Results: results})
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Total.FloatString(2); got != test.want {
				t.Errorf("total %s, want %s", got, test.want)
			}
		})
	}
}

func TestWhatWasNotGradedHasNoMark(t *testing.T) {
	p, err := policy.Parse("p.yaml", []byte("labs: {kv: {weight: 1, stages: [A]}}"))
	if err != nil {
		t.Fatal(err)
	}
	r := kv()
	r.Stages[1].Cases[0].Verdict = labs.GraderError // in a stage that does not count
	if m, err := p.Mark(export.Submission{Name: "carl", Results: []*result.Result{r}}); err != nil || m.Total == nil {
		t.Errorf("%+v, %v", m, err)
	}
	r.Stages[0].Cases[0].Verdict = labs.GraderError
	m, err := p.Mark(export.Submission{Name: "=carl", Results: []*result.Result{r}})
	if err != nil || m.Total != nil || m.Labs[0].Of != nil {
		t.Errorf("%+v, %v", m, err)
	}
	want := "\"submission\",\"kv\",\"kv_late\",\"total\",\"notes\"\n\"'=carl\",,0,,\"kv: not graded, a fault of the grader\"\n"
	if got := string(p.CSV([]policy.Mark{m})); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("labs:\n  kv: {weight: 1, stages: [A]}\nlate: {free: 1}\n")
	f.Add("a: &x [*x]")
	f.Add("? [a]\n: b")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := policy.Parse("p", []byte(text)); err == nil && len(p.Labs) == 0 {
			t.Error("a policy of nothing")
		} else if err != nil && strings.ContainsRune(err.Error(), '\n') {
			t.Errorf("%q", err)
		}
	})
}
