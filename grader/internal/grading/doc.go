// Package grading runs the cases of a lab over a solution and makes a result of
// what happened.
//
// A case runs seed after seed and stops at the first that does not pass; that
// run is its evidence. Seeds of all cases go to the machine's workers in
// parallel, but a result never depends on which finished first: of the runs of a
// case that did not pass, the one with the lowest seed counts.
//
// If it is to be explained (see Explain), that run is performed again, twice: a
// difference would be a fault of ours. Then package shrink looks for the smallest
// run that fails in the same way. What the result shows is of that one.
package grading
