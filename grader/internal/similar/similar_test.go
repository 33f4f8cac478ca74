package similar_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/schematest"
	"faultline/grader/internal/similar"
	"faultline/labs"
)

func TestACopyStaysAlikeWhenOnlyItsLooksChange(t *testing.T) {
	for _, lab := range labs.All() {
		ref, starter := reference(t, lab), starterOf(t, lab)
		for _, change := range []struct {
			title string
			code  files
		}{
			{"nothing changes", ref},
			{"every name changes", each(ref, renamed)},
			{"functions change places", each(ref, reordered)},
			{"the layout changes", each(ref, reformatted)},
			{"comments change", each(ref, commented)},
			{"all files become one", merged(t, ref)},
			{"all of that", merged(t, each(each(each(ref, commented), renamed), reordered))},
		} {
			t.Run(lab.Name+": "+change.title, func(t *testing.T) {
				got := similar.Compare([]similar.Submission{{Name: "anna", Files: ref}, {Name: "bert", Files: change.code}},
					similar.Options{Starter: starter})
				p := pairOf(got, "anna", "bert")
				if p.Left.Percent < 99 || p.Right.Percent < 99 {
					t.Errorf("%d %% and %d %% alike, want all", p.Left.Percent, p.Right.Percent)
				}
				if p.Only != p.Symbols {
					t.Errorf("%d of %d symbols are in no other submission, and there is none", p.Only, p.Symbols)
				}
			})
		}
	}
}

func TestABugInACopyHidesNothing(t *testing.T) {
	lab := labs.All()[0]
	class := []similar.Submission{{Name: "anna", Files: reference(t, lab)}}
	for _, name := range []string{"once-no-dedupe", "window-of-one", "mailbox-stack"} {
		class = append(class, similar.Submission{Name: name, Files: altered(t, lab, "mutants", name)})
	}
	got := similar.Compare(class, similar.Options{Starter: starterOf(t, lab)})
	if len(got.Pairs) != 6 {
		t.Fatalf("%d pairs are alike, want all 6", len(got.Pairs))
	}
	for _, p := range got.Pairs {
		if p.Percent() < 90 {
			t.Errorf("%s and %s are %d %% alike, want 90 or more", p.Left.Name, p.Right.Name, p.Percent())
		}
	}
}

// These four were chosen because they were measured to be low: they have the least
// of the reference's text, which is still a third in two of them. Of the other variants, which are edits of it, most are
// above 90 %. So this guards against a change that makes all Go alike; it is no
// measurement of honest work in a class.
func TestVariantsWithLittleOfTheReferenceStayLow(t *testing.T) {
	lab := labs.All()[0]
	for variant, file := range map[string]string{
		"file-block-by-block":   "endtoend.go",
		"generals-repeat":       "generals.go",
		"mailbox-semaphores":    "mailbox.go",
		"member-gossips":        "membership.go",
		"no variant, other lab": "stopandwait.go",
	} {
		t.Run(variant, func(t *testing.T) {
			one := files{file: reference(t, lab)[file]}
			other := reference(t, labs.All()[1])
			if !strings.HasPrefix(variant, "no variant") {
				other = files{file: altered(t, lab, "variants", variant)[file]}
			}
			got := similar.Compare([]similar.Submission{{Name: "anna", Files: one}, {Name: "bert", Files: other}},
				similar.Options{Starter: starterOf(t, lab)})
			if p := pairOf(got, "anna", "bert"); p.Percent() > 35 {
				t.Errorf("%d %% alike, want at most 35: %v", p.Percent(), p.Passages)
			}
		})
	}
}

