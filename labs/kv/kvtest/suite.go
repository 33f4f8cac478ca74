package kvtest

import (
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// A Solution is what a solution of the lab exports: functions of these names
// and types.
type Solution struct {
	NewServer  func(*labrpc.Process) kvapi.Server
	NewClient  func(p *labrpc.Process, server string) kvapi.Client
	Replace    kvapi.Replace
	OpenServer kvapi.OpenServer

	NewDirectory func(*labrpc.Process, kvapi.DirectoryConfig) kvapi.Directory
	NewNode      func(*labrpc.Process, kvapi.NodeConfig) kvapi.Node
	NewRouter    func(*labrpc.Process, kvapi.RouterConfig) kvapi.Router
}

// Suite is the table of cases, bound to a solution.
func Suite(s Solution) labtest.Suite {
	suite := labtest.Suite{Lab: "kv", Package: labtest.PackageOf(s.NewServer)}
	for _, stage := range [][]labtest.Case{s.casesA(), s.casesB(), s.casesC(), s.casesD()} {
		for _, c := range stage {
			c.Lab = suite.Lab
			suite.Cases = append(suite.Cases, c)
		}
	}
	return suite
}

func (s Solution) casesA() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "A", Name: "versions", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "each change makes a key's version one higher, and what fails changes nothing",
			Ref:   "the contract: versions"},
		Run: s.versions,
	}, {
		Case: labs.Case{Stage: "A", Name: "no-aba", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "a version never comes back, also not after a delete",
			Ref:   "compare and set: the ABA problem"},
		Run: s.noABA,
	}, {
		Case: labs.Case{Stage: "A", Name: "values", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a value comes back as it was, and belongs to the caller",
			Ref:   "the contract: any bytes, and no references"},
		Run: s.values,
	}, {
		Case: labs.Case{Stage: "A", Name: "calm", Kind: labs.Budget, Points: 1, Seeds: 2,
			Title: "on a calm network an operation costs a request and a reply",
			Ref:   "the contract: messages"},
		Run: s.calm,
	}, {
		Case: labs.Case{Stage: "A", Name: "retried-put", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a retried put is applied once",
			Ref:   "at-most-once: a Put whose reply was lost must not be applied again"},
		Run: s.retriedPut,
	}, {
		Case: labs.Case{Stage: "A", Name: "one-result", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a retry gets the result of the one execution, be it a success or a failure",
			Ref:   "at-most-once: the server remembers results, errors too"},
		Run: s.oneResult,
	}, {
		Case: labs.Case{Stage: "A", Name: "late-copy", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "a late copy of a request is not executed, whatever has happened since",
			Ref:   "at-most-once: what is over stays over"},
		Run: s.lateCopy,
	}, {
		Case: labs.Case{Stage: "A", Name: "abandoned", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "a change that was given up takes effect before the client's next change or never",
			Ref:   "the contract: ErrMaybe"},
		Run: s.abandoned,
	}, {
		Case: labs.Case{Stage: "A", Name: "maybe", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a client does not claim what it cannot know",
			Ref:   "a timeout is no answer"},
		Run: s.maybe,
	}, {
		Case: labs.Case{Stage: "A", Name: "clients-apart", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "the requests of two clients have nothing to do with each other",
			Ref:   "at-most-once: a request is known by its client and its number"},
		Run: s.clientsApart,
	}, {
		Case: labs.Case{Stage: "A", Name: "client-restart", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a client that restarts is a new client",
			Ref:   "at-most-once: incarnations"},
		Run: s.clientRestart,
	}, {
		Case: labs.Case{Stage: "A", Name: "remembered", Kind: labs.Budget, Points: 1, Seeds: 2,
			Title: "the server remembers what a client may still ask for, and nothing else",
			Ref:   "garbage collection by acknowledgement"},
		Run: s.remembered,
	}, {
		Case: labs.Case{Stage: "A", Name: "outage", Kind: labs.Budget, Points: 1, Seeds: 2,
			Title: "a client asks until it is answered, and not too often",
			Ref:   "the contract: requests are repeated"},
		Run: s.outage, Slow: true,
	}, {
		Case: labs.Case{Stage: "A", Name: "counter", Kind: labs.Random, Points: 2, Seeds: 30,
			Title: "of those who compare and set at once, one wins",
			Ref:   "compare and set: check and change are one step"},
		Run: s.counter,
	}, {
		Case: labs.Case{Stage: "A", Name: "linearizable", Kind: labs.Random, Points: 3, Seeds: 40,
			Title:      "all clients see one store, whatever the network does",
			Ref:        "Herlihy and Wing, Linearizability, §2",
			Situations: []string{"a message was lost", "a message came twice", "a message was late", "nobody knows an outcome"}},
		Run: s.linearizable,
	}}
}

