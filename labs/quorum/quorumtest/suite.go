package quorumtest

import (
	"time"

	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/quorum/quorumapi"
)

// A Solution is what a solution of the lab exports: functions of these names
// and types.
type Solution struct {
	Promises    quorumapi.Promises
	NewReplica  quorumapi.NewReplica
	NewClient   quorumapi.NewClient
	NewRegister quorumapi.NewRegister
	OpenReplica quorumapi.OpenReplica
	NewHedged   quorumapi.NewHedged
}

// Suite is the table of cases, bound to a solution.
func Suite(s Solution) labtest.Suite {
	suite := labtest.Suite{Lab: "quorum", Package: labtest.PackageOf(s.NewReplica)}
	for _, stage := range [][]labtest.Case{s.votingCases(), s.registerCases(), s.durableCases(), s.hedgedCases()} {
		for _, c := range stage {
			c.Lab = suite.Lab
			suite.Cases = append(suite.Cases, c)
		}
	}
	return suite
}

func (s Solution) votingCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "A", Name: "promises", Kind: labs.Exhaustive, Points: 2, Seeds: 1,
			Title: "a configuration promises what its quorums share",
			Ref:   "Gifford, Weighted voting for replicated data, 1979: R+W > N, 2W > N"},
		Run: s.promises,
	}, {
		Case: labs.Case{Stage: "A", Name: "lecture", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title: "a put that fails on one of N1, N2 and N4 is seen by every Get: N = 3, W = 2, R = 2",
			Ref:   "quorum replication: every R and every W replicas have one in common"},
		Run: s.lecture,
	}, {
		Case: labs.Case{Stage: "A", Name: "stale", Kind: labs.Exhaustive, Points: 2, Seeds: 9,
			Title: "a Get waits for R and a Put for W: with R+W ≤ N it may be stale, and the promise says so",
			Ref:   "quorum replication: what R+W ≤ N allows"},
		Run: s.stale,
	}, {
		Case: labs.Case{Stage: "A", Name: "too-few", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "silence is no answer, and a Put that is given up is a maybe",
			Ref:   "a timeout is no answer"},
		Run: s.tooFew,
	}, {
		Case: labs.Case{Stage: "A", Name: "goes-on", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "an operation goes on asking until a quorum has answered",
			Ref:   "the contract: who has too few answers goes on asking"},
		Run: s.goesOn,
	}, {
		Case: labs.Case{Stage: "A", Name: "alternate", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "a Put replaces every value whose Put had returned, whoever put it",
			Ref:   "versions: whoever writes must first ask what there is"},
		Run: s.alternate,
	}, {
		Case: labs.Case{Stage: "A", Name: "late-store", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a value that comes late or twice replaces nothing newer",
			Ref:   "versions: a replica compares"},
		Run: s.lateStore,
	}, {
		Case: labs.Case{Stage: "A", Name: "ties", Kind: labs.Scripted, Points: 2, Seeds: 8,
			Title: "of two Puts at the same time one is the newer, and it is the same for everybody",
			Ref:   "versions: a number, and a writer to break ties"},
		Run: s.ties,
	}, {
		Case: labs.Case{Stage: "A", Name: "meet", Kind: labs.Random, Points: 1, Seeds: 12,
			Title: "two values that arrive at a replica at once leave the newer one",
			Ref:   "versions: a replica compares and stores in one step"},
		Run: s.meet,
	}, {
		Case: labs.Case{Stage: "A", Name: "reborn", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a client that restarts gives no version twice",
			Ref:   "incarnations: the same name is not the same writer"},
		Run: s.reborn,
	}, {
		Case: labs.Case{Stage: "A", Name: "values", Kind: labs.Scripted, Points: 1, Seeds: 1,
			Title: "a value comes back as it was, and belongs to the caller",
			Ref:   "the contract: any bytes, and no references"},
		Run: s.values,
	}, {
		Case: labs.Case{Stage: "A", Name: "messages", Kind: labs.Budget, Points: 1, Seeds: 2,
			Title: "a Get costs 2N messages and a Put 4N",
			Ref:   "the contract: messages"},
		Run: s.voterBudget,
	}, {
		Case: labs.Case{Stage: "A", Name: "close", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "an operation that cannot be carried out ends with Close",
			Ref:   "the contract: Close"},
		Run: s.ends,
	}, {
		Case: labs.Case{Stage: "A", Name: "storm", Kind: labs.Random, Points: 3, Seeds: 30,
			Title:      "no Get is older than the Puts before it, whatever the network does",
			Ref:        "regular registers: Lamport, On interprocess communication, 1986",
			Situations: []string{"a message was lost", "a message came twice", "a message was late", putGivenUp}},
		Run: s.votes,
	}}
}

