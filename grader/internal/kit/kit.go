package kit

import (
	"archive/zip"
	"bytes"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"faultline/grader/internal/tree"
	"faultline/labs"
)

// files are those that only a kit has: its front page, and a workflow that runs the
// labs on the student's own GitHub.
//
//go:embed files
var files embed.FS

// Folder is the one folder in the archive.
const Folder = "faultline"

// Staff is what no kit may hold.
type Staff struct {
	Starter map[string][]byte // the starter code as the references give it, by its path in the tree
	Files   map[string][]byte // the staff's files, by their path
}

// Write writes the archive of a tree. The same tree gives the same bytes. It fails,
// and names the file, if something of the staff's would be in it.
func Write(w io.Writer, root fs.FS, staff Staff) error {
	all, err := collect(root)
	if err != nil {
		return err
	}
	if err := staff.check(all); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		h := &zip.FileHeader{Name: path.Join(Folder, name), Method: zip.Deflate}
		h.SetMode(0o644)
		out, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := out.Write(all[name]); err != nil {
			return err
		}
	}
	return z.Close()
}

// collect reads what goes into a kit, by its path there.
func collect(root fs.FS) (map[string][]byte, error) {
	all := map[string][]byte{}
	part := tree.Part{Folders: append(tree.Sources(), "handouts"), Takes: takes}
	err := part.Read(root, func(name string, text []byte) error {
		all[name] = text
		return nil
	})
	if err != nil {
		return nil, err
	}
	if all["Makefile"], err = forStudents(all["Makefile"]); err != nil {
		return nil, err
	}
	own := map[string]string{"README.md": "README.md", ".github/workflows/labs.yml": "labs.yml", ".gitignore": "ignore"}
	for name, from := range own {
		if all[name], err = files.ReadFile("files/" + from); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// takes reports whether a file of the tree goes in.
func takes(name string) bool {
	folder, base := path.Dir(name), path.Base(name)
	first, _, _ := strings.Cut(name, "/")
	switch {
	case folder == ".":
		return slices.Contains([]string{"go.mod", "go.sum", "Makefile"}, name)
	case first == "handouts":
		return path.Ext(name) == ".md" && base != "writing-a-lab.md" && base != "grading-a-class.md" // for instructors
	case first == "solutions-skeleton":
		return inLab(folder, base)
	case strings.HasSuffix(name, "_test.go"):
		return students(folder) || first != "grader" && strings.HasPrefix(base, "example")
	case first == "grader":
		// What packages embed has other endings, or none.
		return slices.Contains([]string{"", ".go", ".css", ".js", ".json", ".md", ".sh", ".tmpl", ".yml"}, path.Ext(name))
	}
	return path.Ext(name) == ".go"
}

// students reports whether a folder is of a package that students read, examples
// and tests included.
func students(folder string) bool {
	return slices.Contains([]string{"labrpc", "labs/disk", "labs/simsync", "labs/simsync/points", "labs/trace"}, folder)
}

// inLab reports whether a file of the starter code is one of a lab: a maintainer
// may have others beside them.
func inLab(folder, base string) bool {
	lab, ok := labs.Find(path.Base(folder))
	return ok && folder == "solutions-skeleton/"+lab.Name && (base == "lab_test.go" || slices.Contains(lab.Files, base))
}

// forStudents is the part of the Makefile that works without the staff's tree.
func forStudents(makefile []byte) ([]byte, error) {
	students, rest, ok1 := bytes.Cut(makefile, []byte("##@ For instructors\n"))
	_, build, ok2 := bytes.Cut(rest, []byte("\n.PHONY: build\n"))
	if !ok1 || !ok2 {
		return nil, fmt.Errorf(`the Makefile has no part "##@ For instructors", or no target build behind it: the kit needs what stands around them`)
	}
	return slices.Concat(students, []byte(".PHONY: build\n"), build), nil
}
