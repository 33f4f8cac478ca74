package machine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"faultline/grader/internal/machine"
)

// TestWhatNobodyCheckedIsNoGuest builds a file that the compiler takes and go/parser
// does not, as if its policy had found nothing in it.
func TestWhatNobodyCheckedIsNoGuest(t *testing.T) {
	f := newFixture(t)
	deep := "func deep() {" + strings.Repeat("{", 1_001) + strings.Repeat("}", 1_001) + "}\n\n"
	sol := f.with("mailbox.go", receive, deep+receive)
	sol.Dir = "hw"
	_, err := f.builder.Build(context.Background(), f.suite, sol)
	broken := (*machine.BuildError)(nil)
	if !errors.As(err, &broken) || !strings.HasPrefix(broken.Text, "hw/mailbox.go:") || !strings.Contains(broken.Text, "exceeded max scope depth") {
		t.Errorf("error %.2000v, want a BuildError that names the file", err)
	}
}
