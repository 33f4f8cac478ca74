package labtest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"faultline/labrpc"
	"faultline/labs/disk"
)

// A Request says which run of a suite is wanted.
type Request struct {
	Case string // its ID
	Seed uint64
	Plan *labrpc.Plan // nil: the seed draws the faults

	// Derive asks for the first part of the run; see Case.Derive.
	Derive bool
}

// String is the text that carries a request into the virtual machine and heads
// a plan file. ParseRequest reads it back.
func (r Request) String() string {
	s := fmt.Sprintf("case %s\nseed %d\n", r.Case, r.Seed)
	if r.Derive {
		s += "derive\n"
	}
	if r.Plan != nil {
		s += "plan\n" + r.Plan.String()
	}
	return s
}

// ParseRequest reads the text form of a request. Lines that are empty or begin
// with # do not count. Its errors name the line.
func ParseRequest(text string) (Request, error) {
	var r Request
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		word, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		value = strings.TrimSpace(value)
		switch {
		case word == "" || strings.HasPrefix(word, "#"):
		case word == "case" && value != "":
			r.Case = value
		case word == "seed":
			seed, err := ParseSeed(value)
			if err != nil {
				return r, fmt.Errorf("line %d: %w", i+1, err)
			}
			r.Seed = seed
		case word == "derive" && value == "":
			r.Derive = true
		case word == "plan" && value == "":
			// Blank lines in place of the head keep the plan's line numbers.
			plan, err := labrpc.ParsePlan(strings.Repeat("\n", i+1) + strings.Join(lines[i+1:], "\n"))
			r.Plan = &plan
			return r.complete(errors.Join(err, checkLosses(plan)))
		default:
			return r, fmt.Errorf(`line %d: %q: expected "case LAB/STAGE/CASE", "seed NUMBER" or "plan"`, i+1, line)
		}
	}
	return r.complete(nil)
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
