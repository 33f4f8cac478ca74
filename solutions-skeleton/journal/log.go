package journal

import (
	"faultline/labs"
	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// A log is the journal of a device. Its methods are called by one goroutine at a time.
type log struct {
	// Your code here (B).
}

// append makes a record durable. The first flush is there so that the record is whole
// when it begins to count, the second so that it counts.
func (l *log) append(b blocks, revoked []uint32) error {
	panic(labs.TODO("B"))
}

// checkpoint writes to their place the blocks that are in the log, and begins the log
// anew. They are durable before it does, and it has begun anew before records are
// written over.
func (l *log) checkpoint(b blocks) error {
	panic(labs.TODO("B"))
}

// recoverLog opens the log. What has been committed is brought to its place. A crash
// while it does that is no harm: until the log begins anew it can be done again.
func recoverLog(d *disk.Device, super journalapi.Superblock) (*log, error) {
	panic(labs.TODO("B"))
}
