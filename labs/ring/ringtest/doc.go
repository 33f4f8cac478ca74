// Package ringtest is the suite of lab 4.
//
// The table of cases is in suite.go; each case is a method of [Solution] in the
// file of its stage. Rings of stage A are compared with a model that is too simple
// to be wrong: it goes up from an id, step by step, until somebody is there.
package ringtest
