package autograder

import (
	"archive/zip"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"strings"
	"text/template"

	"faultline/grader/internal/tree"
	"faultline/labs"
)

//go:embed scripts
var scripts embed.FS

// An Assignment is what an archive grades.
type Assignment struct {
	Lab  labs.Lab
	Part string // what "grader test" is asked for: the lab or a part of it, as "messaging/A"
}

// folder is where the tree is in the archive.
const folder = "faultline"

// Gradescope writes the archive for an assignment; root is the tree of Faultline. The same
// tree gives the same bytes.
func Gradescope(w io.Writer, root fs.FS, a Assignment) error {
	z := zip.NewWriter(w)
	for _, name := range []string{"environment", "run_autograder", "setup.sh"} {
		t, err := template.ParseFS(scripts, "scripts/"+name)
		if err != nil {
			return err
		}
		var text strings.Builder
		if err := t.Execute(&text, a.values()); err != nil {
			return err
		}
		if err := add(z, name, text.String(), 0o755); err != nil {
			return err
		}
	}
	part := tree.Part{Folders: tree.Sources(), Takes: tree.IsSource}
	err := part.Read(root, func(name string, text []byte) error {
		return add(z, path.Join(folder, name), string(text), 0o644)
	})
	if err != nil {
		return fmt.Errorf("the autograder's archive: %w", err)
	}
	return z.Close()
}

// values are what the scripts are written with.
func (a Assignment) values() any {
	return struct {
		Assignment
		Go, Files string
	}{a, strings.TrimPrefix(runtime.Version(), "go"), strings.Join(a.Lab.Files, " ")}
}

// add adds a file without a time, so that the archive has none.
func add(z *zip.Writer, name, text string, mode fs.FileMode) error {
	h := &zip.FileHeader{Name: name, Method: zip.Deflate}
	h.SetMode(mode)
	w, err := z.CreateHeader(h)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return err
}
