// Package journaltest is the suite of lab 7.
//
// The table of cases is in suite.go; each case is a method of [Solution] in the file
// of its subject. What a file system holds is compared with a [tree], a model in
// memory that is too simple to be wrong. Whether a disk is sound is the checker's
// business, in sound.go, which reads the disk and knows no solution.
package journaltest
