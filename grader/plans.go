package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"faultline/grader/internal/report"
	"faultline/grader/internal/result"
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
)

// writePlans writes the plan of each failing run into dir, so that it can be
// read, edited and replayed, and notes its name in the result. The plan of a case
// that does not fail any more goes: whoever finds it would look for a bug that is
// mended. Shown is the folder as the result names it, "" for that which the result
// itself is in.
func writePlans(dir, shown string, r *result.Result) error {
	for i := range r.Stages {
		for j := range r.Stages[i].Cases {
			if err := writePlan(dir, shown, r, &r.Stages[i].Cases[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// planFile is where the plan of a case is written.
func planFile(dir string, c result.Case) string {
	return filepath.ToSlash(filepath.Join(dir, strings.ReplaceAll(c.ID, "/", "-")+".plan"))
}

func writePlan(dir, shown string, r *result.Result, c *result.Case) error {
	file := planFile(dir, *c)
	if c.Failure == nil || c.Verdict == labs.NotImplemented {
		if _, err := os.Lstat(file); err != nil {
			return nil // there is none
		}
		return os.Remove(file)
	}
	if err := makeFolder(dir); err != nil {
		return err
	}
	c.Failure.File = planFile(shown, *c)
	text, err := planText(r, *c)
	if err != nil {
		return err
	}
	return writeFile(file, text)
}

// planText is the file that replays a failure.
func planText(r *result.Result, c result.Case) (string, error) {
	plan, err := labrpc.ParsePlan(strings.Join(c.Failure.Plan, "\n"))
	if err != nil {
		return "", fmt.Errorf("%s: the plan of its failure: %w", c.ID, err)
	}
	req := labtest.Request{Case: c.ID, Seed: c.Failure.Seed, Sizes: c.Failure.Sizes, Calm: c.Failure.Calm, Plan: &plan}
	var b strings.Builder
	for _, line := range about(r, c) {
		b.WriteString(strings.TrimRight("# "+strings.ReplaceAll(line, "\n", " "), " ") + "\n")
	}
	b.WriteString(req.String())
	return b.String(), nil
}

// about says what a plan file shows.
func about(r *result.Result, c result.Case) []string {
	f := c.Failure
	lines := []string{c.Title, fmt.Sprintf("%s: %s", c.Verdict, c.Reason)}
	if note := report.Smaller(f); note != "" {
		lines = append(lines, note)
	}
	if f.Apart != nil && f.Apart.Without != labtest.CalmLocks {
		lines = append(lines, "It passes without: "+f.Apart.Without)
	}
	lines = append(lines, "", "See it again: "+report.Again(r, c))
	if len(f.Sizes)+len(f.Calm) > 0 {
		lines = append(lines, "Without the lines \"size\" and \"calm\", the scenario is as the seed draws it.")
	}
	return append(lines, "Each line below \"plan\" is a fault; remove or change lines and replay.")
}
