package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"faultline/grader/internal/handin"
	"faultline/grader/internal/html"
	"faultline/grader/internal/similar"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

func similarCommand() *cobra.Command {
	var out, only string
	var top int
	cmd := &cobra.Command{
		Use:   "similar DIR",
		Short: "Show what the submissions in DIR have in common",
		Long: "Similar compares the submissions of a class, each with each, lab by lab, and shows the pairs that are\n" +
			"most alike and where. Names, comments, layout and the order of functions do not matter. The starter\n" +
			"code and what many submissions have are left out. DIR is as for \"grader grade\".\n\n" +
			"It says what is alike, never why: that is for people to find out. It exits with 0, whatever it found.",
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if top < 1 {
				return fmt.Errorf("--top %d: expected a number from 1 on", top)
			}
			root, err := findRoot()
			if err != nil {
				return err
			}
			w := &workshop{root: root, out: cmd.OutOrStdout(), err: cmd.ErrOrStderr()}
			return w.similar(args[0], out, only, top)
		},
	}
	cmd.Flags().StringVar(&out, "out", "out/similar", "folder for similar.html and similar.json")
	cmd.Flags().StringVar(&only, "labs", "", "only these labs, by number or name, separated by commas")
	cmd.Flags().IntVar(&top, "top", similar.DefaultTop, "how many pairs of a lab to show")
	return cmd
}

func (w *workshop) similar(dir, out, only string, top int) error {
	wanted, err := wantedLabs(only)
	if err != nil {
		return err
	}
	students, err := w.submissions(dir)
	if err != nil {
		return err
	}
	if err := makeFolder(out); err != nil {
		return err
	}
	page := html.Similar{Name: filepath.Base(filepath.Clean(dir)), Files: map[string]html.Code{}}
	var compared []similar.Lab
	for _, suite := range wanted {
		class, missing := w.handedIn(suite.Lab, students)
		if len(class) == 0 {
			continue
		}
		starter, err := w.solution(suite.Lab, "")
		if err != nil {
			return err
		}
		lab := similar.Compare(class, similar.Options{Starter: starter.Files, Top: top})
		lab.Lab, lab.Number, lab.Missing = suite.Lab.Name, suite.Lab.Number, missing
		compared = append(compared, lab)
		page.Files[suite.Lab.Name] = html.Code{}
		for _, s := range class {
			page.Files[suite.Lab.Name][s.Name] = s.Files
		}
	}
	if len(compared) == 0 {
		return fmt.Errorf("%s has no submission of %s: each folder, zip or tar.gz in it is one, with a folder for each lab", dir, labNames(wanted))
	}
	page.Report = similar.NewReport(compared)
	return w.writeSimilar(out, page)
}

// handedIn reads what the class has handed in of a lab, and says who is left out.
func (w *workshop) handedIn(lab labs.Lab, class []handin.Submission) (all []similar.Submission, missing []similar.Missing) {
	for _, s := range class {
		sol, err := read(s, lab)
		if err != nil {
			missing = append(missing, similar.Missing{Name: s.Name, Why: cause(err).Error()})
			continue
		}
		all = append(all, similar.Submission{Name: s.Name, Files: sol.Files, Notes: sol.Notes})
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
	if err == nil {
		err = writeFile(filepath.Join(out, "similar.json"), string(text))
	}
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := html.WriteSimilar(&b, page); err != nil {
		return fmt.Errorf("the page on what is alike: %w", err)
	}
	if err := writeFile(filepath.Join(out, "similar.html"), b.String()); err != nil {
		return err
	}
	if err := similar.Write(w.out, page.Report); err != nil {
		return err
	}
	to := filepath.ToSlash(out)
	fmt.Fprintf(w.out, "\nside by side, in a browser: %s/similar.html (for the staff alone); for a program: %s/similar.json\n", to, to)
	return nil
}
