package labtest_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"faultline/labs"
	"faultline/labs/labtest"
)

// nativeSuite is run by go test, so its time is real.
func nativeSuite() labtest.Suite {
	named := func(stage, name string, kind labs.Kind, run func(*labtest.T)) labtest.Case {
		return labtest.Case{
			Case: labs.Case{Lab: "sample", Stage: stage, Name: name, Kind: kind, Title: "what must hold"}, Run: run,
		}
	}
	never := func(*labtest.T) { panic("it runs") }
	slow := named("B", "slow", labs.Random, never)
	slow.Slow = true
	writing := func(stage, name, source string) labtest.Case {
		c := named(stage, name, labs.Scripted, never)
		c.Derive = func(t *labtest.T) { t.Emit("written.go", []byte(source)) }
		return c
	}
	driver := func(labs.Case, uint64) labtest.Driver {
		return labtest.Driver{Package: "sample", Files: map[string]string{
			"driver.go": "package sample\n\nconst given = 1\n\nfunc DriverProgram() any { return written }\n"}}
	}
	return labtest.Suite{Lab: "sample", Package: solutionType, Driver: driver, Cases: []labtest.Case{
		named("A", "passes", labs.Random, func(t *labtest.T) {
			t.Op("c1", "Put 3", func() string { return "ok" })
			t.Judge("register", "0")
		}),
		named("A", "fails", labs.Scripted, func(t *labtest.T) {
			t.Step("a step")
			t.Step("another")
			t.Fail(labtest.Finding{Expected: "peace", Actual: "chaos", Where: "mailbox.go:7"})
		}),
		named("A", "stale", labs.Random, func(t *labtest.T) {
			t.Op("c1", "Get", func() string { return "7" })
			t.Judge("register", "0")
		}),
		named("B", "unwritten", labs.Random, func(*labtest.T) { panic(labs.TODO("B")) }),
		named("B", "budget", labs.Budget, never),
		writing("C", "compiles", "package sample\n\nfunc written() int { return given }\n"),
		writing("C", "wrong", "package sample\n\nfunc written() int { return missing }\n"),
		slow,
	}}
}

// inner tells the test binary that it is the one which a test below started.
const inner = "FAULTLINE_NATIVE_SUITE"

func TestGoTestShowsWhatBecameOfEachCase(t *testing.T) {
	if os.Getenv(inner) != "" {
		labtest.Run(t, nativeSuite(), models())
		return
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	compareOutput(t, exec.Command(program, "-test.run=^"+t.Name()+"$", "-test.v"), []string{
		"--- PASS: " + t.Name() + "/A/passes",
		"--- FAIL: " + t.Name() + "/A/fails",
		": fail\n        property  what must hold\n        expected  peace\n        actual    chaos mailbox.go:7\n" +
			"        story     \n          1 a step\n          2 another\n",
		"--- FAIL: " + t.Name() + "/A/stale",
		`then there is "0" in the register, and next cannot be c1 Get = 7`,
		"--- SKIP: " + t.Name() + "/B/unwritten",
		"stage B is not implemented yet",
		"--- SKIP: " + t.Name() + "/B/budget",
		`needs virtual time: "make lab-N STAGE=B CASE=budget" has it`,
		"--- SKIP: " + t.Name() + "/B/slow",
		"--- PASS: " + t.Name() + "/C/compiles",
		"--- FAIL: " + t.Name() + "/C/wrong",
		"written.go:3:29: undefined: missing\n          func written() int { return missing }\n",
	})
}

// bubbleSuite leaves goroutines behind, which package synctest does not like.
func bubbleSuite() labtest.Suite {
	suite := labtest.Suite{Lab: "sample", Package: solutionType}
	add := func(stage, name string, run func(*labtest.T)) {
		suite.Cases = append(suite.Cases, labtest.Case{
			Case: labs.Case{Lab: "sample", Stage: stage, Name: name, Title: "what must hold"}, Run: run,
		})
	}
	s := &solution{}
	add("A", "hangs", func(t *labtest.T) { t.Within(time.Second, "Send", s.hang) })
	add("A", "leaks", func(*labtest.T) { s.leak() })
	add("A", "fails", func(t *labtest.T) {
		t.Go(s.hang)
		t.Fail(labtest.Finding{Actual: "chaos"})
	})
	// As a relay that is about to read from a connection when its case ends.
	add("A", "naps", func(*labtest.T) {
		go func() {
			time.Sleep(300 * time.Microsecond)
			fmt.Println("the nap is over")
		}()
	})
	add("B", "later", func(t *labtest.T) { t.Sleep(time.Minute) })
	return suite
}

func TestGoroutinesThatAreLeftInABubbleKeepNoLaterCaseFromRunning(t *testing.T) {
	if os.Getenv(inner) != "" {
		labtest.Run(t, bubbleSuite(), models())
		return
	}
	if _, err := os.Stat("bubble_on.go"); err != nil { // go test then knows that the result depends on it
		t.Fatal(err)
	}
	cmd := exec.Command("go", "test", "-count=1", "-tags=faultline_bubble", "-run=^"+t.Name()+"$", "-v", ".")
	compareOutput(t, cmd, []string{
		"--- FAIL: " + t.Name() + "/A/hangs",
		"expected  Send returns within 1s of virtual time",
		"--- FAIL: " + t.Name() + "/A/leaks",
		"a goroutine is still there 5s later",
		"--- FAIL: " + t.Name() + "/A/fails",
		"actual    chaos",
		"the nap is over",
		"--- PASS: " + t.Name() + "/A/naps",
		"--- PASS: " + t.Name() + "/B/later",
	})
}

// compareOutput runs go test over a suite with failures, by the command, and fails
// unless it says all that is wanted.
func compareOutput(t *testing.T, cmd *exec.Cmd, wants []string) {
	t.Helper()
	cmd.Env = append(os.Environ(), inner+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Error("a suite with failures ended well")
	}
	for _, want := range wants {
		if !strings.Contains(string(out), want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	if t.Failed() {
		t.Logf("the output:\n%s", out)
	}
}
