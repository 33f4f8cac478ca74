package rpctest

import (
	"net"

	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

// A Solution is what a solution of the lab exports: functions of these names
// and types.
type Solution struct {
	Marshal   func(v any) ([]byte, error)
	Unmarshal func(data []byte, v any) error
	Generate  func(rpcapi.Service) ([]byte, error)
	NewServer func(net.PacketConn, rpcapi.ServerOptions, rpcapi.Handler) rpcapi.Server
	NewClient func(net.PacketConn, net.Addr, rpcapi.ClientOptions) rpcapi.Client
}

// Suite is the table of cases, bound to a solution.
func Suite(s Solution) labtest.Suite {
	suite := labtest.Suite{Lab: "rpc", Package: labtest.PackageOf(s.Marshal)}
	for _, stage := range [][]labtest.Case{s.marshalCases(), s.stubCases(), s.runtimeCases(), s.restartCases()} {
		for _, c := range stage {
			c.Lab = suite.Lab
			suite.Cases = append(suite.Cases, c)
		}
	}
	return suite
}

func (s Solution) marshalCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "A", Name: "scalars", Kind: labs.Scripted, Points: 4, Seeds: 2,
			Title: "booleans, numbers and strings are exactly the bytes of the contract",
			Ref:   "marshaling: one byte order for all machines"},
		Run: s.scalars,
	}, {
		Case: labs.Case{Stage: "A", Name: "composites", Kind: labs.Scripted, Points: 3, Seeds: 2,
			Title: "slices, arrays, maps and structs keep their elements, and nil is not empty",
			Ref:   "marshaling: flattening a structure into bytes"},
		Run: s.composites,
	}, {
		Case: labs.Case{Stage: "A", Name: "shared", Kind: labs.Scripted, Points: 3, Seeds: 2,
			Title: "two names for one thing are still two names for one thing",
			Ref:   "marshaling: shared structure"},
		Run: s.shared,
	}, {
		Case: labs.Case{Stage: "A", Name: "cycles", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "a ring stays a ring, and what never ends is an error",
			Ref:   "marshaling: cyclic structure"},
		Run: s.cycles,
	}, {
		Case: labs.Case{Stage: "A", Name: "equal-bytes", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "equal values have equal bytes",
			Ref:   "the contract: maps"},
		Run: s.equalBytes,
	}, {
		Case: labs.Case{Stage: "A", Name: "graphs", Kind: labs.Random, Points: 4, Seeds: 30,
			Title:      "any graph of structs arrives as the same graph",
			Ref:        "the contract: pointers",
			Situations: []string{"a pointer was shared", "a node could reach itself"}},
		Run: s.graphs,
	}, {
		Case: labs.Case{Stage: "A", Name: "refused", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "what cannot be marshaled is a clear error",
			Ref:   "the contract: Marshal"},
		Run: s.refused,
	}, {
		Case: labs.Case{Stage: "A", Name: "damage", Kind: labs.Scripted, Points: 3, Seeds: 5,
			Title: "bytes that are no value of the type are an error and change nothing",
			Ref:   "the contract: Unmarshal"},
		Run: s.damage,
	}, {
		Case: labs.Case{Stage: "A", Name: "hostile", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "a small message cannot take much memory",
			Ref:   "never trust a length that somebody else wrote"},
		Run: s.hostile,
	}}
}

func (s Solution) stubCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "B", Name: "kinds", Kind: labs.Scripted, Points: 4, Seeds: 3,
			Title: "arguments and results of every kind arrive as they were sent",
			Ref:   "stubs: a call of another machine looks like a call"},
		Derive: s.generate("kinds"), Run: s.everyCall,
	}, {
		Case: labs.Case{Stage: "B", Name: "results", Kind: labs.Scripted, Points: 3, Seeds: 2,
			Title: "a call has several results, or fails and has none",
			Ref:   "stubs: what local calls do not know, errors of the network"},
		Derive: s.generate("results"), Run: s.results,
	}, {
		Case: labs.Case{Stage: "B", Name: "refused", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "what cannot cross a network is an error that names it",
			Ref:   "the contract: Generate"},
		Run: s.cannot,
	}, {
		Case: labs.Case{Stage: "B", Name: "dispatch", Kind: labs.Scripted, Points: 3, Seeds: 2,
			Title: "unknown methods and bytes that are no message are errors, and nothing is executed",
			Ref:   "never trust what somebody else wrote"},
		Derive: s.generate("dispatch"), Run: s.dispatches,
	}, {
		Case: labs.Case{Stage: "B", Name: "names", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "any name that Go allows may stand in an interface and beside it",
			Ref:   "generated code: hygiene"},
		Derive: s.generate("names"), Run: s.everyCall,
	}, {
		Case: labs.Case{Stage: "B", Name: "imports", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "the code imports what its types need, and nothing else",
			Ref:   "Go: an import that is not used is an error"},
		Derive: s.generate("imports"), Run: s.everyCall,
	}, {
		Case: labs.Case{Stage: "B", Name: "same-source", Kind: labs.Scripted, Points: 1, Seeds: 5,
			Title: "equal interfaces have equal stubs",
			Ref:   "generated code is kept and compared"},
		Run: s.sameSource,
	}, {
		Case: labs.Case{Stage: "B", Name: "drawn", Kind: labs.Random, Points: 2, Seeds: 8,
			Title: "the stubs of an interface that nobody has seen work, also for calls at once",
			Ref:   "stub generation"},
		Derive: s.generate("drawn"), Run: s.drawn,
	}}
}