func TestAPlantedCopyIsAtTheTopOfAClass(t *testing.T) {
	var class []similar.Submission
	for i := range 100 {
		class = append(class, similar.Submission{Name: fmt.Sprintf("s%02d", i), Files: invented(uint64(i), 20)})
	}
	class[71].Files = each(each(class[13].Files, renamed), reordered)
	// A third of it, at the end of work of one's own.
	part := strings.Join(strings.SplitAfter(string(class[40].Files["mailbox.go"]), "\n}\n")[13:], "")
	class[62].Files = files{"mailbox.go": append(class[62].Files["mailbox.go"], part...)}

	got := similar.Compare(class, similar.Options{})
	if len(got.Pairs) < 3 {
		t.Fatalf("%d pairs", len(got.Pairs))
	}
	for i, want := range [][2]string{{"s13", "s71"}, {"s40", "s62"}} {
		if p := got.Pairs[i]; p.Left.Name != want[0] || p.Right.Name != want[1] {
			t.Errorf("place %d is of %s and %s (%d %%), want %v", i+1, p.Left.Name, p.Right.Name, p.Percent(), want)
		}
	}
	if p := got.Pairs[0]; p.Left.Percent < 99 || p.Right.Percent < 99 {
		t.Errorf("the copy is %d %% and %d %% alike", p.Left.Percent, p.Right.Percent)
	}
	if p := got.Pairs[1]; p.Left.Percent < 20 {
		t.Errorf("the third that was copied is %d %% alike", p.Left.Percent)
	}
	if p := got.Pairs[2]; p.Percent() > 10 || got.Median > 5 {
		t.Errorf("honest work is up to %d %% alike, half of it %d %%", p.Percent(), got.Median)
	}
}

// Two versions of one person are alike, and nobody is to look at that; of the pairs
// that they make with somebody else the one that is most alike stands for both.
func TestVersionsOfOnePersonCountAsOne(t *testing.T) {
	early, late := invented(1, 8), invented(1, 12)
	class := []similar.Submission{
		{Name: "anna@1", Person: "anna", Files: early}, {Name: "anna@2", Person: "anna", Files: late},
		{Name: "bert", Files: each(late, renamed)}, {Name: "carl", Files: invented(2, 12)},
	}
	for i := range 9 { // versions are not many people
		class = append(class, similar.Submission{Name: fmt.Sprintf("dora@%d", i), Person: "dora", Files: invented(3, 8+i)})
	}
	got := similar.Compare(class, similar.Options{})
	if got.Compared != 6 { // four persons
		t.Errorf("%d pairs are compared, want 6", got.Compared)
	}
	p := pairOf(got, "anna@2", "bert")
	if p.Left.Percent != 100 || p.Only*10 < p.Symbols*8 { // the rest is chance
		t.Errorf("anna's second version and bert: %+v", p)
	}
	for _, p := range got.Pairs {
		if p.Left.Name[:4] == p.Right.Name[:4] || p.Left.Name == "anna@1" && p.Right.Name == "bert" {
			t.Errorf("%s and %s are reported", p.Left.Name, p.Right.Name)
		}
	}
	for _, s := range got.Submissions {
		if len(s.Notes) > 0 {
			t.Errorf("%s: %q", s.Name, s.Notes)
		}
	}
}

func TestEarlierClassesAreComparedWithThisOneOnly(t *testing.T) {
	class := []similar.Submission{
		{Name: "2025/anna", Earlier: true, Files: invented(1, 12)}, {Name: "2025/bert", Earlier: true, Files: each(invented(1, 12), renamed)},
		{Name: "carl", Files: each(invented(1, 12), reordered)}, {Name: "dora", Files: invented(2, 12)},
	}
	got := similar.Compare(class, similar.Options{})
	if got.Compared != 5 || pairOf(got, "2025/anna", "2025/bert").Symbols > 0 {
		t.Errorf("the earlier class is compared with itself: %d pairs", got.Compared)
	}
	for _, name := range []string{"2025/anna", "2025/bert"} {
		if p := pairOf(got, name, "carl"); p.Percent() < 99 {
			t.Errorf("carl's copy of %s is %d %% alike", name, p.Percent())
		}
	}
}

