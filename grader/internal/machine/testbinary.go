package machine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"faultline/grader/internal/submission"
)

// A TestBinary is a Go test package, compiled for the machine.
type TestBinary struct {
	Package string // its import path
	Dir     string // of its sources, from which its tests may read
	Path    string // of the WebAssembly file
	Seeded  bool   // its locks are scheduling points, as only packages of this module can have them
}

// seedVariable is the variable of the environment that holds the seed for the locks
// of a test binary.
const seedVariable = "FAULTLINE_SEED"

// seedFile is laid beside the files of a test package: it makes its locks
// scheduling points before the first test runs.
const seedFile = `package %s

import (
	"os"
	"strconv"

	"faultline/labs/simsync/points"
)

func init() {
	seed, _ := strconv.ParseUint(os.Getenv("` + seedVariable + `"), 10, 64)
	points.Configure(points.Schedule{Seed: seed, Rate: points.Rates()[seed%%4]})
}
`

// A listed package is what "go list" says of one.
type listed struct {
	ImportPath, Dir, Name              string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Module                             *struct{ Path string }
	Error                              *struct{ Err string }
}

// TestBinary compiles the tests of a package, which is named as for "go test", from
// the folder dir. A package that does not compile is a *BuildError.
func (b *Builder) TestBinary(ctx context.Context, dir, name string) (TestBinary, error) {
	pkg, err := findTests(ctx, dir, name)
	if err != nil {
		return TestBinary{}, err
	}
	ours := pkg.Module != nil && pkg.Module.Path == "faultline" && !strings.HasPrefix(pkg.ImportPath, "faultline/labs/simsync")
	bin := TestBinary{Package: pkg.ImportPath, Dir: pkg.Dir, Seeded: ours}
	if err := os.MkdirAll(filepath.Join(b.Cache, "guests"), 0o755); err != nil {
		return bin, err
	}
	tmp, err := os.MkdirTemp(b.Cache, "build-")
	if err != nil {
		return bin, err
	}
	defer os.RemoveAll(tmp)
	overlay, err := bin.overlay(pkg, tmp)
	if err != nil {
		return bin, err
	}
	wasm := filepath.Join(tmp, "test.wasm")
	if err := compileTests(ctx, dir, "-overlay", overlay, "-o", wasm, pkg.ImportPath); err != nil {
		return bin, err
	}
	if err := b.quicken(ctx, wasm); err != nil {
		return bin, err
	}
	code, err := os.ReadFile(wasm)
	if err != nil {
		return bin, err
	}
	sum := sha256.Sum256(code)
	bin.Path = filepath.Join(b.Cache, "guests", hex.EncodeToString(sum[:16])+".wasm")
	return bin, os.Rename(wasm, bin.Path)
}

// findTests asks the go command for the one package of a name.
func findTests(ctx context.Context, dir, name string) (listed, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-json=ImportPath,Dir,Name,GoFiles,TestGoFiles,XTestGoFiles,Module,Error", "--", name)
	cmd.Dir, cmd.Env = dir, buildEnv("GOOS=wasip1", "GOARCH=wasm")
	text, err := cmd.Output()
	if err != nil {
		return listed{}, fmt.Errorf("cannot ask the go command for %s: %w", name, err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	var pkg, more listed
	if err := dec.Decode(&pkg); err != nil {
		return pkg, fmt.Errorf("%s is no package: name a folder with tests, such as ./mylab", name)
	}
	switch lab, starter := strings.CutPrefix(pkg.ImportPath, "faultline/"+skeletonDir+"/"); {
	case starter:
		return pkg, fmt.Errorf("%s is a lab, whose cases have a command of their own: grader test %s", name, lab)
	case !errors.Is(dec.Decode(&more), io.EOF):
		return pkg, fmt.Errorf("%s is more than one package: name one", name)
	case len(pkg.TestGoFiles)+len(pkg.XTestGoFiles) == 0 && pkg.Error != nil:
		return pkg, fmt.Errorf("%s: %s", name, strings.ReplaceAll(pkg.Error.Err, "\n", " "))
	case len(pkg.TestGoFiles)+len(pkg.XTestGoFiles) == 0:
		return pkg, fmt.Errorf("%s has no tests: write some, in a file whose name ends in _test.go", name)
	}
	return pkg, nil
}

// overlay writes what is laid over the package's files, and returns the file that
// says so: its imports of sync are of simsync. A package of another module cannot
// import that; it gets nothing but the clock and the seed of the runtime.
func (t TestBinary) overlay(pkg listed, tmp string) (string, error) {
	replace := map[string]string{}
	put := func(name string, text []byte) error {
		file := copyName(tmp, len(replace))
		replace[filepath.Join(pkg.Dir, name)] = file
		return os.WriteFile(file, text, 0o644)
	}
	for _, names := range [][]string{pkg.GoFiles, pkg.TestGoFiles, pkg.XTestGoFiles} {
		for _, name := range names {
			src, err := os.ReadFile(filepath.Join(pkg.Dir, name))
			if err != nil {
				return "", err
			}
			if out := rewritten(src, submission.Redirect); t.Seeded && !bytes.Equal(out, src) {
				if err := put(name, out); err != nil {
					return "", err
				}
			}
		}
	}
	if t.Seeded {
		if err := put("faultline_seed_test.go", fmt.Appendf(nil, seedFile, pkg.Name)); err != nil {
			return "", err
		}
	}
	return writeOverlay(tmp, replace)
}

func compileTests(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-c", "-trimpath", "-vet=off", "-ldflags=-checklinkname=0"}, args...)...)
	text, ok, err := forGuest(ctx, cmd, dir)
	if !ok && err == nil {
		return &BuildError{Text: text}
	}
	return err
}
