// Package policy makes marks of results: how much each lab and stage counts, what
// days late cost, and what a case is worth that passes with some seeds only. An
// instructor writes that down in a file, which [Parse] reads strictly: a key that it
// does not know is an error with its line, since a misspelt weight would be a wrong
// mark.
//
// # Why marks are apart from results
//
// A result says what a solution did, and is the same whoever asks. What that is
// worth is a decision, and may be changed when all has been graded: marks are made
// anew from the results in a moment, and nothing is run again. Only a curve needs
// something of the grading: that it goes on behind the first seed that fails.
//
// # Why fractions
//
// A mark is a fraction until it is printed, and is rounded once. Sums of rounded or
// binary numbers would depend on their order.
package policy
