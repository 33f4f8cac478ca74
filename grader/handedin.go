package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"faultline/grader/internal/handin"
	"faultline/grader/internal/result"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

// apart refuses a folder of results among the submissions: the next grading would
// take it for one.
func apart(dir, out string) error {
	from, err1 := filepath.Abs(dir)
	to, err2 := filepath.Abs(out)
	if rel, err := filepath.Rel(from, to); err1 == nil && err2 == nil && err == nil && filepath.IsLocal(rel) {
		return fmt.Errorf("--out %s is in %s, where the submissions are: name another folder", filepath.ToSlash(out), filepath.ToSlash(dir))
	}
	return nil
}

// wantedLabs finds the labs of a list that is separated by commas, each once, in their
// order; "" is all of them.
func wantedLabs(only string) ([]suites.Suite, error) {
	if only == "" {
		return findLabs(nil)
	}
	names := strings.Split(only, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	found, err := findLabs(names)
	number := func(s suites.Suite) int { return s.Lab.Number }
	slices.SortFunc(found, func(a, b suites.Suite) int { return cmp.Compare(number(a), number(b)) })
	return slices.CompactFunc(found, func(a, b suites.Suite) bool { return number(a) == number(b) }), err
}

// submissions lists the submissions in dir, and says what else is there: it may be
// one that nobody has unpacked.
func (w *workshop) submissions(dir string) ([]handin.Submission, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file: name a folder that has a folder for each submission; unpack an archive of the class first", dir)
	}
	all, notes, err := handin.List(dir)
	if err != nil && cause(err) != err {
		return nil, fmt.Errorf("cannot read %s (%w): name a folder that has a folder for each submission", dir, cause(err))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	for _, note := range notes {
		fmt.Fprintf(w.err, "note: %s: %s\n", dir, note)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s has no submissions: each folder, zip or tar.gz in it is one", dir)
	}
	for _, s := range all {
		if len(s.Name) > maxName {
			return nil, fmt.Errorf("%s has the name of a submission of more than %d bytes: give it a shorter one",
				filepath.Join(dir, filepath.Base(s.Path)), maxName)
		}
		if reserved(s.Name) {
			return nil, fmt.Errorf("%s: the staff's reports have this name: call the submission something else",
				filepath.Join(dir, filepath.Base(s.Path)))
		}
	}
	return all, nil
}

// maxName is how long the name of a submission may be. Most file systems have names of
// up to 255 bytes, and what we write of a submission is called its name and a little more.
const maxName = 200

// reserved reports whether a name is that of the staff's folder, or of the index in
// it.
func reserved(name string) bool {
	return strings.EqualFold(name, staffFolder) || strings.EqualFold(name+".html", indexPage)
}

// onRoster adds those of the class who handed in nothing. A roster is a file with
// a name on each line; "" is none.
func onRoster(all []handin.Submission, file string) ([]handin.Submission, error) {
	if file == "" {
		return all, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s (%w): name a file with a name of the class on each line", filepath.ToSlash(file), cause(err))
	}
	handedIn := map[string]string{} // by the name in small letters
	for _, s := range all {
		handedIn[strings.ToLower(s.Name)] = s.Name
	}
	listed := map[string]int{} // on which line
	for i, name := range strings.Split(strings.TrimPrefix(string(text), "\ufeff"), "\n") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		small := strings.ToLower(name)
		there, known := handedIn[small]
		if err := rosterName(name, there, listed[small]); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", filepath.ToSlash(file), i+1, err)
		}
		listed[small] = i + 1
		if !known {
			all = append(all, handin.Submission{Name: name})
		}
	}
	if len(listed) == 0 {
		return nil, fmt.Errorf("%s names nobody: write a name of the class on each line", filepath.ToSlash(file))
	}
	slices.SortFunc(all, func(a, b handin.Submission) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// rosterName says what is wrong with a name of a roster. Somebody may have handed in
// under the name there, "" for nobody, and it may stand on an earlier line, 0 for none.
func rosterName(name, there string, line int) error {
	switch {
	case !utf8.ValidString(name):
		return fmt.Errorf("%q is no text in UTF-8: save the file in that encoding", name)
	case !filepath.IsLocal(name) || strings.ContainsAny(name, `/\`) || name[0] == '.' || reserved(name):
		return fmt.Errorf("%q cannot be the name of a submission's folder", name)
	case len(name) > maxName:
		return fmt.Errorf("%q is longer than %d bytes: give the submission a shorter name", name, maxName)
	case line > 0:
		return fmt.Errorf("%q stands on line %d already: each of the class needs a name of their own", name, line)
	case there != "" && there != name:
		return fmt.Errorf("%q handed in as %q: write the name as that of the submission", name, there)
	}
	return nil
}

// gist says in a few words what became of a solution.
func gist(r *result.Result) string {
	if len(r.Refused) > 0 {
		c := r.Cases()[0]
		return fmt.Sprintf("%s: %s", c.Verdict, r.Refused[0])
	}
	counts := map[labs.Verdict]int{}
	for _, c := range r.Cases() {
		counts[c.Verdict]++
	}
	if counts[labs.Pass] == len(r.Cases()) {
		return "everything passed"
	}
	var parts []string
	first := ""
	for _, c := range r.Cases() {
		if n := counts[c.Verdict]; n > 0 && c.Verdict != labs.Pass {
			parts = append(parts, fmt.Sprintf("%d %s", n, c.Verdict))
			counts[c.Verdict] = 0
		}
		if first == "" && c.Verdict != labs.Pass {
			first = c.Title
		}
	}
	return strings.Join(parts, ", ") + "; first: " + first
}
