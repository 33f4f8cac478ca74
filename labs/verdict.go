package labs

// A Verdict is what became of a run, of a case, or of a whole solution.
// Verdicts are never merged: each asks for another next step.
type Verdict string

// The verdicts. Everything but Pass scores nothing, and GraderError is no
// verdict on the solution at all.
const (
	Pass           Verdict = "pass"            // the property held
	Fail           Verdict = "fail"            // the property was broken; there is evidence
	NotImplemented Verdict = "not-implemented" // the solution says that the stage is still to do
	Panic          Verdict = "panic"           // the solution panicked
	Deadlock       Verdict = "deadlock"        // goroutines of the solution wait for each other
	Stuck          Verdict = "stuck"           // a loop of the solution went on and on, or it computed past the CPU limit
	Memory         Verdict = "memory"          // the solution asked for more memory than there is
	Output         Verdict = "output"          // the solution printed more than the limit
	BuildError     Verdict = "build-error"     // the solution does not compile
	Forbidden      Verdict = "forbidden"       // the solution uses what the lab does not allow
	Inconclusive   Verdict = "inconclusive"    // the checker ran out of its budget
	Vacuous        Verdict = "vacuous"         // no seed reached the situation that the case is about
	GraderError    Verdict = "grader-error"    // our fault, not the solution's
)

// Graded reports whether a verdict is about the solution. Else the grader is at fault:
// that must cost nobody points.
func (v Verdict) Graded() bool { return v != GraderError && v != Vacuous && v != Inconclusive }