func (s Solution) registerCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "B", Name: "write-back", Kind: labs.Scripted, Points: 5, Seeds: 3,
			Title: "what one Get has returned the next one returns, though its Put has reached one replica only",
			Ref:   "Attiya, Bar-Noy and Dolev, Sharing memory robustly, 1995: a reader must write"},
		Run: s.writeBack,
	}, {
		Case: labs.Case{Stage: "B", Name: "slow-write-back", Kind: labs.Scripted, Points: 4, Seeds: 4,
			Title: "a Get returns when a majority has what it returns, and not before",
			Ref:   "Attiya, Bar-Noy and Dolev 1995: the second phase of a read"},
		Run: s.slowWriteBack,
	}, {
		Case: labs.Case{Stage: "B", Name: "minority-has-it", Kind: labs.Scripted, Points: 4, Seeds: 2,
			Title: "a value that only some of those have that were asked is written back",
			Ref:   "Attiya, Bar-Noy and Dolev 1995: when the write-back may be left out"},
		Run: s.minorityHas,
	}, {
		Case: labs.Case{Stage: "B", Name: "old-version", Kind: labs.Scripted, Points: 4, Seeds: 3,
			Title: "what is written back keeps its version, so it replaces nothing newer",
			Ref:   "Attiya, Bar-Noy and Dolev 1995: a reader invents no versions"},
		Run: s.restamped,
	}, {
		Case: labs.Case{Stage: "B", Name: "counted-once", Kind: labs.Scripted, Points: 4, Seeds: 2,
			Title: "a replica that answers twice is one replica",
			Ref:   "quorums are sets and not numbers"},
		Run: s.countedOnce,
	}, {
		Case: labs.Case{Stage: "B", Name: "late-answers", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title: "an answer counts for the operation that asked",
			Ref:   "the contract: answers"},
		Run: s.lateAnswers,
	}, {
		Case: labs.Case{Stage: "B", Name: "minority", Kind: labs.Scripted, Points: 3, Seeds: 2,
			Title: "a minority of the replicas may fail, and no more",
			Ref:   "Attiya, Bar-Noy and Dolev 1995: a majority of processes"},
		Run: s.minority,
	}, {
		Case: labs.Case{Stage: "B", Name: "messages", Kind: labs.Budget, Points: 1, Seeds: 2,
			Title: "an operation costs at most 4N messages",
			Ref:   "the contract: messages"},
		Run: s.registerBudget,
	}, {
		Case: labs.Case{Stage: "B", Name: "linearizable", Kind: labs.Random, Points: 5, Seeds: 60,
			Title: "all clients see one store, whatever the network and a minority of the replicas do",
			Ref:   "Herlihy and Wing, Linearizability, §2",
			Situations: []string{"a message was lost", "a message came twice", "a message was late", putGivenUp,
				"a replica failed", "a replica stood still"}},
		Run: s.linearizable,
	}}
}

