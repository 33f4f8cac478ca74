package labs

import "fmt"

// A Lab is one of the systems that students build. The zero value is no lab.
type Lab struct {
	Number  int      `json:"number"`
	Name    string   `json:"name"`    // also the name of its folder and of the solution's package
	Title   string   `json:"title"`   // for people
	Files   []string `json:"files"`   // what a solution consists of; nothing else of a submission is taken
	Imports []string `json:"imports"` // the packages of the standard library that a solution may import
	Stages  []Stage  `json:"stages"`
}

// A Stage is a part of a lab that is built and graded on its own. Stages are
// worked on in order: a later one may use the earlier ones.
type Stage struct {
	Letter string `json:"letter"`
	Title  string `json:"title"`
}

// A Kind says how a case looks for trouble.
type Kind string

// The kinds of cases.
const (
	Random     Kind = "random"     // each seed draws its own faults and workload
	Scripted   Kind = "scripted"   // a fixed adversarial schedule
	Exhaustive Kind = "exhaustive" // every crash, or every order of deliveries
	Budget     Kind = "budget"     // bounds on messages, bytes or virtual time
)

// A Case is the part of a test case that is data: what it demands, and why.
type Case struct {
	Lab        string   `json:"lab"`
	Stage      string   `json:"stage"`
	Name       string   `json:"name"`
	Kind       Kind     `json:"kind"`
	Title      string   `json:"title"` // a property, as a sentence
	Ref        string   `json:"ref"`   // the idea or the paper it comes from
	Points     int      `json:"points"`
	Seeds      int      `json:"seeds"`      // how many seeds a grading run uses
	Situations []string `json:"situations"` // what at least one of those seeds must reach, or the case proved nothing
}

// ID names a case among all labs: "messaging/B/lost-ack".
func (c Case) ID() string { return c.Lab + "/" + c.Stage + "/" + c.Name }

// All lists the labs in the order in which they are taken.
func All() []Lab {
	return []Lab{messaging(), rpc(), kv(), ring(), quorum(), commit(), journal()}
}

func messaging() Lab {
	return Lab{
		Number: 1,
		Name:   "messaging",
		Title:  "Messaging",
		Files: []string{"mailbox.go", "packet.go", "stopandwait.go", "window.go", "timeout.go", "endtoend.go",
			"membership.go", "generals.go"},
		Imports: []string{
			"bytes", "cmp", "container/heap", "container/list", "context", "crypto/sha256", "encoding/binary", "errors",
			"fmt", "hash", "hash/crc32", "hash/fnv", "io", "log", "maps", "math", "math/bits", "net", "slices", "sort",
			"strconv", "strings", "sync", "sync/atomic", "time",
		},
		Stages: []Stage{
			{Letter: "A", Title: "a bounded mailbox"},
			{Letter: "B", Title: "stop and wait"},
			{Letter: "C", Title: "a sliding window"},
			{Letter: "D", Title: "the end-to-end argument"},
			{Letter: "E", Title: "failure detection"},
		},
	}
}

func rpc() Lab {
	return Lab{
		Number: 2,
		Name:   "rpc",
		Title:  "Remote procedure calls",
		Files:  []string{"marshal.go", "unmarshal.go", "stubs.go", "packet.go", "client.go", "server.go"},
		Imports: []string{
			"bytes", "cmp", "container/heap", "container/list", "context", "encoding/binary", "errors", "fmt",
			"hash", "hash/crc32", "io", "log", "maps", "math", "math/bits", "net", "reflect", "slices", "sort",
			"strconv", "strings", "sync", "sync/atomic", "time",
		},
		Stages: []Stage{
			{Letter: "A", Title: "marshaling"},
			{Letter: "B", Title: "stub generation"},
			{Letter: "C", Title: "the runtime"},
			{Letter: "D", Title: "restarts and orphans"},
		},
	}
}

func kv() Lab {
	return Lab{
		Number: 3,
		Name:   "kv",
		Title:  "A key-value store",
		Files: []string{"client.go", "server.go", "table.go", "replace.go", "codec.go", "log.go",
			"snapshot.go", "durable.go",
			"protocol.go", "directory.go", "lookup.go", "growth.go", "node.go", "router.go"},
		Imports: []string{
			"bytes", "cmp", "container/heap", "container/list", "context", "encoding/binary", "errors", "fmt",
			"hash", "hash/crc32", "hash/fnv", "io", "io/fs", "log", "maps", "math", "math/bits", "slices", "sort",
			"strconv", "strings", "sync", "sync/atomic", "time",
		},
		Stages: []Stage{
			{Letter: "A", Title: "one server"},
			{Letter: "B", Title: "a server with a disk"},
			{Letter: "C", Title: "a directory"},
			{Letter: "D", Title: "growth and failure"},
		},
	}
}

