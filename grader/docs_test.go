package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/report"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/simsync/points"
	"faultline/labs/trace"
)

// The tree, seen from the folder of these tests.
const docRoot = ".."

// A docPage is a page of prose that people read.
type docPage struct {
	path string // from the root
	text string
}

// docPages are the README and the handouts.
func docPages(t *testing.T) []docPage {
	t.Helper()
	handouts, err := filepath.Glob(filepath.Join(docRoot, "handouts", "*.md"))
	if err != nil || len(handouts) == 0 {
		t.Fatalf("no handouts: %v", err)
	}
	var pages []docPage
	for _, file := range append(handouts, filepath.Join(docRoot, "README.md")) {
		path, err := filepath.Rel(docRoot, file)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, docPage{filepath.ToSlash(path), docRead(t, path)})
	}
	return pages
}

func docRead(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(docRoot, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// docHandout reads the handout of a lab.
func docHandout(t *testing.T, lab labs.Lab) string {
	t.Helper()
	return docRead(t, fmt.Sprintf("handouts/%02d-%s.md", lab.Number, lab.Name))
}

func TestHandoutsHaveTheTablesOfTheSuites(t *testing.T) {
	const head = "| case | points | what must hold |"
	for _, s := range suites.All() {
		for _, stage := range s.Lab.Stages {
			t.Run(fmt.Sprintf("lab %d stage %s", s.Lab.Number, stage.Letter), func(t *testing.T) {
				_, section, found := strings.Cut(docHandout(t, s.Lab), "\n## Stage "+stage.Letter+": "+stage.Title+"\n")
				if !found {
					t.Fatalf("the handout has no heading %q", "## Stage "+stage.Letter+": "+stage.Title)
				}
				section, _, _ = strings.Cut(section, "\n## ")
				_, table, found := strings.Cut(section, head+"\n|---|---|---|\n")
				if !found {
					t.Fatalf("the stage has no table %q", head)
				}
				table, _, _ = strings.Cut(table, "\n\n")
				var want []string
				for _, c := range s.Cases {
					if c.Stage == stage.Letter {
						want = append(want, fmt.Sprintf("| %s | %d | %s |", c.Name, c.Points, c.Title))
					}
				}
				if diff := cmp.Diff(want, strings.Split(table, "\n")); diff != "" {
					t.Errorf("the table is not the suite's (- suite, + handout):\n%s", diff)
				}
			})
		}
	}
}

func TestHandoutsListTheImportsThatTheGraderAllows(t *testing.T) {
	for _, lab := range labs.All() {
		list := regexp.MustCompile(`(?s)You may import (.*?)\.`).FindStringSubmatch(docHandout(t, lab))
		if list == nil {
			t.Errorf("lab %d: no sentence \"You may import …\"", lab.Number)
			continue
		}
		var got []string
		for _, span := range docSpan.FindAllStringSubmatch(list[1], -1) {
			got = append(got, span[1])
		}
		if diff := cmp.Diff(lab.Imports, got); diff != "" {
			t.Errorf("lab %d (- allowed, + handout):\n%s", lab.Number, diff)
		}
	}
}

func TestTheSetupNamesTheFilesThatTheGraderTakes(t *testing.T) {
	lab := labs.All()[0]
	list := regexp.MustCompile(`(?s)Lab 1 takes (.*?)from your folder`).FindStringSubmatch(docRead(t, "handouts/00-setup.md"))
	if list == nil {
		t.Fatal("no sentence \"Lab 1 takes … from your folder\"")
	}
	var got []string
	for _, span := range docSpan.FindAllStringSubmatch(list[1], -1) {
		got = append(got, span[1])
	}
	if diff := cmp.Diff(lab.Files, got); diff != "" {
		t.Errorf("- taken, + handout:\n%s", diff)
	}
}

func TestHandoutsSayWhatARunMayTake(t *testing.T) {
	mebibytes := func(n int) string { return fmt.Sprintf("%d MiB", n>>20) }
	events := fmt.Sprintf("%d,%03d events", machine.EventLimit/1000, machine.EventLimit%1000)
	for _, claim := range []struct{ page, where, limit string }{
		{"reading-a-failure.md", "| `stuck` |", fmt.Sprintf(" took %d million steps ", points.RoundLimit/1_000_000)},
		{"reading-a-failure.md", "| `stuck` |", fmt.Sprintf(" computed for %g s ", machine.CPULimit.Seconds())},
		{"reading-a-failure.md", "| `memory` |", " more than " + mebibytes(machine.MemoryLimit) + " "},
		{"reading-a-failure.md", "| `output` |", " more than " + mebibytes(machine.OutputLimit) + ", "},
		{"reading-a-failure.md", "| `output` |", " caused " + events + " or " + mebibytes(machine.EventBytes) + " of them "},
		{"00-setup.md", "time, between the packets", " less than " + mebibytes(machine.OutputLimit) + "."},
	} {
		lines := strings.Split(docRead(t, "handouts/"+claim.page), "\n")
		i := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, claim.where) })
		if i < 0 {
			t.Errorf("%s: no line begins %q", claim.page, claim.where)
		} else if !strings.Contains(lines[i], claim.limit) {
			t.Errorf("%s: the line %q does not say %q", claim.page, claim.where, claim.limit)
		}
	}
}

