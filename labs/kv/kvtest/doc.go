// Package kvtest is the suite of lab 3.
//
// The table of cases is put together in suite.go from one list for each stage; each
// case is a method of [Solution] in a file named for its subject. The suite knows
// a solution by what its clients return, by what passes the network, and by what is
// on a Volume after a crash.
package kvtest
