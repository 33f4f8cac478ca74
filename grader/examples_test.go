package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"faultline/grader/internal/policy"
)

// exampleFile is a file that instructors begin with.
func exampleFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(moduleRoot(t), "handouts", "grading", name))
	check(t, err)
	return text
}

// TestTheExamplesUseFlagsThatThereAre holds the commands in the examples against
// the commands of the grader.
func TestTheExamplesUseFlagsThatThereAre(t *testing.T) {
	line := regexp.MustCompile(`(?m)\.bin/grader ([a-z]+) ((?:[^\n']|\\\n)*)`)
	word := regexp.MustCompile(`\$\{\{[^}]*\}\}|"[^"]*"|\$[A-Za-z_]+`)
	for _, name := range []string{"class.yml", "class.sbatch"} {
		found := line.FindAllStringSubmatch(string(exampleFile(t, name)), -1)
		if len(found) < 2 {
			t.Errorf("%s: only %d commands", name, len(found))
		}
		for _, m := range found {
			cmd, _, err := command().Find([]string{m[1]})
			check(t, err)
			args := strings.Fields(strings.ReplaceAll(word.ReplaceAllString(m[2], "1"), "\\\n", " "))
			if err := cmd.ParseFlags(args); err != nil {
				t.Errorf("%s: grader %s %q: %v", name, m[1], args, err)
			}
		}
	}
	var workflow map[string]any
	if err := yaml.Unmarshal(exampleFile(t, "class.yml"), &workflow); err != nil || workflow["jobs"] == nil {
		t.Errorf("class.yml: %v, %v", workflow, err)
	}
	if _, err := policy.Parse("policy.yaml", exampleFile(t, "policy.yaml")); err != nil {
		t.Error(err)
	}
}