func TestHandoutsSayWhatAStageIsWorth(t *testing.T) {
	for _, s := range suites.All() {
		for _, stage := range s.Lab.Stages {
			points := 0
			for _, c := range s.Cases {
				if c.Stage == stage.Letter {
					points += c.Points
				}
			}
			row := regexp.MustCompile(fmt.Sprintf(`(?m)^\| \[%s\]\(.*\) \| .* \| %d \| .* \|$`, stage.Letter, points))
			if !row.MatchString(docHandout(t, s.Lab)) {
				t.Errorf("lab %d: no row of the first table says that stage %s has %d points", s.Lab.Number, stage.Letter, points)
			}
		}
	}
}

func TestEveryWordOfAReportIsExplained(t *testing.T) {
	page := docRead(t, "handouts/reading-a-failure.md")
	for _, source := range []string{"labs/verdict.go", "labs/trace/event.go"} {
		words := docConstants(t, source)
		if len(words) < 10 {
			t.Errorf("%s: only %d constants found", source, len(words))
		}
		for _, word := range words {
			if !strings.Contains(page, "\n| `"+word+"` | ") {
				t.Errorf("no row explains %q of %s", word, source)
			}
		}
	}
}

func TestEveryFieldOfAReportIsExplained(t *testing.T) {
	page := docRead(t, "handouts/reading-a-failure.md")
	fields := map[string]bool{}
	row := regexp.MustCompile(`(?m)^  \w+ +\S+ +\d+/\d+ .*$`) // of a case
	for _, golden := range docReports(t) {
		golden = row.ReplaceAllString(golden, "")
		for _, field := range regexp.MustCompile(`(?m)^  ([a-z]+) +\S`).FindAllStringSubmatch(golden, -1) {
			fields[field[1]] = true
		}
	}
	if len(fields) < 10 {
		t.Errorf("the reports have only the fields %v", fields)
	}
	for field := range fields {
		if !strings.Contains(page, "\n| **"+field+"** | ") {
			t.Errorf("no row explains the field %q of a report", field)
		}
	}
}

// docReports are the texts that TestReports holds the grader to, by name.
func docReports(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "reports", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no reports: %v", err)
	}
	reports := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		reports[strings.TrimSuffix(filepath.Base(file), ".txt")] = string(text)
	}
	return reports
}

