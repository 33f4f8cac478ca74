// Package ringtest is the suite of lab 4.
//
// The table of cases is in suite.go, suitechurn.go and suitedata.go; each case is a
// method of [Solution] in the file of its stage. Rings of stage A are compared with a
// model that is too simple to be wrong: it goes up from an id, step by step, until
// somebody is there.
//
// From stage C on the suite knows who is a member, and so what everybody must know: it
// waits as long as the contract allows, and then names the first thing that is wrong. A
// ledger holds each Get of stage D against the writes before it.
package ringtest
