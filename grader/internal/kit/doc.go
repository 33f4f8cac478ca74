// Package kit makes the archive that students get: the tree of Faultline without
// what is the staff's.
//
// What goes in is a list of what may (see takes); whatever else there is stays out.
// Each file is then held against the staff's, and the starter code against what the
// references give, so that no solution comes along under another name.
//
// # Why a list of what goes in
//
// A list of what stays out is wrong on the day somebody puts a file where nobody
// thought of one. A list of what goes in is wrong in the other direction: the kit
// does not build, and a test says so.
package kit