func TestWhatMoreHaveWeighsLess(t *testing.T) {
	var class []similar.Submission
	for i := range 40 {
		own := string(invented(uint64(i), 10)["mailbox.go"])
		for group, part := range map[int]string{2: "two", 5: "five", 9: "nine"} {
			if i < group {
				shared := invented(uint64(1000+group), 10)["mailbox.go"]
				own += "\n" + strings.ReplaceAll(string(shared), "package queue", "// "+part)
			}
		}
		class = append(class, similar.Submission{Name: fmt.Sprintf("s%02d", i), Files: files{"mailbox.go": []byte(own)}})
	}
	got := similar.Compare(class, similar.Options{Top: 1000})
	two, five, nine := pairOf(got, "s00", "s01"), pairOf(got, "s03", "s04"), pairOf(got, "s07", "s08")
	if two.Weighted <= five.Weighted || five.Weighted <= nine.Weighted {
		t.Errorf("weighted: of two %d %%, of five %d %%, of nine %d %%", two.Weighted, five.Weighted, nine.Weighted)
	}
	if nine.Percent() < 40 || nine.Weighted > nine.Percent()*6/10 {
		t.Errorf("of nine: %d %%, weighted %d %%", nine.Percent(), nine.Weighted)
	}
	if two := similar.Compare(class[:2], similar.Options{}).Pairs[0]; two.Weighted != two.Percent() {
		t.Errorf("of two alone: %d %%, weighted %d %%", two.Percent(), two.Weighted)
	}
}

func TestStarterCodeAloneIsNotAlike(t *testing.T) {
	for _, lab := range labs.All() {
		starter := starterOf(t, lab)
		got := similar.Compare([]similar.Submission{
			{Name: "anna", Files: starter},
			{Name: "bert", Files: each(starter, reformatted)},
			{Name: "carl", Files: reference(t, lab)},
		}, similar.Options{Starter: starter})
		if got.Alike != 0 {
			t.Errorf("%s: %d pairs are alike, the first %+v", lab.Name, got.Alike, got.Pairs[0])
		}
		for _, s := range got.Submissions[:2] {
			if s.Own != 0 || !slices.Contains(s.Notes, "has nothing to compare beside the starter code") {
				t.Errorf("%s: %+v", lab.Name, s)
			}
		}
	}
}

func TestWhatManyHaveIsNotAlike(t *testing.T) {
	shown := invented(1000, 8)["mailbox.go"] // in the lecture
	class := func(with, n int) (all []similar.Submission) {
		for i := range n {
			code := invented(uint64(i), 8)["mailbox.go"]
			if i < with {
				code = append(code, bytes.ReplaceAll(shown, []byte("package queue"), nil)...)
			}
			all = append(all, similar.Submission{Name: fmt.Sprintf("s%02d", i), Files: files{"mailbox.go": code}})
		}
		return all
	}
	if got := similar.Compare(class(5, 12), similar.Options{}); got.Alike < 10 || got.Pairs[9].Percent() < 40 {
		t.Errorf("a group of five is not seen: %d pairs are alike", got.Alike)
	}
	for _, p := range similar.Compare(class(12, 12), similar.Options{}).Pairs {
		if p.Percent() > 15 {
			t.Errorf("%s and %s are %d %% alike in what all have", p.Left.Name, p.Right.Name, p.Percent())
		}
	}
}

func TestAGroupThatHidesItselfHasANote(t *testing.T) {
	var class []similar.Submission
	for i := range 7 {
		class = append(class, similar.Submission{Name: fmt.Sprint(i), Files: invented(1, 10)})
	}
	got := similar.Compare(class, similar.Options{})
	for _, s := range got.Submissions {
		if len(s.Notes) != 1 || !strings.HasPrefix(s.Notes[0], "most of it is in more than 5 submissions, and is not compared") {
			t.Errorf("%s: notes %q", s.Name, s.Notes)
		}
	}
}

