package report_test

import (
	"strings"
	"testing"

	"faultline/grader/internal/report"
	"faultline/grader/internal/result"
	"faultline/labs"
)

func TestAReportSaysHowManyCrashesWereTried(t *testing.T) {
	crashed := func(states, recoveries int) result.Case {
		return result.Case{ID: "toy/A/crash", Name: "crash", Verdict: labs.Pass, Seeds: 2,
			Crashes: &result.Crashes{States: states, Recoveries: recoveries}}
	}
	calm := result.Case{ID: "toy/A/calm", Name: "calm", Verdict: labs.Pass, Seeds: 1}
	tests := []struct {
		title string
		cases []result.Case
		want  []string // each is in the report; without any, nothing is said of disks
	}{
		{"two cases", []result.Case{crashed(5, 9), calm, crashed(1, 2)}, []string{"  2 seeds, 5 crash states\n",
			"  2 seeds, 1 crash state\n", "  1 seed\n", "\ndisks  6 states that crashes could leave were checked, in 11 recoveries\n"}},
		{"one state", []result.Case{crashed(1, 1)}, []string{"\ndisks  1 state that a crash could leave was checked, in 1 recovery\n"}},
		{"no crash", []result.Case{calm}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			var b strings.Builder
			r := &result.Result{Lab: "toy", Number: 9, Stages: []result.Stage{{Letter: "A", Cases: tt.cases}}}
			report.Write(&b, r, report.Style{})
			for _, want := range tt.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("%q is missing in\n%s", want, b.String())
				}
			}
			if tt.want == nil && strings.Contains(b.String(), "disks") {
				t.Errorf("it speaks of disks:\n%s", b.String())
			}
		})
	}
}