func (s Solution) runtimeCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "C", Name: "calm", Kind: labs.Budget, Points: 3, Seeds: 2,
			Title: "a calm network carries a call and a reply for each call",
			Ref:   "Birrell and Nelson: the reply is the ack of the call, the next call that of the reply"},
		Run: s.calm,
	}, {
		Case: labs.Case{Stage: "C", Name: "lost-call", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a lost call is sent again until it is answered",
			Ref:   "retransmission"},
		Run: s.lostCall,
	}, {
		Case: labs.Case{Stage: "C", Name: "lost-reply", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title: "a call whose reply was lost is executed once, and its reply is sent again",
			Ref:   "at-most-once: the server remembers replies"},
		Run: s.lostReply,
	}, {
		Case: labs.Case{Stage: "C", Name: "late-copies", Kind: labs.Scripted, Points: 3, Seeds: 2,
			Title: "a late copy of a call is not executed, however late",
			Ref:   "at-most-once: what is over stays over"},
		Run: s.lateCopies, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "clients-apart", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "the calls of two clients have nothing to do with each other",
			Ref:   "at-most-once: a call is known by its client and its number"},
		Run: s.apart,
	}, {
		Case: labs.Case{Stage: "C", Name: "in-progress", Kind: labs.Scripted, Points: 2, Seeds: 5,
			Title: "a copy of a call that is being executed is neither executed nor answered in its place",
			Ref:   "at-most-once: a call is remembered before it is executed"},
		Run: s.inProgress,
	}, {
		Case: labs.Case{Stage: "C", Name: "explicit-ack", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "the server answers every packet of a client as the contract says",
			Ref:   "Birrell and Nelson: an explicit ack when the call is slow"},
		Run: s.explicitAck,
	}, {
		Case: labs.Case{Stage: "C", Name: "failures", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a failure is a result like another, and is remembered",
			Ref:   "at-most-once: errors are replies too"},
		Run: s.failures,
	}, {
		Case: labs.Case{Stage: "C", Name: "workers", Kind: labs.Scripted, Points: 2, Seeds: 5,
			Title: "a bounded number of calls is executed at once, and no call waits for another without need",
			Ref:   "a pool of workers"},
		Run: s.workers,
	}, {
		Case: labs.Case{Stage: "C", Name: "slow-call", Kind: labs.Budget, Points: 2, Seeds: 2,
			Title: "a slow call costs few packets, and its reply is found when it was lost",
			Ref:   "the contract: Probe"},
		Run: s.slowCall, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "remembered", Kind: labs.Budget, Points: 2, Seeds: 2,
			Title: "the server forgets a reply when the client has it",
			Ref:   "garbage collection by acknowledgement"},
		Run: s.remembered,
	}, {
		Case: labs.Case{Stage: "C", Name: "storm", Kind: labs.Random, Points: 2, Seeds: 40,
			Title:      "every call is executed exactly once, whatever the network does",
			Ref:        "at-most-once, and calls that are repeated until they are answered",
			Situations: []string{"a packet was lost", "a packet came twice", "a packet was damaged", "a packet was late"}},
		Run: s.storm,
	}, {
		Case: labs.Case{Stage: "C", Name: "give-up", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a caller that gives up does not claim what it does not know",
			Ref:   "a timeout is no answer"},
		Run: s.giveUp,
	}, {
		Case: labs.Case{Stage: "C", Name: "damage", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "what is no packet for it is ignored",
			Ref:   "the contract: Packet"},
		Run: s.damagedPackets,
	}, {
		Case: labs.Case{Stage: "C", Name: "close", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "Close ends every waiting call and every handler",
			Ref:   "the contract: Close"},
		Run: s.closes, Slow: true,
	}}
}

func (s Solution) restartCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "D", Name: "restart-executing", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title: "a call that a crash interrupts is not executed again",
			Ref:   "incarnations: a server that restarted has forgotten"},
		Run: s.restartExecuting,
	}, {
		Case: labs.Case{Stage: "D", Name: "restart-executed", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title: "a call of a former life of the server is not executed in the next",
			Ref:   "incarnations: a server that restarted has forgotten"},
		Run: s.restartExecuted,
	}, {
		Case: labs.Case{Stage: "D", Name: "first-contact", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a call that is for no life of the server is executed in none",
			Ref:   "the contract: ServerIncarnation"},
		Run: s.firstContact,
	}, {
		Case: labs.Case{Stage: "D", Name: "conclusions", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title: "a caller is told that a call was not executed only if that is certain",
			Ref:   "what the caller may conclude"},
		Run: s.conclusions,
	}, {
		Case: labs.Case{Stage: "D", Name: "old-replies", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a reply from an earlier life of the server says nothing",
			Ref:   "incarnations: packets from the dead"},
		Run: s.oldReplies,
	}, {
		Case: labs.Case{Stage: "D", Name: "cancel", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title: "a call that nobody waits for is ended, or not begun",
			Ref:   "cancellation"},
		Run: s.cancels,
	}, {
		Case: labs.Case{Stage: "D", Name: "late-call", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a call that comes after it was cancelled is not executed",
			Ref:   "cancellation: packets overtake each other"},
		Run: s.lateCall,
	}, {
		Case: labs.Case{Stage: "D", Name: "lost-cancel", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "the next call ends those that are over",
			Ref:   "the contract: Done"},
		Run: s.lostCancels,
	}, {
		Case: labs.Case{Stage: "D", Name: "orphans", Kind: labs.Scripted, Points: 4, Seeds: 3,
			Title: "a client that restarts is a new client, and the calls of the old one end",
			Ref:   "Nelson: orphans and reincarnation"},
		Run: s.orphans,
	}, {
		Case: labs.Case{Stage: "D", Name: "lives", Kind: labs.Random, Points: 3, Seeds: 40,
			Title:      "what each caller concludes is true, whatever crashes",
			Ref:        "what the caller may conclude",
			Situations: []string{"a packet was lost", "a packet was late", "a caller could not know"}},
		Run: s.lives,
	}}
}