func TestEveryRunOfThePromisedLengthIsFound(t *testing.T) {
	const promised = similar.DefaultK + similar.DefaultWindow - 1
	// Operators and the same operand in turn: n symbols, of which half are drawn.
	run := func(seed uint64, n int) string {
		draw := rand.New(rand.NewPCG(seed, 2))
		var b strings.Builder
		for range n / 2 {
			b.WriteString([]string{"+", "-", "*", "/", "&", "|", "<<", ">>"}[draw.IntN(8)] + "x")
		}
		return b.String()
	}
	for seed := range uint64(200) {
		shared := "+" + run(seed, promised-1)[1:] + "%" // an odd number
		one := "package p\nfunc f() { y = x" + run(seed+1000, 60) + "&^x" + shared + "x }"
		other := "package p\nfunc g() { for { y = x" + run(seed+2000, 90) + "^x" + shared + "y(1) } }"
		got := similar.Compare([]similar.Submission{
			{Name: "anna", Files: files{"a.go": []byte(one)}}, {Name: "bert", Files: files{"b.go": []byte(other)}},
		}, similar.Options{})
		if got.Alike != 1 || got.Pairs[0].Passages[0].Symbols < promised {
			t.Fatalf("seed %d: %d symbols in common are not found: %+v", seed, promised, got.Pairs)
		}
	}
	short := "package p\nfunc f() { y = x%x" + run(1, 22) + "%x }"
	other := "package p\nfunc f() { for { y = x^x" + run(1, 22) + "^x } }"
	if got := similar.Compare([]similar.Submission{
		{Name: "anna", Files: files{"a.go": []byte(short)}}, {Name: "bert", Files: files{"b.go": []byte(other)}},
	}, similar.Options{}); got.Alike != 0 {
		t.Errorf("less than %d symbols are alike: %+v", similar.DefaultK, got.Pairs)
	}
}

func TestTheLinesOfAPassageAreThoseOfTheFile(t *testing.T) {
	function := strings.SplitAfter(string(invented(3, 1)["mailbox.go"]), "\n)\n")[1]
	function = strings.TrimSpace(function) + "\n"
	length := strings.Count(function, "\n")
	one := "package p\n\n//line other.go:500\n" + function
	other := "package p\n\nimport \"errors\"\n\nvar errX = errors.New(\"x\")\n" + function
	got := similar.Compare([]similar.Submission{
		{Name: "anna", Files: files{"a.go": []byte(one)}}, {Name: "bert", Files: files{"b.go": []byte(other)}},
	}, similar.Options{})
	want := similar.Passage{
		Left:  similar.Lines{File: "a.go", First: 4, Last: 3 + length},
		Right: similar.Lines{File: "b.go", First: 6, Last: 5 + length},
	}
	passage := got.Pairs[0].Passages[0]
	passage.Symbols, passage.Only = 0, 0
	if diff := cmp.Diff(want, passage); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatIsNoGoHasANoteAndIsCompared(t *testing.T) {
	code := invented(7, 10)["mailbox.go"]
	broken := append([]byte("}}} \x00 \xff 'a `\n"), bytes.ReplaceAll(code, []byte("`"), nil)...)
	got := similar.Compare([]similar.Submission{
		{Name: "a", Files: files{"mailbox.go": code}},
		{Name: "b", Files: files{"mailbox.go": append(slices.Clone(code), "func {"...)}},
		{Name: "c", Files: files{}},
		{Name: "d", Files: files{"mailbox.go": nil}, Notes: []string{"window.go is missing"}},
		{Name: "e", Files: files{"mailbox.go": broken}},
		{Name: "f", Files: files{"mailbox.go": []byte("package p\n" + strings.Repeat("(", 200_000))}},
	}, similar.Options{})
	if p := pairOf(got, "a", "b"); p.Left.Percent < 99 {
		t.Errorf("a file that does not parse is %d %% alike to itself", p.Left.Percent)
	}
	const unparsed = "mailbox.go does not parse as Go: its tokens are compared as they come"
	const empty = "is empty: there is nothing to compare"
	want := [][]string{nil, {unparsed}, {empty}, {"window.go is missing", unparsed, empty}, {unparsed}, {unparsed}}
	for i, s := range got.Submissions {
		if i == 4 || i == 5 { // whatever is left of them
			s.Notes = s.Notes[:1]
		}
		if diff := cmp.Diff(want[i], s.Notes); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.Name, diff)
		}
	}
}

