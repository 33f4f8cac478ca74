package kvtest

import (
	"faultline/labs"
	"faultline/labs/labtest"
)

func (s Solution) casesC() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "C", Name: "two-ways", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "what is put one way is got the other way",
			Ref:   "the directory: recursive and iterative queries"},
		Run: s.twoWays,
	}, {
		Case: labs.Case{Stage: "C", Name: "racks", Kind: labs.Random, Points: 2, Seeds: 12,
			Title: "every key is on as many nodes as it should be, in as many racks as can be",
			Ref:   "replication: the failure of a whole rack loses nothing"},
		Run: s.differentRacks,
	}, {
		Case: labs.Case{Stage: "C", Name: "messages", Kind: labs.Budget, Points: 3, Seeds: 2,
			Title: "a query costs the messages of the contract, which go the ways of its mode",
			Ref:   "the directory: recursive and iterative queries"},
		Run: s.queryMessages, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "order", Kind: labs.Random, Points: 2, Seeds: 8,
			Title: "writers at the same time leave all replicas with the same value",
			Ref:   "the directory orders the writes of a key"},
		Run: s.sameOrder,
	}, {
		Case: labs.Case{Stage: "C", Name: "late-copies", Kind: labs.Scripted, Points: 2, Seeds: 4,
			Title: "a request that comes late or twice brings no old value back",
			Ref:   "at-most-once, or idempotent: the version is part of the request"},
		Run: s.lateRequests, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "missed-write", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a Put waits for the node that it does not reach for a moment",
			Ref:   "replication: read one, write all"},
		Run: s.missedWrite, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "rack-failure", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a whole rack fails, and every key can be read at once and written soon",
			Ref:   "replication: the failure of a whole rack loses nothing"},
		Run: s.rackFailure, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "cut-off", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a node that is taken for dead and lives serves no old value, then or when it is back",
			Ref:   "iterative queries: the client must keep consistency"},
		Run: s.cutOffNode, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "quick-restart", Kind: labs.Scripted, Points: 1, Seeds: 5,
			Title: "a node that restarts before it is missed is asked for nothing that it has lost",
			Ref:   "incarnations: the same name is not the same node"},
		Run: s.quickRestart, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "all-lost", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a value that is lost is not said never to have been",
			Ref:   "the contract: ErrLost"},
		Run: s.allLost, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "give-up", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a call that cannot be carried out ends with its context, or with Close",
			Ref:   "the contract: ctx and Close"},
		Run: s.giveUpQuery,
	}, {
		Case: labs.Case{Stage: "C", Name: "storm", Kind: labs.Random, Points: 2, Seeds: 10,
			Title:      "no Get is older than the Puts before it, whatever network and one rack do",
			Ref:        "regular registers: Lamport, On interprocess communication, 1986",
			Situations: []string{"a message was lost", "a message came twice", "a message was late", "a node failed"}},
		Run: s.directoryStorm, Slow: true,
	}}
}

func (s Solution) casesD() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "D", Name: "join", Kind: labs.Budget, Points: 3, Seeds: 2,
			Title: "a node that joins gets its share of what exists, and no more is moved than that takes",
			Ref:   "growth: a new node takes load"},
		Run: s.newNode, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "move", Kind: labs.Random, Points: 3, Seeds: 8,
			Title:      "reads and writes go on while keys move, and none is lost",
			Ref:        "data movement: the source is fenced before the copy is made",
			Situations: []string{"a key has moved"}},
		Run: s.moveUnderLoad, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "slow-put", Kind: labs.Random, Points: 2, Seeds: 8,
			Title:      "a Put whose list is out of date is not acknowledged without the newcomer",
			Ref:        "data movement: an epoch for each list",
			Situations: []string{"a key has moved"}},
		Run: s.slowPuts, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "late-transfer", Kind: labs.Random, Points: 2, Seeds: 5,
			Title:      "a transfer, or an order to drop, that comes a second time much later changes nothing",
			Ref:        "at-most-once, or idempotent: the epoch is part of the request",
			Situations: []string{"a key has moved"}},
		Run: s.lateTransfers, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "repair", Kind: labs.Scripted, Points: 3, Seeds: 2,
			Title: "what a dead rack held is copied from the living, so that another rack may fail",
			Ref:   "failure: a dead node's keys are copied from the living"},
		Run: s.repairs, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "broken-transfer", Kind: labs.Random, Points: 3, Seeds: 8,
			Title: "a node that fails in the middle of a transfer takes nothing with it",
			Ref:   "data movement: the source keeps the value until the destination has it"},
		Run: s.brokenTransfers, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "return", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a node that was given up and comes back takes its share, and serves nothing from before",
			Ref:   "growth: what a returning node still holds is old"},
		Run: s.returning, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "full", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title: "a full node gets no more, and when all are full nothing that was acknowledged is lost",
			Ref:   "growth: the directory keeps track of the room"},
		Run: s.fullNodes, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "hot", Kind: labs.Budget, Points: 3, Seeds: 2,
			Title: "a key that is read much is served by many nodes, and by few again when it has cooled down",
			Ref:   "load: a popular key is replicated further"},
		Run: s.hotKey, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "storm", Kind: labs.Random, Points: 1, Seeds: 8,
			Title:      "nodes come and go, and afterwards every key is where it should be",
			Ref:        "growth and failure together",
			Situations: []string{"a message was lost", "a message came twice", "a message was late", "a node failed"}},
		Run: s.growthStorm, Slow: true,
	}}
}
