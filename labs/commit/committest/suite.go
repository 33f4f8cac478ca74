package committest

import (
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/commit/commitapi"
	"faultline/labs/disk"
	"faultline/labs/labtest"
)

// A Solution is what a solution of the lab exports: functions of these names
// and types.
type Solution struct {
	OpenCoordinator func(*labrpc.Process, *disk.Log, commitapi.CoordinatorConfig) (commitapi.Coordinator, error)
	OpenParticipant func(*labrpc.Process, *disk.Log, commitapi.ParticipantConfig) (commitapi.Participant, error)
}

// Suite is the table of cases, bound to a solution.
func Suite(s Solution) labtest.Suite {
	suite := labtest.Suite{Lab: "commit", Package: labtest.PackageOf(s.OpenCoordinator)}
	for _, stage := range [][]labtest.Case{s.votingCases(), s.crashCases(), s.terminationCases(), s.bankCases()} {
		for _, c := range stage {
			c.Lab = suite.Lab
			suite.Cases = append(suite.Cases, c)
		}
	}
	return suite
}

func (s Solution) votingCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "A", Name: "commit", Kind: labs.Scripted, Points: 4, Seeds: 1,
			Title: "when all vote yes, all of it happens",
			Ref:   "Gray 1978, Notes on Data Base Operating Systems: two-phase commit"},
		Run: s.commits,
	}, {
		Case: labs.Case{Stage: "A", Name: "no", Kind: labs.Scripted, Points: 4, Seeds: 1,
			Title: "when one votes no, nothing of it happens",
			Ref:   "Bernstein, Hadzilacos, Goodman 1987, §7.3: AC3, AC1"},
		Run: s.oneNo,
	}, {
		Case: labs.Case{Stage: "A", Name: "silent", Kind: labs.Scripted, Points: 4, Seeds: 1,
			Title: "whoever is silent for too long has voted no",
			Ref:   "Bernstein, Hadzilacos, Goodman, §7.4: timeout actions of the coordinator"},
		Run: s.silent,
	}, {
		Case: labs.Case{Stage: "A", Name: "locks", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "what a transaction has promised is locked until it is decided, and nothing else is",
			Ref:   "two-phase locking: no effect is visible before the commit"},
		Run: s.locks,
	}, {
		Case: labs.Case{Stage: "A", Name: "resend", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "a decision to commit is told until everybody has acknowledged it",
			Ref:   "AC5: once all failures are repaired, all decide"},
		Run: s.resend,
	}, {
		Case: labs.Case{Stage: "A", Name: "copies", Kind: labs.Exhaustive, Points: 3, Seeds: 1,
			Title: "whichever message comes twice, or late again, everything happens once",
			Ref:   "the contract: each method may be called again"},
		Limit: always, Slow: true,
		Run: s.copies,
	}, {
		Case: labs.Case{Stage: "A", Name: "beside", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "a silent participant holds up nobody but its own transactions",
			Ref:   "the contract: Coordinator"},
		Run: s.beside,
	}, {
		Case: labs.Case{Stage: "A", Name: "crowd", Kind: labs.Random, Points: 1, Seeds: 20,
			Title:      "many transactions at once leave the accounts as one after the other would",
			Ref:        "the contract: Participant",
			Situations: []string{"a transaction committed", "a transaction aborted"}},
		Run: s.crowd,
	}, {
		Case: labs.Case{Stage: "A", Name: "close", Kind: labs.Scripted, Points: 1, Seeds: 1,
			Title: "a Run ends with its context or its coordinator",
			Ref:   "the contract: Coordinator"},
		Run: s.closing,
	}}
}