func TestASubmissionWithoutEndIsCutWithANote(t *testing.T) {
	big := append([]byte("package p\nfunc f() {\n"), bytes.Repeat([]byte("x++\n"), 110_000)...)
	code := invented(7, 10)["mailbox.go"]
	got := similar.Compare([]similar.Submission{
		{Name: "anna", Files: files{"a.go": code, "b.go": append(big, '}'), "c.go": code}},
		{Name: "bert", Files: files{"a.go": code}},
	}, similar.Options{})
	if notes := got.Submissions[0].Notes; len(notes) != 1 || !strings.HasPrefix(notes[0], "c.go is not compared: what comes before has 22") {
		t.Errorf("notes %q", notes)
	}
	if p := pairOf(got, "anna", "bert"); p.Right.Percent != 100 || p.Left.Percent > 5 {
		t.Errorf("%d %% and %d %% alike", p.Left.Percent, p.Right.Percent)
	}
}

func TestFilesThatAreEqualAreNamedUnlessGiven(t *testing.T) {
	given := invented(1, 3)["mailbox.go"]
	code := files{"a.go": invented(2, 10)["mailbox.go"], "given.go": given}
	got := similar.Compare([]similar.Submission{{Name: "anna", Files: code}, {Name: "bert", Files: code}},
		similar.Options{Starter: files{"given.go": given}})
	p := pairOf(got, "anna", "bert")
	if diff := cmp.Diff([]string{"a.go"}, p.Same); diff != "" || p.Left.Percent != 100 || p.Right.Percent != 100 {
		t.Errorf("%d %%, %d %%, equal files (-want +got):\n%s", p.Left.Percent, p.Right.Percent, diff)
	}
}

func TestLeftAndRightAreTheSameToTheResult(t *testing.T) {
	lab := labs.All()[0]
	one, other := reference(t, lab), altered(t, lab, "variants", "member-gossips")
	repeats := files{"a.go": bytes.Repeat([]byte("func f() { for i := range x { if y(i) { z(i, i+1) } ; a = append(a, i); b[i]++ } }\n"), 30)}
	more := files{"a.go": append(slices.Clone(repeats["a.go"]), repeats["a.go"][:900]...)}
	for _, pair := range [][2]files{{one, other}, {repeats, more}, {invented(1, 90), invented(2, 90)}} {
		compare := func(left, right string) similar.Pair {
			got := similar.Compare([]similar.Submission{{Name: left, Files: pair[0]}, {Name: right, Files: pair[1]}}, similar.Options{})
			return got.Pairs[0]
		}
		p, q := compare("anna", "bert"), compare("bert", "anna")
		shares := func(a, b similar.Share) [4]int { return [4]int{a.Own, a.Percent, b.Own, b.Percent} }
		if shares(p.Left, p.Right) != shares(q.Right, q.Left) || p.Symbols != q.Symbols || p.Only != q.Only {
			t.Errorf("%+v and the other way round %+v", p, q)
		}
	}
}

func TestTheSameClassGivesTheSameBytes(t *testing.T) {
	var class []similar.Submission
	for i := range 12 {
		class = append(class, similar.Submission{Name: fmt.Sprint(i), Files: invented(uint64(i/2), 15)})
	}
	text := func() string {
		r := similar.NewReport([]similar.Lab{similar.Compare(class, similar.Options{Top: 5})})
		b, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(b) {
			t.Fatalf("no JSON: %s", b)
		}
		return string(b)
	}
	first := text()
	slices.Reverse(class)
	if diff := cmp.Diff(first, text()); diff != "" {
		t.Errorf("in another order (-first +then):\n%s", diff)
	}
}

func TestTheTableIsSafeInASpreadsheet(t *testing.T) {
	code := invented(1, 10)
	lab := similar.Compare([]similar.Submission{{Name: "=anna()", Files: code}, {Name: "be\"rt\n", Files: code}}, similar.Options{})
	lab.Lab = "kv"
	var b strings.Builder
	if err := similar.WriteCSV(&b, similar.NewReport([]similar.Lab{lab})); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v: %q", err, b.String())
	}
	row := rows[1]
	for _, i := range []int{2, 4, 6} {
		if row[i] != "100" {
			t.Errorf("%s is %s, want 100", rows[0][i], row[i])
		}
	}
	if row[0] != "kv" || row[3] != "'=anna()" || strings.Contains(row[5], "\n") || row[len(row)-1] != "mailbox.go" {
		t.Errorf("%q", row)
	}
}

