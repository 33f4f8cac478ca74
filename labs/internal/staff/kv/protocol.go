package kv

// What directory, nodes and routers of a cluster say to each other (stages C and D).
//
//lab:omit
const (
	directoryService = "Directory"
	nodeService      = "Node"
)

// A Status is the word that an answer begins with.
type Status int

//lab:omit
const (
	Again Status = iota // what the question rests on is out of date: ask the directory
	Fine
	Absent // there is no value
	Gone
	NoRoom
)

// A Replica is one life of a node. A node that comes back has a higher session, and
// what was meant for the earlier one does not concern it.
//
//lab:omit
type Replica struct {
	Node    string
	Session uint64
}

// A List is who holds a key, the one to be asked first at the head. Its epoch rises
// with each change: a node that knows of a later epoch of the key does not act on an
// earlier list.
//
//lab:omit
type List struct {
	Epoch    uint64
	Replicas []Replica
}

// A Beat is a node's sign of life.
//
//lab:omit
type Beat struct {
	Replica
	Rack     string
	Capacity int
}

// Rejoin says that the directory has given the session up.
//
//lab:omit
type Rejoin bool

// A Write names a Put of a router: the same each time that it is sent.
//
//lab:omit
type Write struct {
	Router      string
	Incarnation uint32
	Number      uint64
	Key         string
	Value       []byte // only in a recursive query
}

//lab:omit
type Allotted struct {
	Status
	Version uint64
	List    List
}

//lab:omit
type Located struct {
	Status
	List List
}

// A Touch is what every request to a node begins with: whom it is for, and how old
// it is.
//
//lab:omit
type Touch struct {
	Session uint64
	Epoch   uint64
	Key     string
}

//lab:omit
type Store struct {
	Touch
	Value   []byte
	Version uint64
}

//lab:omit
type Pull struct {
	Touch
	From Replica
}

//lab:omit
type Found struct {
	Status
	Value   []byte
	Version uint64
}
