package kv

import (
	"bytes"

	"faultline/labs/kv/kvapi"
)

// A Request is a change of one key, as it crosses the network.
type Request struct {
	//lab:begin A
	// These three name the request: they are the same in all its copies, and in
	// those of no other.
	Client      string
	Incarnation uint32 // which life of the client
	Seq         uint64 // which change of that life, from 1 on

	Op    Op
	Key   string
	Value []byte
	Old   uint64 // the version that a CompareAndSet expects
	//lab:end
}

// An Op is a kind of change.
//
//lab:omit
type Op string

// The changes.
//
//lab:omit
const (
	Put           Op = "Put"
	CompareAndSet Op = "CompareAndSet"
	Delete        Op = "Delete"
)

// A Result is what a request has led to.
type Result struct {
	//lab:begin A
	Value   []byte
	Version uint64
	Failure Failure
	//lab:end
}

// A Failure is an error of the contract on its way through the network.
//
//lab:omit
type Failure uint8

// The failures.
//
//lab:omit
const (
	None Failure = iota
	NoKey
	WrongVersion
	Full
)

// err is the error that a failure stands for.
//
//lab:omit
func (f Failure) err() error {
	switch f {
	case None:
		return nil
	case NoKey:
		return kvapi.ErrNoKey
	case Full:
		return kvapi.ErrFull
	}
	return kvapi.ErrVersion
}

// A table is all that a server knows: the keys, and for each client the last
// change with its result. They are one thing, because a change and the memory of
// it must never be apart: what one crash, one snapshot or one copy keeps of them,
// it keeps of both.
//
//lab:omit
type table struct {
	entries  map[string]entry
	sessions map[string]session
}

// An entry is what a table has under a key. A key that was deleted keeps its
// entry: its version must not come again.
//
//lab:omit
type entry struct {
	value   []byte
	version uint64
	deleted bool
}

// A session is the last change of a client. That the client has asked for it says
// that it has the results of those before: one is enough.
//
//lab:omit
type session struct {
	incarnation uint32
	seq         uint64
	result      Result
}

//lab:omit
func newTable() *table {
	return &table{entries: map[string]entry{}, sessions: map[string]session{}}
}

// get is the value of key, as a copy.
//
//lab:omit
func (t *table) get(key string) Result {
	e := t.entries[key]
	if !e.present() {
		return Result{Failure: NoKey}
	}
	return Result{Value: bytes.Clone(e.value), Version: e.version}
}

//lab:omit
func (e entry) present() bool { return e.version > 0 && !e.deleted }

// An age is what a request is for the table.
//
//lab:omit
type age int

//lab:omit
const (
	fresh age = iota // it has not been executed
	again            // it is the client's last, and has a result
	stale            // its client has gone on, and waits for it no more
)

// age compares a request with the last one of its client.
//
//lab:omit
func (t *table) age(r Request) age {
	last := t.sessions[r.Client]
	switch {
	case r.Incarnation < last.incarnation:
		return stale
	case r.Incarnation > last.incarnation || r.Seq > last.seq:
		return fresh
	case r.Seq == last.seq:
		return again
	}
	return stale
}

// apply executes a fresh request. It depends on nothing but the table and the
// request, so that doing the same requests again in the same order gives the
// same table.
//
//lab:omit
func (t *table) apply(r Request) Result {
	e := t.entries[r.Key]
	result := Result{Version: e.version + 1, Failure: e.refuses(r)}
	if result.Failure == None {
		t.entries[r.Key] = entry{value: bytes.Clone(r.Value), version: result.Version, deleted: r.Op == Delete}
	} else {
		result.Version = 0
	}
	t.sessions[r.Client] = session{incarnation: r.Incarnation, seq: r.Seq, result: result}
	return result
}

// refuses says why a change of the entry fails.
//
//lab:omit
func (e entry) refuses(r Request) Failure {
	current := e.version
	if !e.present() {
		current = 0
	}
	switch {
	case r.Op == Delete && !e.present():
		return NoKey
	case r.Op == CompareAndSet && r.Old != current:
		return WrongVersion
	}
	return None
}
