// Package class keeps what the grading of a class has found, so that the grading
// may end at any moment and go on later as if nothing had happened.
//
// The folder of results has a folder for each submission, for its author, and the
// folder "staff". What is known of a submission is its [Record], a file in its
// folder. A record names, for each lab, the key of all that its result depends on
// (see [Keys]): as long as the key is the same, nothing is run again.
//
// # Why a submission's folder is replaced as a whole
//
// Its pages, results and plans belong together, and a grader that is killed between
// two of them must not leave old ones beside new ones. So they are written into a
// folder that nobody reads, which then takes the other's place (see [Stage]). A
// rename is one step for the file system; of the two that are needed, [Recover]
// finishes or undoes the first.
//
// # Why nothing here has a time
//
// Two gradings of the same class give the same bytes, on one machine or on many.
// Then "cmp" shows that a grader that was killed, or a class that was split over a
// cluster, lost nothing.
package class
