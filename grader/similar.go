package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"faultline/grader/internal/handin"
	"faultline/grader/internal/html"
	"faultline/grader/internal/similar"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

type similarFlags struct {
	out, labs, versions string
	earlier             []string
	top                 int
}

func similarCommand() *cobra.Command {
	var f similarFlags
	cmd := &cobra.Command{
		Use:   "similar DIR",
		Short: "Show what the submissions in DIR have in common",
		Long: "Similar compares the submissions of a class, each with each, lab by lab, and shows the pairs that are\n" +
			"most alike and where. Names, comments, layout and the order of functions do not matter. The starter\n" +
			"code and what many submissions have are left out. DIR is as for \"grader grade\".\n\n" +
			"With --versions @, carl@1 and carl@2 are versions of what carl handed in: these are not compared with\n" +
			"each other, and the pair that has most in common stands for carl and somebody else. The classes of earlier\n" +
			"years are compared with this one, not among themselves.\n\n" +
			"It says what is alike, never why: that is for people to find out. It exits with 0, whatever it found.",
		Example: "  grader similar submissions --labs kv\n" +
			"  grader similar submissions --earlier ../2024/class --earlier ../2025/class",
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.top < 1 {
				return fmt.Errorf("--top %d: expected a number from 1 on", f.top)
			}
			root, err := findRoot()
			if err != nil {
				return err
			}
			w := &workshop{root: root, out: cmd.OutOrStdout(), err: cmd.ErrOrStderr()}
			return w.similar(cmd.Context(), args[0], f)
		},
	}
	cmd.Flags().StringVar(&f.out, "out", "out/similar", "folder for similar.html, similar.csv and similar.json")
	cmd.Flags().StringVar(&f.labs, "labs", "", "only these labs, by number or name, separated by commas")
	cmd.Flags().StringArrayVar(&f.earlier, "earlier", nil, "the folder `DIR` of an earlier class; may be given several times")
	cmd.Flags().StringVar(&f.versions, "versions", "", "the `TEXT` between a person's name and a version in the names of submissions")
	cmd.Flags().IntVar(&f.top, "top", similar.DefaultTop, "how many pairs of a lab to show")
	return cmd
}

func (w *workshop) similar(ctx context.Context, dir string, f similarFlags) error {
	wanted, err := wantedLabs(f.labs)
	if err != nil {
		return err
	}
	students, err := w.comparable(dir, f)
	if err != nil {
		return err
	}
	if err := makeFolder(f.out); err != nil {
		return err
	}
	page := html.Similar{Name: filepath.Base(filepath.Clean(dir)), Files: map[string]html.Code{}}
	var found []similar.Lab
	for _, suite := range wanted {
		if err := ctx.Err(); err != nil {
			return err
		}
		class, missing := w.handedIn(suite.Lab, students)
		if !slices.ContainsFunc(class, func(s similar.Submission) bool { return !s.Earlier }) {
			continue
		}
		starter, err := w.solution(suite.Lab, "")
		if err != nil {
			return err
		}
		lab := similar.Compare(class, similar.Options{Starter: starter.Files, Top: f.top})
		lab.Lab, lab.Number, lab.Missing = suite.Lab.Name, suite.Lab.Number, missing
		found = append(found, lab)
		page.Files[suite.Lab.Name] = html.Code{}
		for _, s := range class {
			page.Files[suite.Lab.Name][s.Name] = s.Files
		}
	}
	if len(found) == 0 {
		return fmt.Errorf("%s has no submission of %s: each folder, zip or tar.gz in it is one, with a folder for each lab", dir, labNames(wanted))
	}
	page.Report = similar.NewReport(found)
	return w.writeSimilar(f.out, page)
}

// A compared is a submission that is compared with others.
type compared struct {
	handin.Submission
	name, person string // as in similar.Submission
	earlier      bool
}

// comparable lists the submissions of a class, and those of earlier classes under the
// names of their folders.
func (w *workshop) comparable(dir string, f similarFlags) (all []compared, err error) {
	for _, folder := range append([]string{dir}, f.earlier...) {
		class, err := w.submissions(folder)
		if err != nil {
			return nil, err
		}
		before := ""
		if len(all) > 0 {
			before = filepath.ToSlash(filepath.Clean(folder)) + "/"
		}
		for _, s := range class {
			c := compared{Submission: s, name: before + s.Name, earlier: before != ""}
			if i := strings.LastIndex(s.Name, f.versions); f.versions != "" && i > 0 {
				c.person = before + s.Name[:i]
			}
			all = append(all, c)
		}
	}
	names := map[string]bool{}
	for _, c := range all {
		if names[c.name] {
			return nil, fmt.Errorf("--earlier names the class of %s twice: name each once", shown(c.name))
		}
		names[c.name] = true
	}
	return all, nil
}

// handedIn reads what the class has handed in of a lab, and says who is left out.
func (w *workshop) handedIn(lab labs.Lab, class []compared) (all []similar.Submission, missing []similar.Missing) {
	for _, c := range class {
		sol, err := read(c.Submission, lab)
		switch {
		case err == nil:
			all = append(all, similar.Submission{Name: c.name, Person: c.person, Earlier: c.earlier, Files: sol.Files, Notes: sol.Notes})
		case !c.earlier:
			missing = append(missing, similar.Missing{Name: c.name, Why: cause(err).Error()})
		}
	}
	return all, missing
}

// read takes the solution of a lab out of a submission, without starter code: a
// file that is not there needs none to stand for it.
func read(s handin.Submission, lab labs.Lab) (submission.Solution, error) {
	f, err := handin.Open(s)
	if err != nil {
		return submission.Solution{}, err
	}
	defer f.Close()
	return f.Solution(lab, nil)
}

// labNames is "lab a, lab b".
func labNames(list []suites.Suite) string {
	var names []string
	for _, s := range list {
		names = append(names, "lab "+s.Lab.Name)
	}
	return strings.Join(names, ", ")
}

func (w *workshop) writeSimilar(out string, page html.Similar) error {
	text, err := page.Report.JSON()
	if err != nil {
		return err
	}
	var table, document strings.Builder
	if err := similar.WriteCSV(&table, page.Report); err != nil {
		return err
	}
	if err := html.WriteSimilar(&document, page); err != nil {
		return fmt.Errorf("the page on what is alike: %w", err)
	}
	for name, text := range map[string]string{"json": string(text), "csv": table.String(), "html": document.String()} {
		if err := writeFile(filepath.Join(out, "similar."+name), text); err != nil {
			return err
		}
	}
	if err := similar.Write(w.out, page.Report); err != nil {
		return err
	}
	to := filepath.ToSlash(out)
	fmt.Fprintf(w.out, "\nside by side, in a browser: %s/similar.html (for the staff alone)\n", to)
	fmt.Fprintf(w.out, "for a spreadsheet: %s/similar.csv; for a program: %s/similar.json\n", to, to)
	return nil
}