// docMutantReports are the texts that the selftest holds the grader to, by lab and
// mutant.
func docMutantReports(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(docRoot, "labs", "internal", "staff", "*", "reports", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	reports := map[string]string{}
	for _, file := range files {
		lab := filepath.Base(filepath.Dir(filepath.Dir(file)))
		path, _ := filepath.Rel(docRoot, file)
		reports[lab+"/"+strings.TrimSuffix(filepath.Base(file), ".txt")] = docRead(t, path)
	}
	return reports
}

// docExcerpt is a block of text, with the report that it is from, if any.
var docExcerpt = regexp.MustCompile("(?ms)^(?:<!-- report: ([\\w/-]+) -->\n)?```text\n(.*?)^```$")

// Where the grader changes what it prints, its goldens change, and this test
// names the pages that still show the old text.
func TestExcerptsOfReportsAreWhatTheGraderPrints(t *testing.T) {
	reports := docReports(t)
	maps.Copy(reports, docMutantReports(t))
	for _, page := range docPages(t) {
		named := 0
		for _, block := range docExcerpt.FindAllStringSubmatch(page.text, -1) {
			name, excerpt := block[1], block[2]
			first, _, _ := strings.Cut(excerpt, "\n")
			if name == "" {
				if docBeginsReport(first) {
					t.Errorf("%s: no <!-- report: NAME --> above the block that begins %q", page.path, first)
				}
				continue
			}
			named++
			if report, ok := reports[name]; !ok {
				t.Errorf("%s: there is no report %s, neither in testdata/reports nor of a mutant", page.path, name)
			} else if err := docIsExcerpt(report, excerpt); err != nil {
				t.Errorf("%s: report %s: %v", page.path, name, err)
			}
		}
		if comments := strings.Count(page.text, "<!-- report:"); comments != named {
			t.Errorf("%s: %d comments name a report, but only %d stand right above a block of text",
				page.path, comments, named)
		}
	}
}

// docBeginsReport says whether a line is the first of a report or of a failure.
func docBeginsReport(line string) bool {
	return strings.HasPrefix(line, "lab ") || strings.HasPrefix(line, "FAIL")
}

// docIsExcerpt wants the lines of an excerpt in the report, one after the other;
// a line "..." stands for lines that are left out.
func docIsExcerpt(report, excerpt string) error {
	rest := strings.Split(report, "\n")
	var part []string
	for line := range strings.SplitSeq(excerpt+"...", "\n") {
		if strings.TrimSpace(line) != "..." {
			part = append(part, line)
			continue
		}
		for len(rest) >= len(part) && !slices.Equal(rest[:len(part)], part) {
			rest = rest[1:]
		}
		if len(rest) < len(part) {
			return fmt.Errorf("it does not have, or not there, these lines:\n%s", strings.Join(part, "\n"))
		}
		rest, part = rest[len(part):], nil
	}
	return nil
}

// docDrawn is a sequence diagram, with the report whose trace it draws.
var docDrawn = regexp.MustCompile("(?ms)^<!-- diagram: ([\\w/-]+) -->\n```mermaid\n(.*?)^```$")

func TestDiagramsOfReportsAreWhatTheGraderDraws(t *testing.T) {
	reports := docMutantReports(t)
	for _, page := range docPages(t) {
		drawn := docDrawn.FindAllStringSubmatch(page.text, -1)
		for _, block := range drawn {
			if want := report.Diagram(docTrace(t, reports[block[1]])); block[2] != want {
				t.Errorf("%s: of %s the grader draws\n%s", page.path, block[1], want)
			}
		}
		if comments := strings.Count(page.text, "<!-- diagram:"); comments != len(drawn) {
			t.Errorf("%s: %d comments name a diagram, but only %d stand right above one", page.path, comments, len(drawn))
		}
	}
}

// docTrace reads the trace of a report, whose long lines are folded.
func docTrace(t *testing.T, text string) (events []trace.Event) {
	t.Helper()
	_, text, found := strings.Cut(text, "\n  trace ")
	text, _, ended := strings.Cut(text, "\n  again ")
	if !found || !ended {
		t.Fatal("there is no such report, or it has no trace")
	}
	timed := regexp.MustCompile(`^\d+\.\d{6}s `)
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if timed.MatchString(line) {
			lines = append(lines, line)
		} else {
			lines[len(lines)-1] += " " + line
		}
	}
	for _, line := range lines {
		e, err := trace.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

func TestAnExcerptThatIsNotOfTheReportIsFound(t *testing.T) {
	const report = "one\ntwo\n  three\nfour\n"
	for _, right := range []string{report, "two\n", "one\n...\nfour\n", "...\n  three\n  ...\n"} {
		if err := docIsExcerpt(report, right); err != nil {
			t.Errorf("%q: %v", right, err)
		}
	}
	for _, wrong := range []string{
		"five\n", "two\none\n", "one\n  three\n", "three\n", "four\n...\none\n", "two\n...\ntwo\n",
	} {
		if docIsExcerpt(report, wrong) == nil {
			t.Errorf("%q passes for an excerpt of %q", wrong, report)
		}
	}
}

// docConstants lists the values of the string constants of a file.
func docConstants(t *testing.T, path string) (values []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, docRead(t, path), 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		decl, ok := n.(*ast.GenDecl)
		if !ok || decl.Tok != token.CONST {
			return true
		}
		for _, spec := range decl.Specs {
			for _, value := range spec.(*ast.ValueSpec).Values {
				if lit, ok := value.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					s, _ := strconv.Unquote(lit.Value)
					values = append(values, s)
				}
			}
		}
		return false
	})
	return values
}

