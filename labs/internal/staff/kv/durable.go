package kv

import (
	"errors"
	"fmt"
	"io/fs"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/kv/kvapi"
)

// A journal is where a server keeps what it must not forget.
type journal struct {
	//lab:begin B
	// A request is in the log before it is executed. What stands there is what has
	// happened: the table is the snapshot, and the requests of the log executed in
	// order.
	volume  *disk.Volume
	process *labrpc.Process // which ends when the disk fails
	maxLog  int64
	log     *log
	failed  error // of the disk: from then on nobody knows what is on it
	//lab:end
}

// OpenServer starts a server with what is on the volume: see kvapi.OpenServer.
//
//lab:todo B
func OpenServer(p *labrpc.Process, v *disk.Volume, o kvapi.DurableOptions) (kvapi.Server, error) {
	j := &journal{volume: v, process: p, maxLog: o.MaxLog}
	t, err := j.recover()
	if err != nil {
		return nil, fmt.Errorf("open the server: %w", err)
	}
	s := &server{table: t, journal: j}
	p.Register("KV", &service{s})
	return s, nil
}

// recover makes the table from what is on the volume.
//
//lab:omit
func (j *journal) recover() (*table, error) {
	t, last, err := loadSnapshot(j.volume)
	if err != nil {
		return nil, err
	}
	j.log, err = openLog(j.volume, last, func(r Request) { t.apply(r) })
	switch {
	case errors.Is(err, fs.ErrNotExist) && last == 0:
		return t, j.newLog(0) // nothing has ever happened
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: there is a snapshot, and no log", kvapi.ErrCorrupt)
	}
	return t, err
}

// newLog begins a log without records. Its name is durable before anything is
// written to it.
//
//lab:omit
func (j *journal) newLog(last uint64) error {
	if err := Replace(j.volume, logFile, nil); err != nil {
		return err
	}
	f, err := j.volume.Open(logFile)
	j.log = &log{file: f, last: last}
	return err
}

// write makes a request durable, before it is executed on the table. It returns
// disk.ErrFull if there is no room: then nothing has happened. After any other error
// it ends the process. To sync again would be no help: a disk forgets what it failed
// to write, and the next sync succeeds without that.
//
//lab:omit
func (j *journal) write(r Request, t *table) error {
	if j.failed != nil {
		return j.failed
	}
	err := j.makeRoom(t, j.maxLog)
	if err == nil || errors.Is(err, disk.ErrFull) { // a log that is too long is still a log
		err = j.log.append(r)
	}
	if errors.Is(err, disk.ErrFull) {
		if err = j.makeRoom(t, 0); err == nil {
			err = j.log.append(r)
		}
	}
	if err != nil && !errors.Is(err, disk.ErrFull) {
		j.failed = err
		j.process.Close()
	}
	return err
}

// makeRoom takes a snapshot and begins a new log when the log has more than so many
// bytes. The snapshot is durable before the log goes; a crash between the two leaves
// a log whose records the snapshot has, and knows.
//
//lab:omit
func (j *journal) makeRoom(t *table, most int64) error {
	if j.log.size <= most {
		return nil
	}
	if err := saveSnapshot(j.volume, t, j.log.last); err != nil {
		return err
	}
	return j.newLog(j.log.last)
}
