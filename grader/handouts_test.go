package main_test

import (
	"slices"
	"strings"
	"testing"

	"faultline/grader/internal/suites"
)

// TestEachHandoutHasTheSameParts so that who has read one knows where to look in the
// others.
func TestEachHandoutHasTheSameParts(t *testing.T) {
	ofAStage := []string{"### Questions that help", "### Hints, in order of help", "### How to read the failures",
		"### Questions to think about", "### The cases"}
	for _, s := range suites.All() {
		t.Run(s.Lab.Name, func(t *testing.T) {
			parts := strings.Split(docHandout(t, s.Lab), "\n## ")
			var titles []string
			for _, part := range parts {
				title, _, _ := strings.Cut(part, "\n")
				titles = append(titles, title)
				if !strings.HasPrefix(title, "Stage ") {
					continue
				}
				at := 0
				for _, heading := range ofAStage {
					i := strings.Index(part[at:], "\n"+heading+"\n")
					if i < 0 {
						t.Errorf("%s has no %q, or not in its place", title, heading)
						continue
					}
					at += i
				}
			}
			for _, want := range []string{"What you will learn", "Sources"} {
				if !slices.Contains(titles, want) {
					t.Errorf("it has no %q", want)
				}
			}
		})
	}
}
