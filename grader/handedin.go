package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"faultline/labs"
)

// labFolder is where a submission has its solution of a lab: the folder of the lab's
// name, or the submission's own folder, if that holds the lab's files. A link is no
// folder: it may lead into somebody else's submission.
func labFolder(submission string, lab labs.Lab) (string, error) {
	dir := filepath.Join(submission, lab.Name)
	switch info, err := os.Lstat(dir); {
	case errors.Is(err, fs.ErrNotExist) && mostlyOf(submission) == lab.Name:
		return submission, nil
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("%s has neither a folder %s nor its files", submission, lab.Name)
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", fmt.Errorf("%s is not a folder, and a link is not followed", dir)
	}
	return dir, nil
}

// mostlyOf is the lab of which a folder has the most files, "" if of none. Two
// labs may have a file of the same name, and a single lab needs no folder.
func mostlyOf(dir string) string {
	name, most := "", 0
	for _, lab := range labs.All() {
		n := 0
		for _, file := range lab.Files {
			if _, err := os.Lstat(filepath.Join(dir, file)); err == nil {
				n++
			}
		}
		if n > most {
			name, most = lab.Name, n
		}
	}
	return name
}
