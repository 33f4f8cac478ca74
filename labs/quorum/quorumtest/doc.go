// Package quorumtest is the suite of lab 5.
//
// The tables of cases are in suite.go; each case is a method of [Solution] in a file
// for its stage. A bug of quorum code needs an unlucky schedule: of 1,000 random ones,
// 8 to 30 show a missing write-back, and none to 6 an acknowledgement that counts
// twice. So each such schedule is a case of its own, and the random ones are for what
// nobody has thought of.
package quorumtest
