package labs_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"testing"

	"faultline/labs"
)

func TestLabsAreNumberedInTheOrderInWhichTheyAreTaken(t *testing.T) {
	for i, lab := range labs.All() {
		if lab.Number != i+1 {
			t.Errorf("lab %q is number %d, and the list has it at place %d", lab.Name, lab.Number, i+1)
		}
	}
}

func TestALabIsFoundByItsNumberAndByItsName(t *testing.T) {
	for _, lab := range labs.All() {
		for _, name := range []string{fmt.Sprint(lab.Number), lab.Name} {
			if got, ok := labs.Find(name); !ok || got.Name != lab.Name {
				t.Errorf("Find(%q) is %q, %v, want %q", name, got.Name, ok, lab.Name)
			}
		}
	}
}

func TestWhatIsNoLabIsNotFound(t *testing.T) {
	for _, name := range []string{"", "0", "-1", "+1", "01", "1 ", "99", "Messaging", "nonsense", "messaging/A"} {
		if lab, ok := labs.Find(name); ok {
			t.Errorf("Find(%q) is lab %d", name, lab.Number)
		}
	}
}

func TestNamesAreUsedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, lab := range labs.All() {
		if seen[lab.Name] {
			t.Errorf("two labs are called %q", lab.Name)
		}
		seen[lab.Name] = true
	}
}

func TestALabIsComplete(t *testing.T) {
	for _, lab := range labs.All() {
		t.Run(lab.Name, func(t *testing.T) {
			if !regexp.MustCompile(`^[a-z]+$`).MatchString(lab.Name) {
				t.Errorf("the name %q cannot be that of a package", lab.Name)
			}
			if lab.Title == "" {
				t.Error("it has no title")
			}
			if len(lab.Files) == 0 || len(lab.Imports) == 0 || len(lab.Stages) == 0 {
				t.Errorf("it has %d files, %d imports, %d stages", len(lab.Files), len(lab.Imports), len(lab.Stages))
			}
			for _, file := range lab.Files {
				if path.Base(file) != file || path.Ext(file) != ".go" || file == "lab_test.go" {
					t.Errorf("%q is no Go file of a solution's folder", file)
				}
			}
			if !slices.IsSorted(lab.Imports) || len(slices.Compact(slices.Clone(lab.Imports))) != len(lab.Imports) {
				t.Errorf("the imports are not in order, each once: %v", lab.Imports)
			}
			last := "@" // the character before A; a letter may be left out
			for i, stage := range lab.Stages {
				if len(stage.Letter) != 1 || stage.Letter <= last || stage.Letter > "Z" || stage.Title == "" {
					t.Errorf("stage %d is %+v, want a letter after %s and a title", i+1, stage, last)
				}
				last = stage.Letter
			}
		})
	}
}

func TestTheListBelongsToWhoeverAskedForIt(t *testing.T) {
	labs.All()[0].Imports[0] = "unsafe"
	labs.All()[0].Stages[0].Letter = "Z"
	if lab := labs.All()[0]; lab.Imports[0] == "unsafe" || lab.Stages[0].Letter == "Z" {
		t.Error("a caller's change shows in the next list")
	}
}

func TestTheMarkOfUnwrittenCodeIsFoundInAPanicMessage(t *testing.T) {
	for _, stage := range []string{"A", "E"} {
		err := labs.TODO(stage)
		if err.Stage != stage {
			t.Errorf("TODO(%q) is of stage %q", stage, err.Stage)
		}
		for _, message := range []string{
			err.Error(),
			"panic: " + err.Error(),
			"panic: " + err.Error() + " [recovered, repanicked]",
			"2026/01/01 panic: " + err.Error() + "\n\ngoroutine 1 [running]:",
		} {
			if got, ok := labs.FindTODO(message); !ok || got != stage {
				t.Errorf("FindTODO(%q) is %q, %v, want %q", message, got, ok, stage)
			}
		}
	}
}

func TestAnOrdinaryPanicIsNotTakenForUnwrittenCode(t *testing.T) {
	whole := labs.TODO("A").Error()
	for _, message := range []string{"", "panic: index out of range", "not implemented yet", whole[:len(whole)-1], whole[1:]} {
		if stage, ok := labs.FindTODO(message); ok {
			t.Errorf("FindTODO(%q) is stage %q", message, stage)
		}
	}
}
