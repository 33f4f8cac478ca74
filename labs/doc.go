// Package labs is the vocabulary of Faultline: what a lab, a stage, a case and a
// verdict are, and the ordered list of the labs. It holds data, and no code that
// runs a lab: package labtest does that.
//
// # Why one list
//
// The Makefile, the CI matrix, the grader, the starter code and the tests of the
// handouts all need to know which labs there are. They ask this list, so a new
// lab is one entry here and a folder beside it.
package labs