func (s Solution) casesB() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "B", Name: "lecture", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "copy, sync, rename, sync the directory: less than that loses a file",
			Ref:   "atomic update: the bad protocol and the good one"},
		Run: s.lecture,
	}, {
		Case: labs.Case{Stage: "B", Name: "replace", Kind: labs.Exhaustive, Points: 4, Seeds: 1,
			Title: "a file that is replaced has the old content or the new one, at every crash point",
			Ref:   "atomic update: write, sync, rename, sync the directory"},
		Run: s.replace,
	}, {
		Case: labs.Case{Stage: "B", Name: "restart", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "what was acknowledged is there after a crash, versions too",
			Ref:   "the log: what has happened is what stands in it"},
		Run: s.restarts,
	}, {
		Case: labs.Case{Stage: "B", Name: "every-crash", Kind: labs.Exhaustive, Points: 5, Seeds: 1,
			Title: "at every crash point the server recovers all that was acknowledged, and nothing halfway",
			Ref:   "the log and the snapshot: redo, and never lose the one before the other is there"},
		Run: s.everyCrash, Slow: true,
	}, {
		Case: labs.Case{Stage: "B", Name: "once", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title:      "a change that a crash interrupts is applied once, when it is retried",
			Ref:        "at-most-once: the memory of a change is as durable as the change",
			Situations: []string{"the server crashed before a sync", "the server crashed before a reply"}},
		Run: s.once,
	}, {
		Case: labs.Case{Stage: "B", Name: "late-copy", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a copy of a request is not executed, neither meanwhile nor by the server's next life",
			Ref:   "at-most-once: failures are results too"},
		Run: s.lateCopyAfterCrash, Slow: true,
	}, {
		Case: labs.Case{Stage: "B", Name: "bounded", Kind: labs.Budget, Points: 2, Seeds: 2,
			Title: "the files of the server do not grow with the number of changes",
			Ref:   "the contract: MaxLog"},
		Run: s.bounded,
	}, {
		Case: labs.Case{Stage: "B", Name: "one-sync", Kind: labs.Budget, Points: 1, Seeds: 2,
			Title: "a change costs one sync",
			Ref:   "the log: appending is cheaper than writing everything anew"},
		Run: s.oneSync,
	}, {
		Case: labs.Case{Stage: "B", Name: "full-disk", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title:      "a full disk refuses changes and loses none",
			Ref:        "the contract: ErrFull",
			Situations: []string{"the disk was full"}},
		Run: s.fullDisk,
	}, {
		Case: labs.Case{Stage: "B", Name: "failed-sync", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title: "a server whose disk fails stops, and what it has acknowledged is there afterwards",
			Ref:   "Rebello and others 2020: after a sync that failed, nobody knows what is on the disk"},
		Run: s.failedSync,
	}, {
		Case: labs.Case{Stage: "B", Name: "rot", Kind: labs.Exhaustive, Points: 3, Seeds: 3,
			Title: "a disk that has gone bad is found out, and nothing is left out silently",
			Ref:   "checksums: a torn end is no corruption, and corruption is no torn end"},
		Run: s.rot,
	}, {
		Case: labs.Case{Stage: "B", Name: "storm", Kind: labs.Random, Points: 3, Seeds: 40,
			Title: "all clients see one store, through all crashes",
			Ref:   "durable linearizability",
			Situations: []string{"a message was lost", "a message came twice", "a message was late",
				"nobody knows an outcome", "the server crashed"}},
		Run: s.durableStorm,
	}}
}
