package kv

import (
	"errors"
	"sync"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/kv/kvapi"
)

// server is a server of stage A, or with a journal one of stage B.
type server struct {
	//lab:begin A
	mu    sync.Mutex // guards the table and the journal
	table *table
	//lab:end
	journal *journal // nil for a server that lives in memory
}

// NewServer starts a server without keys in a process.
//
//lab:todo A
func NewServer(p *labrpc.Process) kvapi.Server {
	s := &server{table: newTable()}
	p.Register("KV", &service{s})
	return s
}

// Remembered implements kvapi.Server.
//
//lab:todo A
func (s *server) Remembered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.table.sessions)
}

// change executes a request, unless that has been done: then it gives the result
// of then.
//
//lab:omit
func (s *server) change(r Request) (Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.table.age(r) {
	case again:
		return s.table.sessions[r.Client].result, nil
	case stale:
		return Result{}, errors.New("the client has gone on: this copy of a request is too late")
	}
	if s.journal != nil {
		if err := s.journal.write(r, s.table); errors.Is(err, disk.ErrFull) {
			return Result{Failure: Full}, nil
		} else if err != nil {
			return Result{}, err
		}
	}
	return s.table.apply(r), nil
}

// A service is what can be called from outside.
//
//lab:omit
type service struct{ server *server }

// Get looks up a key. It asks no session: to look twice does no harm.
//
//lab:omit
func (v *service) Get(r Request, reply *Result) error {
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	*reply = v.server.table.get(r.Key)
	return nil
}

// Put executes a Put.
//
//lab:omit
func (v *service) Put(r Request, reply *Result) (err error) {
	*reply, err = v.server.change(r)
	return err
}

// CompareAndSet executes a CompareAndSet.
//
//lab:omit
func (v *service) CompareAndSet(r Request, reply *Result) (err error) {
	*reply, err = v.server.change(r)
	return err
}

// Delete executes a Delete.
//
//lab:omit
func (v *service) Delete(r Request, reply *Result) (err error) {
	*reply, err = v.server.change(r)
	return err
}
