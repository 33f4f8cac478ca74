// Package messagingtest is the suite of lab 1.
//
// The table of cases is in suite.go, those of stages D and E in endtoend.go and
// membership.go; each case is a method of [Solution] in the file of its stage. The suite reads packets with
// a codec of its own, so that a solution is held to the contract and not to
// itself.
package messagingtest