func (s Solution) crashCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "B", Name: "restarts", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "what was committed survives the restart of everybody, and what was aborted does not come back",
			Ref:   "the contract: Participant"},
		Run: s.restarts,
	}, {
		Case: labs.Case{Stage: "B", Name: "every-crash", Kind: labs.Exhaustive, Points: 8, Seeds: 3,
			Title: "wherever one node crashes, all who decide decide the same",
			Ref:   "Bernstein, Hadzilacos, Goodman, §7.3 and §7.4: AC1 to AC5"},
		Limit: always, Slow: true,
		Run: s.everyCrash,
	}, {
		Case: labs.Case{Stage: "B", Name: "pairs", Kind: labs.Exhaustive, Points: 4, Seeds: 2,
			Title: "wherever two nodes crash, or one twice, all who decide decide the same",
			Ref:   "Bernstein, Hadzilacos, Goodman, §7.3 and §7.4: AC1 to AC5"},
		Limit: always, Slow: true,
		Run: s.pairs,
	}, {
		Case: labs.Case{Stage: "B", Name: "one-message", Kind: labs.Exhaustive, Points: 3, Seeds: 1,
			Title: "whichever message is lost, late, or comes twice, all decide the same",
			Ref:   "Bernstein, Hadzilacos, Goodman, §7.4: the timeout actions"},
		Limit: always, Slow: true,
		Run: s.oneMessage,
	}, {
		Case: labs.Case{Stage: "B", Name: "blocked", Kind: labs.Scripted, Points: 4, Seeds: 1,
			Title: "who has voted yes waits for the coordinator, however long it takes",
			Ref:   "Skeen 1981: two-phase commit blocks"},
		Limit: always, Slow: true,
		Run: s.blocked,
	}, {
		Case: labs.Case{Stage: "B", Name: "many", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "a crash with many transactions under way ends them all",
			Ref:   "the contract: Coordinator, Participant"},
		Slow: true,
		Run:  s.many,
	}, {
		Case: labs.Case{Stage: "B", Name: "names", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "no vote counts for a transaction of a later life",
			Ref:   "the contract: Txn"},
		Run: s.names,
	}, {
		Case: labs.Case{Stage: "B", Name: "early", Kind: labs.Scripted, Points: 1, Seeds: 1,
			Title: "nobody is told an outcome before there is one",
			Ref:   "Bernstein, Hadzilacos, Goodman, §7.3: AC2, no decision is reversed"},
		Run: s.early,
	}, {
		Case: labs.Case{Stage: "B", Name: "again", Kind: labs.Scripted, Points: 1, Seeds: 1,
			Title: "a message from before a crash changes nothing after it",
			Ref:   "the contract: Participant"},
		Run: s.again,
	}, {
		Case: labs.Case{Stage: "B", Name: "storm", Kind: labs.Random, Points: 2, Seeds: 30,
			Title:      "all decide the same, whatever the network does and whoever crashes",
			Ref:        "Bernstein, Hadzilacos, Goodman, §7.3: AC1 to AC5",
			Situations: []string{"a packet was lost", "a packet came twice", "a packet was late", "a node crashed"}},
		Run: s.storm,
	}}
}

