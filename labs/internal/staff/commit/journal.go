package commit

import (
	"faultline/labs/commit/commitapi"
	"faultline/labs/disk"
)

// A journal is a log of records.
type journal struct{ log *disk.Log }

// append writes a record that a crash may lose.
//
//lab:todo B
func (j journal) append(r commitapi.Record) error { return j.log.Append(r.Encode()) }

// force writes a record that no crash loses, nor any before it.
//
//lab:todo B
func (j journal) force(r commitapi.Record) error {
	if err := j.append(r); err != nil {
		return err
	}
	return j.log.Force()
}

// read gives all records to f, in order. One that is torn was not forced, so nothing
// has been built on it.
//
//lab:todo B
func (j journal) read(f func(commitapi.Record)) error {
	list, err := j.log.Records()
	for _, b := range list {
		if r, torn := commitapi.Decode(b); torn == nil {
			f(r)
		}
	}
	return err
}
