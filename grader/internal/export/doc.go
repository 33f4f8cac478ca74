// Package export writes results in the formats of those who take grades in:
// Gradescope, Classroom 50, Autolab, PrairieLearn, whatever reads JUnit, and
// gradebooks of a class as CSV and Markdown.
//
// Every format is made from the canonical result alone, and the same result gives
// the same bytes: no clock, no host.
//
// What a solution printed, how it is called and what the compiler said of it was
// written by a student. It goes out as text to be looked at: what is not seen but
// acts (escape sequences, directions of writing) stands escaped, and where a format
// has characters with a meaning (markup, formulas, table cells) they lose it.
//
// # Why a fault of the grader is no zero
//
// If a case has no verdict on the solution (see result.Case.Graded), its points are
// unknown. Every platform would make a zero of what it does not find, so each format
// says it in the platform's own way:
//
//   - Gradescope and Classroom 50 know only scores. The result is refused
//     (ErrUngraded): without a file, and with an exit code that is not 0, they report
//     a broken autograder, and the submission can be graded again.
//   - Autolab gives zeros if there is no output. So the stages that were graded have
//     their scores, and the others are left out; if none was graded, each has null.
//   - PrairieLearn has "gradable": false, which costs no attempt.
//   - JUnit has an error of the type grader-error.
//   - Gradebooks leave the cell empty, or say "not graded", and say why in the notes.
package export