func (s Solution) terminationCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "C", Name: "peers", Kind: labs.Scripted, Points: 5, Seeds: 1,
			Title: "who waits learns the outcome from another participant",
			Ref:   "Bernstein, Hadzilacos, Goodman, §7.4: the cooperative termination protocol"},
		Limit: always, Slow: true,
		Run: s.peers,
	}, {
		Case: labs.Case{Stage: "C", Name: "uncertain", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "where nobody who is up knows, everybody waits, and not for ever",
			Ref:   "Bernstein, Hadzilacos, Goodman, §7.4: all reachable participants may be uncertain"},
		Run: s.uncertain,
	}, {
		Case: labs.Case{Stage: "C", Name: "promise", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "who tells another one that it aborts does not vote yes afterwards",
			Ref:   "Bernstein, Hadzilacos, Goodman, §7.4: a participant that has not voted may abort"},
		Limit: always, Slow: true,
		Run: s.promise,
	}, {
		Case: labs.Case{Stage: "C", Name: "alone", Kind: labs.Exhaustive, Points: 4, Seeds: 2,
			Title: "wherever the coordinator goes for good, whoever can know the outcome gets to know it",
			Ref:   "Bernstein, Hadzilacos, Goodman, §7.4"},
		Limit: always, Slow: true,
		Run: s.alone,
	}, {
		Case: labs.Case{Stage: "C", Name: "forgets", Kind: labs.Scripted, Points: 4, Seeds: 1,
			Title: "the coordinator forgets a commit when all have acknowledged it, and not before",
			Ref:   "Mohan, Lindsay, Obermarck 1986, R*: presumed abort"},
		Run: s.forgets,
	}, {
		Case: labs.Case{Stage: "C", Name: "deep", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "what was acknowledged, forgotten and asked about again stays committed",
			Ref:   "Mohan, Lindsay, Obermarck, §3.1: who acknowledges a commit never asks again"},
		Limit: always, Slow: true,
		Run: s.deep,
	}, {
		Case: labs.Case{Stage: "C", Name: "cost", Kind: labs.Budget, Points: 3, Seeds: 1,
			Title: "a commit takes 2N+1 forced writes and 4N messages, and an abort fewer",
			Ref:   "Mohan, Lindsay, Obermarck, §3.1: the table of costs"},
		Run: s.cost,
	}}
}

func (s Solution) bankCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "D", Name: "looks", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "a transaction sees what those before it have left, and all that it returns happens",
			Ref:   "Gray and Reuter 1993: atomicity, consistency, isolation, durability"},
		Run: s.looks,
	}, {
		Case: labs.Case{Stage: "D", Name: "interleavings", Kind: labs.Exhaustive, Points: 4, Seeds: 2,
			Title: "however two transactions overlap, one after the other explains what they see",
			Ref:   "Eswaran, Gray, Lorie, Traiger 1976: two-phase locking is serializable"},
		Limit: always, Slow: true,
		Run: s.interleavings,
	}, {
		Case: labs.Case{Stage: "D", Name: "stale", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "a transaction does not commit what it has built on a balance that has changed since",
			Ref:   "Kung and Robinson 1981: what was read is validated at the commit"},
		Limit: always, Slow: true,
		Run: s.stale,
	}, {
		Case: labs.Case{Stage: "D", Name: "deadlock", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "of transactions that want what the others hold, all get through",
			Ref:   "Rosenkrantz, Stearns, Lewis 1978: wait-die and wound-wait"},
		Limit: always, Slow: true,
		Run: s.deadlock,
	}, {
		Case: labs.Case{Stage: "D", Name: "lets-go", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "a transaction that comes to nothing leaves nobody locked out",
			Ref:   "the contract: Reading"},
		Limit: always, Slow: true,
		Run: s.letsGo,
	}, {
		Case: labs.Case{Stage: "D", Name: "in-doubt", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "what is not decided is seen by nobody, and everything else goes on",
			Ref:   "Bernstein, Hadzilacos, Goodman, §7.3: strictness, also after a restart"},
		Limit: always, Slow: true,
		Run: s.inDoubt,
	}, {
		Case: labs.Case{Stage: "D", Name: "crash-states", Kind: labs.Exhaustive, Points: 3, Seeds: 2,
			Title: "wherever one node crashes during a transfer, the money is all there afterwards",
			Ref:   "Gray 1978: the transaction is atomic and durable"},
		Limit: always, Slow: true,
		Run: s.crashStates,
	}, {
		Case: labs.Case{Stage: "D", Name: "bank", Kind: labs.Random, Points: 1, Seeds: 20,
			Title: "whatever the network does and whoever crashes, all transactions are as if one came after the other",
			Ref:   "Papadimitriou 1979, serializability; Herlihy and Wing 1990: strict, as they overlap",
			Situations: []string{"a packet was lost", "a packet came twice", "a packet was late", "a node crashed",
				"a transaction committed"}},
		Run: s.bankStorm,
	}}
}
