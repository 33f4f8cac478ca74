// Package autograder makes the archive that Gradescope takes as the autograder of an
// assignment. In it are two scripts and the tree of Faultline without the staff's part;
// Gradescope builds an image from it, and starts a container for each submission.
//
// The tree goes in as source: the grader compiles suite and solution together, so a
// container needs the source, and Go, anyway.
//
// # Why a failure of the scripts is no zero
//
// If the grader itself fails, run_autograder writes no results.json and ends with an
// exit code that is not 0. Gradescope then says that the autograder failed, and keeps
// the submission for another run. A container without a module or a compiler must not
// blame the student, so setup.sh ends only after it has graded the starter code.
package autograder
