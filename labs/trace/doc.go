// Package trace defines the events of a run and their one text form.
//
// The network, the disks, the harness and the student's own prints all become
// events on one clock. A run in the virtual machine sends each event to the
// grader as its text, and the hash of a run is the hash of those lines: two runs
// are the same when their texts are.
//
//	3.301200s  deliver    client-1 -> kv-1 #4  : Put x=2
//	3.302400s  drop       kv-1 -> client-1 #4  : lost
//	3.302400s  log        : applied Put x=2
//
// # Why text
//
// An event crosses from the guest to the host, goes into a hash, a file, a
// report and a student's head. With one form for all of them, what a student
// reads is exactly what was hashed, and a trace can be compared with diff.
package trace
