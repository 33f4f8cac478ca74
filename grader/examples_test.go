package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

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

// TestAJobArrayOfSlurmGradesAClass runs the example as Slurm would run its tasks,
// each with the variables that Slurm sets, and joins what they write. Whether Slurm
// takes the file is not tested: that needs a cluster.
func TestAJobArrayOfSlurmGradesAClass(t *testing.T) {
	if testing.Short() {
		t.Skip("it grades a class")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash")
	}
	root := moduleRoot(t)
	dir := workFolder(t, root)
	check(t, os.MkdirAll(filepath.Join(dir, ".bin"), 0o755))
	grader, err := exec.LookPath("grader")
	check(t, err)
	check(t, os.Symlink(grader, filepath.Join(dir, ".bin", "grader")))
	for _, name := range []string{"anna", "bert", "carl", "dora", "emil"} {
		check(t, writeTree(filepath.Join(dir, "submissions", name, "ring"), map[string][]byte{"arc.go": []byte("package ring\n\nno Go of " + name)}))
	}
	run := func(env []string, name string, args ...string) {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), env...)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, text)
		}
	}
	run(nil, "bash", "-c", ".bin/grader seeds > seeds.txt")
	for _, task := range []string{"1", "2", "3"} {
		run([]string{"SLURM_ARRAY_TASK_ID=" + task, "SLURM_ARRAY_TASK_COUNT=3", "SLURM_CPUS_PER_TASK=1"},
			"bash", filepath.Join(root, "handouts", "grading", "class.sbatch"))
	}
	run(nil, "bash", "-c", ".bin/grader merge out/part* --out out/grades")
	run(nil, "bash", "-c", ".bin/grader grade submissions --seeds-file seeds.txt --out out/whole")
	if diff := cmp.Diff(tree(t, filepath.Join(dir, "out", "whole")), tree(t, filepath.Join(dir, "out", "grades"))); diff != "" {
		t.Errorf("%.3000s", diff)
	}
}