func ring() Lab {
	return Lab{
		Number: 4,
		Name:   "ring",
		Title:  "Consistent hashing",
		Files: []string{"hash.go", "arc.go", "ring.go", "table.go", "peer.go", "lookup.go", "recursive.go",
			"node.go", "route.go", "join.go", "stabilize.go",
			"items.go", "data.go", "handover.go", "replicas.go"},
		Imports: []string{
			"bytes", "cmp", "container/heap", "container/list", "context", "crypto/md5", "crypto/sha1", "crypto/sha256",
			"encoding/binary", "errors", "fmt", "hash", "hash/crc32", "hash/crc64", "hash/fnv", "hash/maphash", "io",
			"log", "maps", "math", "math/bits", "slices", "sort", "strconv", "strings", "sync", "sync/atomic", "time",
		},
		Stages: []Stage{
			{Letter: "A", Title: "placement"},
			{Letter: "B", Title: "lookups"},
			{Letter: "C", Title: "members come and go"},
			{Letter: "D", Title: "data"},
		},
	}
}

func commit() Lab {
	return Lab{
		Number: 6,
		Name:   "commit",
		Title:  "Two-phase commit",
		Files: []string{"coordinator.go", "voting.go", "participant.go", "ledger.go", "calls.go", "journal.go",
			"recovery.go", "inquiry.go", "transact.go", "reading.go"},
		Imports: []string{
			"bytes", "cmp", "container/heap", "container/list", "context", "encoding/binary", "errors", "fmt", "hash",
			"hash/crc32", "hash/fnv", "io", "log", "maps", "math", "math/bits", "slices", "sort", "strconv", "strings",
			"sync", "sync/atomic", "time",
		},
		Stages: []Stage{
			{Letter: "A", Title: "votes and locks"},
			{Letter: "B", Title: "crashes"},
			{Letter: "C", Title: "asking the others, and forgetting"},
			{Letter: "D", Title: "transactions that look first"},
		},
	}
}

func quorum() Lab {
	return Lab{
		Number: 5,
		Name:   "quorum",
		Title:  "Quorum replication",
		Files: []string{"promise.go", "version.go", "replica.go", "gather.go", "client.go", "register.go",
			"storage.go", "durable.go", "repair.go", "hedged.go"},
		Imports: []string{
			"bytes", "cmp", "container/heap", "container/list", "context", "encoding/binary", "encoding/hex", "errors",
			"fmt", "hash", "hash/crc32", "hash/fnv", "io", "io/fs", "log", "maps", "math", "math/bits", "slices", "sort",
			"strconv", "strings", "sync", "sync/atomic", "time",
		},
		Stages: []Stage{
			{Letter: "A", Title: "voting"},
			{Letter: "B", Title: "an atomic register"},
			{Letter: "C", Title: "durable replicas"},
			{Letter: "D", Title: "the agreement on service"},
		},
	}
}

func journal() Lab {
	return Lab{
		Number: 7,
		Name:   "journal",
		Title:  "A journaling file system",
		Files: []string{"mount.go", "change.go", "inode.go", "directory.go", "file.go", "names.go", "view.go", "log.go",
			"commit.go", "fsck.go", "tree.go"},
		Imports: []string{
			"bytes", "cmp", "container/heap", "container/list", "encoding/binary", "errors", "fmt", "hash", "hash/crc32",
			"hash/crc64", "hash/fnv", "io", "io/fs", "iter", "log", "maps", "math", "math/bits", "path", "slices", "sort",
			"strconv", "strings", "sync", "sync/atomic", "time",
		},
		Stages: []Stage{
			{Letter: "A", Title: "files and directories"},
			{Letter: "B", Title: "the journal"},
			{Letter: "C", Title: "many at once"},
			{Letter: "D", Title: "a checker"},
		},
	}
}

// Find returns the lab with the given number ("1") or name ("messaging").
func Find(name string) (Lab, bool) {
	for _, l := range All() {
		if name == l.Name || name == fmt.Sprint(l.Number) {
			return l, true
		}
	}
	return Lab{}, false
}