var (
	docLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	docSpan    = regexp.MustCompile("`([^`\n]+)`")
	docFence   = regexp.MustCompile("(?ms)^```(\\w*)(?: \\S+)?\n(.*?)^```$") // a file's name may follow its language
	docHeading = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// docProse is a page without its fenced blocks.
func docProse(text string) string { return docFence.ReplaceAllString(text, "") }

func TestRelativeLinksLeadSomewhere(t *testing.T) {
	for _, page := range docPages(t) {
		links := docLink.FindAllStringSubmatch(docProse(page.text), -1)
		if len(links) == 0 {
			t.Errorf("%s has no link", page.path)
		}
		for _, link := range links {
			path, anchor, _ := strings.Cut(link[1], "#")
			if strings.HasPrefix(path, "https://") {
				continue
			}
			target := page.path
			if path != "" {
				target = filepath.Join(filepath.Dir(page.path), path)
			}
			if _, err := os.Stat(filepath.Join(docRoot, target)); err != nil {
				t.Errorf("%s: link to %s: there is no %s", page.path, link[1], target)
			} else if anchor != "" && !slices.Contains(docAnchors(docRead(t, target)), anchor) {
				t.Errorf("%s: link to %s: %s has no such heading", page.path, link[1], target)
			}
		}
	}
}

// docAnchors are the names under which a page's headings can be linked to.
func docAnchors(text string) (anchors []string) {
	other := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	for _, h := range docHeading.FindAllStringSubmatch(docProse(text), -1) {
		name := other.ReplaceAllString(strings.ToLower(h[1]), "")
		anchors = append(anchors, strings.ReplaceAll(name, " ", "-"))
	}
	return anchors
}

func TestEveryCommandInTheProseIsKnown(t *testing.T) {
	known := docCommands{makefile: docRead(t, "Makefile"), help: docHelp(t)}
	for _, page := range docPages(t) {
		for _, line := range docCommandLines(page.text) {
			if err := known.check(line); err != nil {
				t.Errorf("%s: %q: %v", page.path, line, err)
			}
		}
	}
}

func TestACommandThatDoesNotExistIsFound(t *testing.T) {
	known := docCommands{makefile: docRead(t, "Makefile"), help: docHelp(t)}
	for _, line := range []string{
		"make nothing", "make lab-1 STEED=7", "grader tset 1", "grader test 1 --sed 7", "rm -rf out", "go run ./grader",
	} {
		if known.check(line) == nil {
			t.Errorf("%q passes for a command", line)
		}
	}
}

// docCommandLines are what a page tells people to type: the lines of its shell
// fences, and what begins like one of our commands between backquotes.
func docCommandLines(text string) (lines []string) {
	add := func(line string) {
		line, _, _ = strings.Cut(line, " #")
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	for _, fence := range docFence.FindAllStringSubmatch(text, -1) {
		for line := range strings.SplitSeq(fence[2], "\n") {
			if typed, ok := strings.CutPrefix(line, "$ "); fence[1] == "console" && ok {
				add(typed)
			} else if fence[1] == "sh" {
				add(line)
			}
		}
	}
	for _, span := range docSpan.FindAllStringSubmatch(docProse(text), -1) {
		program, _, several := strings.Cut(span[1], " ")
		if several && (program == "make" || program == "grader" || strings.HasPrefix(span[1], "go run ./grader ")) &&
			!strings.HasPrefix(span[1], "make: ") {
			add(span[1])
		}
	}
	return lines
}

// docCommands know what can be typed.
type docCommands struct {
	makefile string
	help     map[string]string // what the grader says of itself, by command
}

// docHelp builds the grader and asks it.
func docHelp(t *testing.T) map[string]string {
	t.Helper()
	grader := filepath.Join(t.TempDir(), "grader")
	if text, err := exec.Command("go", "build", "-o", grader, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, text)
	}
	ask := func(args ...string) string {
		text, err := exec.Command(grader, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("grader %q: %v\n%s", args, err, text)
		}
		return string(text)
	}
	help := map[string]string{}
	_, commands, _ := strings.Cut(ask("--help"), "Available Commands:\n")
	commands, _, _ = strings.Cut(commands, "\n\n")
	for line := range strings.SplitSeq(commands, "\n") {
		name := strings.Fields(line)[0]
		help[name] = ask(name, "--help")
	}
	return help
}

func (k docCommands) check(line string) error {
	words := strings.Fields(line)
	switch {
	case words[0] == "make":
		return k.checkMake(words[1:])
	case words[0] == "grader", words[0] == ".bin/grader":
		return k.checkGrader(words[1:])
	case strings.HasPrefix(line, "go run ./grader"):
		return k.checkGrader(words[3:])
	case words[0] == "go" && len(words) > 1 && slices.Contains([]string{"test", "version"}, words[1]),
		words[0] == "cd", strings.HasPrefix(line, "git clone "):
		return nil
	}
	return fmt.Errorf("nobody says that this command exists")
}

// checkMake holds targets against the rules of the Makefile, and variables
// against those that it uses.
func (k docCommands) checkMake(words []string) error {
	for _, word := range words {
		if name, _, variable := strings.Cut(word, "="); variable {
			if !strings.Contains(k.makefile, "$("+name+")") {
				return fmt.Errorf("the Makefile does not use %s", name)
			}
			continue
		}
		rule := regexp.QuoteMeta(word)
		if lab, n, ok := strings.Cut(word, "-"); ok && n != "" {
			rule += "|" + regexp.QuoteMeta(lab) + "-%"
		}
		if !regexp.MustCompile(`(?m)^(` + rule + `):`).MatchString(k.makefile) {
			return fmt.Errorf("the Makefile has no target %s", word)
		}
	}
	return nil
}

// checkGrader holds a command and its flags against what the grader says of
// itself.
func (k docCommands) checkGrader(words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("no command of the grader")
	}
	help, ok := k.help[words[0]]
	if !ok {
		return fmt.Errorf("the grader has no command %s", words[0])
	}
	for _, word := range words[1:] {
		flag, _, _ := strings.Cut(word, "=")
		if strings.HasPrefix(flag, "-") && !regexp.MustCompile(`(?m)^ .*`+regexp.QuoteMeta(flag)+`\b`).MatchString(help) {
			return fmt.Errorf("grader %s has no flag %s", words[0], flag)
		}
	}
	return nil
}

