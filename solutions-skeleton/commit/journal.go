package commit

import (
	"faultline/labs"
	"faultline/labs/commit/commitapi"
	"faultline/labs/disk"
)

// A journal is a log of records.
type journal struct{ log *disk.Log }

// append writes a record that a crash may lose.
func (j journal) append(r commitapi.Record) error {
	panic(labs.TODO("B"))
}

// force writes a record that no crash loses, nor any before it.
func (j journal) force(r commitapi.Record) error {
	panic(labs.TODO("B"))
}

// read gives all records to f, in order. One that is torn was not forced, so nothing
// has been built on it.
func (j journal) read(f func(commitapi.Record)) error {
	panic(labs.TODO("B"))
}