func TestTheSchemaHasTheFieldsOfTheTypes(t *testing.T) {
	schema := schematest.Load(t, "schema/similar-v1.schema.json")
	schema.Fits(t, map[string]any{"": similar.Report{}, "lab": similar.Lab{}, "missing": similar.Missing{}, "submission": similar.Summary{},
		"pair": similar.Pair{}, "share": similar.Share{}, "passage": similar.Passage{}, "lines": similar.Lines{}})
	lab := similar.Compare([]similar.Submission{{Name: "anna", Files: invented(1, 10)}, {Name: "bert", Files: invented(1, 10)}}, similar.Options{})
	lab.Lab, lab.Number = "kv", 3
	text, err := similar.NewReport([]similar.Lab{lab}).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ what, old, new string }{
		{"another version", `similar/v1`, `similar/v2`},
		{"more than all", `"percent": 100`, `"percent": 101`},
		{"a pair without passages", `"passages": [`, `"passages": [], "p": [`},
	} {
		schema.Refuses(t, test.what, string(text), test.old, test.new)
	}
}

func TestTheTextQuotesWhatWouldActOnATerminal(t *testing.T) {
	code := invented(1, 10)
	lab := similar.Compare([]similar.Submission{{Name: "an\x1b[2Jna", Files: code}, {Name: "bert\u202e", Files: code}}, similar.Options{})
	lab.Missing = []similar.Missing{{Name: "c\nd", Why: "it has \x07"}}
	var b strings.Builder
	if err := similar.Write(&b, similar.NewReport([]similar.Lab{lab})); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\x07\u202e") || strings.Contains(b.String(), "c\nd") {
		t.Errorf("the text has what acts:\n%q", b.String())
	}
	for _, want := range []string{`100 % of "an\x1b[2Jna" is alike to 100 % of "bert\u202e": `, `      mailbox.go:`, "Alike does not mean copied."} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
}

// FuzzCompare holds that any bytes can be compared with themselves, and that
// passages lie in the files.
func FuzzCompare(f *testing.F) {
	f.Add([]byte("package p\nimport . \"fmt\"\nfunc f() { x.y.z(); /* ' */ }"), []byte("func } ) var type (\n`"), uint8(3))
	f.Add(invented(1, 2)["mailbox.go"], []byte("a b a b a b a b"), uint8(5))
	f.Fuzz(func(t *testing.T, one, two []byte, k uint8) {
		got := similar.Compare([]similar.Submission{
			{Name: "a", Files: files{"x.go": one}}, {Name: "b", Files: files{"x.go": two}}, {Name: "c", Files: files{"x.go": one}},
		}, similar.Options{K: int(k), Window: 4})
		for _, p := range got.Pairs {
			if p.Percent() > 100 {
				t.Fatalf("%d %%", p.Percent())
			}
			for _, passage := range p.Passages {
				if l := passage.Left; l.First < 1 || l.Last < l.First || l.Last > 1+max(bytes.Count(one, []byte("\n")), bytes.Count(two, []byte("\n"))) {
					t.Fatalf("passage %v", l)
				}
			}
		}
	})
}

// BenchmarkClass compares 300 submissions of one lab, as long as our references.
func BenchmarkClass(b *testing.B) {
	var class []similar.Submission
	for i := range 300 {
		class = append(class, similar.Submission{Name: fmt.Sprint(i), Files: invented(uint64(i), 20)})
	}
	symbols := 0
	for b.Loop() {
		symbols = 0
		for _, s := range similar.Compare(class, similar.Options{}).Submissions {
			symbols += s.Symbols
		}
	}
	b.ReportMetric(float64(symbols)/300, "tokens/submission")
}
