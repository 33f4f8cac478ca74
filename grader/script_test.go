package main

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"faultline/grader/internal/mutant"
	"faultline/grader/internal/submission"
	"faultline/labs"
)

var update = flag.Bool("update", false, "write the goldens of testdata anew: go test ./grader -update")

// TestMain makes the test binary the grader, under that name for the scripts, and
// its worker, for the commands that tests run in this process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		main()
	}
	if root, err := findRoot(); err == nil && os.Getenv("FAULTLINE_CACHE") == "" {
		os.Setenv("FAULTLINE_CACHE", filepath.Join(root, "out", "test-cache"))
	}
	testscript.Main(m, map[string]func(){"grader": main})
}

// TestScripts runs the transcripts of testdata/script. Besides the usual commands
// they have:
//
//	exits CODE PROGRAM ARGS...   run a program and check its exit code exactly
//	reference FOLDER             write the files of the reference solution
//	mutant NAME FOLDER           write the files of a mutant of it
//	json FILE                    check that a file is JSON
//	valid FILE...                check that files are what they say, by its schema
//	hashes FILE FILE             check that two files have the same hash of a run
//
// Each runs in a folder of its own below out/, so that the grader finds the tree,
// and folders of solutions have the same short names in every run.
func TestScripts(t *testing.T) {
	t.Parallel()
	root := moduleRoot(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		WorkdirRoot:         workFolder(t, root),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"json":      isJSON,
			"valid":     isValid,
			"hashes":    sameHash,
			"reference": func(ts *testscript.TestScript, _ bool, args []string) { writeSpecimen(ts, root, args, "") },
			"mutant":    func(ts *testscript.TestScript, _ bool, args []string) { writeSpecimen(ts, root, args[1:], args[0]) },
		},
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"HOME", "GOCACHE", "GOPATH", "GOMODCACHE", "GOROOT", "FAULTLINE_CACHE"} {
				if value, ok := os.LookupEnv(name); ok {
					env.Setenv(name, value)
				}
			}
			env.Setenv("ROOT", root)
			return nil
		},
	})
}

// moduleRoot is the folder of the tree.
func moduleRoot(t testing.TB) string {
	t.Helper()
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// workFolder makes a folder below out/, until the test ends.
func workFolder(t testing.TB, root string) string {
	t.Helper()
	out := filepath.Join(root, "out")
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(out, "scripts-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// exits runs a program and checks its exit code, of which "exec" and "! exec"
// only see whether it is 0.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// isJSON checks a file, or "stdout".
func isJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: json FILE")
	}
	if !json.Valid([]byte(ts.ReadFile(args[0]))) {
		ts.Fatalf("%s is not JSON", args[0])
	}
}

// isValid holds files, or "stdout", against the schema that each names.
func isValid(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: valid FILE...")
	}
	for _, name := range args {
		text := ts.ReadFile(name)
		var named struct{ Schema string }
		ts.Check(json.Unmarshal([]byte(text), &named))
		parts := strings.Split(named.Schema, "/")
		if len(parts) != 3 || parts[0] != "faultline" {
			ts.Fatalf("%s names no schema: %q", name, named.Schema)
		}
		files, err := filepath.Glob(filepath.Join(ts.Getenv("ROOT"), "grader", "internal", "*", "schema", parts[1]+"-"+parts[2]+".schema.json"))
		ts.Check(err)
		if len(files) != 1 {
			ts.Fatalf("there is no schema %s", named.Schema)
		}
		schema, err := jsonschema.NewCompiler().Compile(files[0])
		ts.Check(err)
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		ts.Check(err)
		ts.Check(schema.Validate(value))
	}
}

// sameHash checks that the first hash of a run is the same in two files.
func sameHash(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hashes FILE FILE")
	}
	hash := regexp.MustCompile(`\b[0-9a-f]{32}\b`)
	first, second := hash.FindString(ts.ReadFile(args[0])), hash.FindString(ts.ReadFile(args[1]))
	if first == "" || first != second {
		ts.Fatalf("%s has hash %q, %s has %q", args[0], first, args[1], second)
	}
}

// writeSpecimen writes the reference solution, or the named mutant of it, into the
// folder args[0].
func writeSpecimen(ts *testscript.TestScript, root string, args []string, name string) {
	if len(args) != 1 {
		ts.Fatalf("usage: reference FOLDER, or: mutant NAME FOLDER")
	}
	files, _, err := specimenFiles(root, name)
	ts.Check(err)
	ts.Check(writeTree(ts.MkAbs(args[0]), files))
}

// specimenFiles are the files of the reference solution of lab 1 ("") or of a
// mutant, and the cases that are meant for it.
func specimenFiles(root, name string) (files map[string][]byte, kill []string, err error) {
	lab := labs.All()[0]
	dir := filepath.Join(root, referenceDir(lab))
	ref, err := submission.Read(lab, dir, nil)
	if err != nil || name == "" {
		return ref.Files, nil, err
	}
	all, err := mutant.Load(filepath.Join(dir, "mutants"))
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(all, func(m mutant.Mutant) bool { return m.Name == name })
	if i < 0 {
		return nil, nil, errors.New("there is no mutant " + name)
	}
	files, err = all[i].Apply(ref.Files)
	return files, all[i].Kill, err
}
