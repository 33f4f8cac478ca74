// Package committest is the suite of lab 6: the cases that a solution must pass, and
// the house in which they run.
//
// A bank is a coordinator, its participants, their logs, and a network between. A
// monitor reads every message when it is sent and every record when it is written, and
// holds them against the rules of the protocol: it says which step was wrong, not only
// that the money is gone. The cases that try all crashes count what a node does, and
// have it crash before each of these steps.
package committest