// docDiagram is what a line of a sequence diagram may be. A semicolon would end
// its statement and a # begin an entity, so texts have neither.
var docDiagram = regexp.MustCompile(`^(participant \w+( as [^;#]+)?|` +
	`\w+(->>|-->>|-x|--x)\w+: [^;#]+|Note (over|left of|right of) \w+(,\w+)?: [^;#]+)$`)

func TestMermaidBlocksAreDiagrams(t *testing.T) {
	kinds := []string{"sequenceDiagram", "flowchart", "stateDiagram-v2", "gantt"}
	found := 0
	for _, page := range docPages(t) {
		for _, fence := range docFence.FindAllStringSubmatch(page.text, -1) {
			if fence[1] != "mermaid" {
				continue
			}
			found++
			lines := strings.Split(strings.TrimSpace(fence[2]), "\n")
			if kind := strings.Fields(lines[0])[0]; !slices.Contains(kinds, kind) {
				t.Errorf("%s: a Mermaid block begins with %q, which is none of %q", page.path, kind, kinds)
			} else if kind != "sequenceDiagram" {
				continue
			}
			for _, line := range lines[1:] {
				if !docDiagram.MatchString(strings.TrimSpace(line)) {
					t.Errorf("%s: no statement of a sequence diagram: %s", page.path, line)
				}
			}
		}
	}
	if found == 0 {
		t.Error("no Mermaid block in any page")
	}
}
