package html

import (
	"fmt"

	"faultline/labs"
)

// A word is a verdict as a page shows it: by sign, word and class, so that
// nobody needs to see the colour.
type word struct {
	Sign, Text string
	Class      string // of the style
	What, Do   string // what it means and what to do next; empty if the evidence says it
}

func wordOf(v labs.Verdict) word {
	switch {
	case v == labs.Pass:
		return word{Sign: "✓", Text: "pass", Class: "pass"}
	case v == labs.NotImplemented:
		return word{Sign: "○", Text: "to do", Class: "todo"}
	case !v.Graded():
		return word{Sign: "?", Text: "not graded", Class: "ours", What: ours(v),
			Do: "This is not your fault and must not cost you points. Please report it to the staff."}
	case v == labs.Fail:
		return word{Sign: "✗", Text: "fail", Class: "fail"}
	}
	w := stopped(v)
	w.Sign, w.Text, w.Class = "✗", string(v), "fail"
	return w
}

func ours(v labs.Verdict) string {
	switch v {
	case labs.Vacuous:
		return "No run got into the situation that this case is about, so it proved nothing."
	case labs.Inconclusive:
		return "The checker of the history ran out of its budget before it knew the answer."
	}
	return "The grader itself failed here."
}

// stopped says what ended the solution, where it was not the case.
func stopped(v labs.Verdict) word {
	switch v {
	case labs.Panic:
		return word{What: "Your code panicked.",
			Do: "Look at the line that is named below, and ask which value it did not expect."}
	case labs.Deadlock:
		return word{What: "Goroutines wait for locks, or for each other, and nobody can go on.",
			Do: "The line below is one that waits: a witness. Ask who has what it waits for, and how that one left its function."}
	case labs.Stuck:
		return word{What: "Your code computed on and on, while nothing else could happen, and was stopped.",
			Do: "Look for a loop that never waits, or has no end: a for that polls, a retry without a timeout. Where no line is " +
				"named and no trace is left, run the case with go test and a debugger."}
	case labs.Memory:
		return word{What: "Your code asked for more memory than a run may have, and was stopped.",
			Do: "Look for what only grows: a queue without a bound, a map that nobody clears, a length that was believed, a recursion without end."}
	case labs.Output:
		return word{What: "The run printed or sent more than a run may, and was stopped.",
			Do: "Take prints out of loops, and look for a loop that sends without waiting."}
	case labs.BuildError:
		return word{What: "Your code does not compile. Nothing was run.",
			Do: "Mend the first line that is listed; later ones often follow from it."}
	case labs.Forbidden:
		return word{What: "Your code uses what this lab does not allow. Nothing was run.",
			Do: "Mend the lines that are listed; the handout has the rules and the packages that you may import."}
	}
	return word{What: fmt.Sprintf("The run ended with the verdict %q.", v)}
}

// ofWritten is what a verdict means about code that the solution wrote.
func ofWritten(w word) word {
	w.What = "Your code ran, and wrote code that does not compile, or that the lab does not allow."
	w.Do = "Read what was said of it below; \"grader replay\" prints the files that it wrote."
	return w
}
