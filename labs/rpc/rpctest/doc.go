// Package rpctest is the suite of lab 2.
//
// The table of cases is in suite.go; each case is a method of [Solution] in the
// file of its stage. The suite writes bytes with builders of its own, so that a
// solution is held to the contract and not to itself.
//
// In stage B the solution writes code. The interfaces that it is given are in
// services.go, what is compiled with the code that it writes in driver.go, and how
// that is called in program.go.
package rpctest
