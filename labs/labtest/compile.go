//go:build !wasip1

package labtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// compile has the go command compile what a solution wrote, with its driver. The
// package is laid over the tree in a folder that does not exist.
func compile(t *testing.T, d Driver, written map[string][]byte) {
	t.Helper()
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "faultline").Output()
	if err != nil {
		t.Skipf("the go command does not run, so what was written is not compiled: %v", err)
	}
	files := map[string][]byte{}
	for name, text := range d.Files {
		files[name] = []byte(text)
	}
	maps.Copy(files, written)
	const dir = "solutions-skeleton/programs/native"
	tmp, replace := t.TempDir(), map[string]string{}
	for name, text := range files {
		replace[filepath.Join(strings.TrimSpace(string(root)), dir, name)] = filepath.Join(tmp, name)
		if err := os.WriteFile(filepath.Join(tmp, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tmp, "overlay.json"), overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-overlay", filepath.Join(tmp, "overlay.json"), "faultline/"+dir)
	text, err := build.CombinedOutput()
	if err == nil {
		return
	}
	said := strings.ReplaceAll(string(text), tmp+string(filepath.Separator), "")
	t.Errorf("what was written does not compile:\n%s", strings.Join(Quote(strings.Split(said, "\n"), files), "\n"))
}

// Quote puts below each line of a compiler, "file:line:column: message", the line
// of the file that it is about.
func Quote(lines []string, files map[string][]byte) []string {
	var quoted []string
	for _, line := range lines {
		quoted = append(quoted, line)
		name, rest, _ := strings.Cut(line, ":")
		number, _, _ := strings.Cut(rest, ":")
		n, err := strconv.Atoi(number)
		source := strings.Split(string(files[name]), "\n")
		if err == nil && n >= 1 && n <= len(source) && len(files[name]) > 0 {
			quoted = append(quoted, fmt.Sprintf("  %s", strings.TrimSpace(source[n-1])))
		}
	}
	return quoted
}