func (s Solution) durableCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "C", Name: "restart", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a replica that starts again holds what it held, versions too",
			Ref:   "quorum replication: a replica that comes back is the same replica"},
		Run: s.restarts,
	}, {
		Case: labs.Case{Stage: "C", Name: "any-key", Kind: labs.Scripted, Points: 1, Seeds: 1,
			Title: "a key may be any bytes, and no two keys share a place on the disk",
			Ref:   "the contract: any key"},
		Run: s.anyKey,
	}, {
		Case: labs.Case{Stage: "C", Name: "every-crash", Kind: labs.Exhaustive, Points: 4, Seeds: 1,
			Title: "at every crash point a replica recovers all that it has acknowledged, and nothing halfway",
			Ref:   "atomic update: write, sync, rename, sync the directory"},
		Run: s.everyCrash, Slow: true, Limit: time.Hour,
	}, {
		Case: labs.Case{Stage: "C", Name: "forgotten", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "what a majority has acknowledged stays there, though one of them crashes",
			Ref:   "durability: an acknowledgement is a promise for the next life, too"},
		Run: s.forgotten,
	}, {
		Case: labs.Case{Stage: "C", Name: "shown", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "what a replica has shown to anybody it does not forget in a crash",
			Ref:   "durable linearizability: who has seen a value counts on it"},
		Run: s.shown,
	}, {
		Case: labs.Case{Stage: "C", Name: "repair", Kind: labs.Scripted, Points: 3, Seeds: 2,
			Title: "a replica that has missed a Put is told by the next Get",
			Ref:   "DeCandia and others 2007, Dynamo, §5: read repair"},
		Run: s.repairs,
	}, {
		Case: labs.Case{Stage: "C", Name: "repair-newest", Kind: labs.Scripted, Points: 2, Seeds: 4,
			Title: "a repair brings the newest value to all that have older ones",
			Ref:   "Dynamo, §5: read repair"},
		Run: s.repairsNewest,
	}, {
		Case: labs.Case{Stage: "C", Name: "late-repair", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a repair that comes late replaces nothing newer",
			Ref:   "versions: a replica compares"},
		Run: s.lateRepair,
	}, {
		Case: labs.Case{Stage: "C", Name: "replaced", Kind: labs.Scripted, Points: 3, Seeds: 4,
			Title: "a replica whose disk was lost is not counted before it has copied from a majority",
			Ref:   "quorums: what was acknowledged and is lost was not acknowledged by this disk"},
		Run: s.replacement,
	}, {
		Case: labs.Case{Stage: "C", Name: "broken-copy", Kind: labs.Exhaustive, Points: 3, Seeds: 1,
			Title: "at every crash point of the copying, a replica goes on copying and shows nothing halfway",
			Ref:   "the contract: a replacement"},
		Run: s.brokenCopy, Slow: true, Limit: time.Hour,
	}, {
		Case: labs.Case{Stage: "C", Name: "failed-sync", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a replica whose disk fails acknowledges nothing any more",
			Ref:   "Rebello and others 2020: after a sync that failed, nobody knows what is on the disk"},
		Run: s.failedSync,
	}, {
		Case: labs.Case{Stage: "C", Name: "storm", Kind: labs.Random, Points: 2, Seeds: 30,
			Title:      "all clients see one store, through all crashes",
			Ref:        "durable linearizability",
			Situations: []string{"a message was lost", "a message came twice", "a message was late", "a replica crashed"}},
		Run: s.durableStorm,
	}}
}

func (s Solution) hedgedCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "D", Name: "percentile", Kind: labs.Budget, Points: 5, Seeds: 3,
			Title: "999 of 1,000 Gets are quick although one answer in 100 is late, and hedges are few",
			Ref:   "Dean and Barroso, The tail at scale, 2013: hedged requests"},
		Run: s.tail,
	}, {
		Case: labs.Case{Stage: "D", Name: "stalled", Kind: labs.Budget, Points: 4, Seeds: 4,
			Title: "a replica that becomes slow or silent is gone round, without a hedge each time",
			Ref:   "The tail at scale: latency-induced probation"},
		Run: s.stalled,
	}, {
		Case: labs.Case{Stage: "D", Name: "overload", Kind: labs.Budget, Points: 3, Seeds: 2,
			Title: "when all replicas are slow, hedges do not make it worse",
			Ref:   "The tail at scale: hedges within a budget"},
		Run: s.overload,
	}, {
		Case: labs.Case{Stage: "D", Name: "spread", Kind: labs.Budget, Points: 2, Seeds: 2,
			Title: "the Gets are spread over all replicas",
			Ref:   "the contract: from half to twice the average"},
		Run: s.spread,
	}, {
		Case: labs.Case{Stage: "D", Name: "back", Kind: labs.Budget, Points: 2, Seeds: 2,
			Title: "a replica that is well again is asked again",
			Ref:   "The tail at scale: probation ends"},
		Run: s.back,
	}, {
		Case: labs.Case{Stage: "D", Name: "counted-once", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "a hedge asks another replica: a quorum is a set",
			Ref:   "quorums are sets and not numbers"},
		Run: s.hedgedTwice,
	}, {
		Case: labs.Case{Stage: "D", Name: "storm", Kind: labs.Random, Points: 1, Seeds: 20,
			Title:      "hedged Gets are as fresh as others, whatever the network does",
			Ref:        "regular registers: Lamport, On interprocess communication, 1986",
			Situations: []string{"a message was lost", "a message came twice", "a message was late"}},
		Run: s.hedgedStorm,
	}}
}
