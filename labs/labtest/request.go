package labtest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/trace"
)

// A Request says which run of a suite is wanted. Sizes and Calm make the run
// smaller and quieter than its seed draws it; with neither, a run is what it is
// in grading.
type Request struct {
	Case  string // its ID
	Seed  uint64
	Sizes []Size       // at most so large; see T.Size
	Calm  []string     // what keeps still: CalmLatency, CalmLocks
	Plan  *labrpc.Plan // nil: the seed draws the faults

	// Derive asks for the first part of the run; see Case.Derive.
	Derive bool
}

// A Size is how many of something a scenario has: operations, clients, files.
type Size struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// SizeEvent says that the scenario has N of what the text names. It is for the
// machine, which keeps it out of the trace: nothing has happened, and a run that is
// told to be as large as it would be anyway is the same run.
const SizeEvent trace.Kind = "size"

// Events that say what an exploration did. They are for the machine, too, which adds
// them up; the story has the numbers in words.
const (
	StatesEvent     trace.Kind = "states"     // N states that crashes could leave of a disk were checked
	RecoveriesEvent trace.Kind = "recoveries" // that took N recoveries: from most states there is another one or two
)

// What of a run can be made calm, besides its faults.
const (
	CalmLatency = "latency" // every packet takes a millisecond, and links carry any number of bytes
	CalmLocks   = "locks"   // no lock makes a goroutine step aside
)

// String is the text that carries a request into the virtual machine and heads
// a plan file. ParseRequest reads it back.
func (r Request) String() string {
	s := fmt.Sprintf("case %s\nseed %d\n", r.Case, r.Seed)
	for _, size := range r.Sizes {
		s += fmt.Sprintf("size %s %d\n", size.Name, size.N)
	}
	for _, what := range r.Calm {
		s += "calm " + what + "\n"
	}
	if r.Derive {
		s += "derive\n"
	}
	if r.Plan != nil {
		s += "plan\n" + r.Plan.String()
	}
	return s
}

// ParseRequest reads the text form of a request. Lines that are empty or begin
// with # do not count. Its errors name the line, or quote it.
func ParseRequest(text string) (Request, error) {
	var r Request
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(words[0], "#"):
		case len(words) == 1 && words[0] == "plan":
			// Blank lines in place of the head keep the plan's line numbers.
			plan, err := labrpc.ParsePlan(strings.Repeat("\n", i+1) + strings.Join(lines[i+1:], "\n"))
			r.Plan = &plan
			return r.complete(errors.Join(err, checkLosses(plan)))
		default:
			if err := r.head(words); err != nil {
				return r, fmt.Errorf("line %d: %w", i+1, err)
			}
		}
	}
	return r.complete(nil)
}

// head reads a line above the plan.
func (r *Request) head(words []string) (err error) {
	switch {
	case words[0] == "case" && len(words) == 2:
		r.Case = words[1]
	case words[0] == "seed" && len(words) <= 2:
		r.Seed, err = ParseSeed(strings.Join(words[1:], " "))
	case words[0] == "derive" && len(words) == 1:
		r.Derive = true
	case words[0] == "size" && len(words) == 3:
		n, e := strconv.Atoi(words[2])
		if e != nil || n < 1 {
			return fmt.Errorf("size %q: expected a whole number from 1 on", words[2])
		}
		r.Sizes = append(r.Sizes, Size{Name: words[1], N: n})
	case words[0] == "calm" && len(words) == 2:
		if words[1] != CalmLatency && words[1] != CalmLocks {
			return fmt.Errorf("calm %q: expected %s or %s", words[1], CalmLatency, CalmLocks)
		}
		r.Calm = append(r.Calm, words[1])
	default:
		return fmt.Errorf(`%q: expected "case LAB/STAGE/CASE", "seed NUMBER", "size NAME NUMBER", "calm %s", `+
			`"calm %s" or "plan"`, brief(strings.Join(words, " ")), CalmLatency, CalmLocks)
	}
	return err
}

// brief is the start of a line: somebody may take any file for a plan.
func brief(line string) string {
	const most = 40
	if runes := []rune(line); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return line
}

// checkLosses reads what the plan's disks lose: labrpc takes any text for that.
func checkLosses(p labrpc.Plan) error {
	for _, f := range p {
		if f.Kind != labrpc.Lose {
			continue
		}
		if _, err := disk.ParseLosses(f.Lost); err != nil {
			return fmt.Errorf("%q: %w", f.String(), err)
		}
	}
	return nil
}

func (r Request) complete(err error) (Request, error) {
	if err == nil && r.Case == "" {
		err = fmt.Errorf("no line says which case: add \"case LAB/STAGE/CASE\"")
	}
	return r, err
}

// ParseSeed reads a seed: a decimal number, or a hexadecimal one after 0x.
func ParseSeed(s string) (uint64, error) {
	base, digits := 10, s
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		base, digits = 16, hex
	}
	seed, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return 0, fmt.Errorf("seed %q: expected a number such as 7 or 0x5eed07", s)
	}
	return seed, nil
}
