package ringtest

import (
	"time"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// A Solution is what a solution of the lab exports: functions of these names
// and types.
type Solution struct {
	KeyID   ringapi.KeyID
	Places  ringapi.Places
	NewRing func(bits int) ringapi.Ring
	NewPeer func(*labrpc.Process, ringapi.PeerConfig) ringapi.Peer
	NewNode func(*labrpc.Process, ringapi.NodeConfig) ringapi.Node
}

// limit is how much virtual time a scenario may take that waits for a ring to be
// repaired, again and again.
const limit = 10 * time.Minute

// Suite is the table of cases, bound to a solution.
func Suite(s Solution) labtest.Suite {
	suite := labtest.Suite{Lab: "ring", Package: labtest.PackageOf(s.NewRing)}
	for _, stage := range [][]labtest.Case{s.placementCases(), s.lookupCases(),
		s.churnCases(), s.comingCases(), s.dataCases(), s.survivalCases()} {
		for _, c := range stage {
			c.Lab = suite.Lab
			if c.Stage > "B" {
				c.Limit = limit
				c.Slow = c.ID() != "ring/C/lecture" // on a busy machine the living look dead
			}
			suite.Cases = append(suite.Cases, c)
		}
	}
	return suite
}

func (s Solution) placementCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "A", Name: "lecture", Kind: labs.Scripted, Points: 4, Seeds: 1,
			Title: "on the lecture's ring node 8 holds [5,8] and node 4 holds [59,4]",
			Ref:   "consistent hashing: nodes 4, 8, 15, 20, 32, 35, 44, 58 on a ring with m = 6"},
		Run: s.lectureRing,
	}, {
		Case: labs.Case{Stage: "A", Name: "placement", Kind: labs.Random, Points: 4, Seeds: 8,
			Title: "an id belongs to the first node at or after it, whoever comes and goes",
			Ref:   "Karger and others 1997: consistent hashing"},
		Run: s.placement,
	}, {
		Case: labs.Case{Stage: "A", Name: "moves", Kind: labs.Random, Points: 4, Seeds: 8,
			Title: "what has to be moved is exactly what has another owner than before",
			Ref:   "consistent hashing: a node that joins takes the arc before it, and nothing else moves"},
		Run: s.moves,
	}, {
		Case: labs.Case{Stage: "A", Name: "collisions", Kind: labs.Random, Points: 3, Seeds: 8,
			Title:      "several nodes may have one place, and each of them may go",
			Ref:        "the contract: Ring",
			Situations: []string{"two nodes had the same place"}},
		Run: s.collisions,
	}, {
		Case: labs.Case{Stage: "A", Name: "replicas", Kind: labs.Random, Points: 4, Seeds: 8,
			Title: "the replicas of an id are on different nodes",
			Ref:   "DeCandia and others 2007, Dynamo, §4.3: the preference list skips virtual nodes of the same host"},
		Run: s.replicas,
	}, {
		Case: labs.Case{Stage: "A", Name: "hash", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "a hash depends on nothing but what is hashed",
			Ref:   "the contract: KeyID and Places"},
		Run: s.hash,
	}, {
		Case: labs.Case{Stage: "A", Name: "balance", Kind: labs.Budget, Points: 2, Seeds: 2,
			Title: "nodes own what their weight entitles them to, be there 10, 100 or 1,000",
			Ref:   "Dynamo, §4.2: virtual nodes"},
		Run: s.balance,
	}, {
		Case: labs.Case{Stage: "A", Name: "movement", Kind: labs.Budget, Points: 2, Seeds: 2,
			Title: "one node that comes or goes moves its share of the keys and no other",
			Ref:   "Karger and others 1997: monotonicity"},
		Run: s.movement,
	}}
}

func (s Solution) lookupCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "B", Name: "lecture", Kind: labs.Scripted, Points: 5, Seeds: 1,
			Title: "node 80 of the lecture knows 96, 112 and 20, and node 4 finds that 37 belongs to 44",
			Ref:   "Stoica and others 2001, Chord, §4.3: the finger table, with m = 7; lookups with m = 6"},
		Run: s.lectureLookups,
	}, {
		Case: labs.Case{Stage: "B", Name: "edges", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "rings of one, two and three nodes have no special ids",
			Ref:   "Chord, §4: intervals on a circle"},
		Run: s.edges,
	}, {
		Case: labs.Case{Stage: "B", Name: "any-ring", Kind: labs.Random, Points: 3, Seeds: 8,
			Title: "a lookup finds the first member at or after the id",
			Ref:   "Chord, Theorem 2; Rowstron and Druschel 2001, Pastry, §2.2"},
		Run: s.anyRing,
	}, {
		Case: labs.Case{Stage: "B", Name: "neighbours", Kind: labs.Random, Points: 3, Seeds: 5,
			Title: "a peer knows its neighbours on both sides of the end of the ring, and few others",
			Ref:   "Pastry, §2.1: leaf set and routing table; Chord, §4.3"},
		Run: s.neighbours,
	}, {
		Case: labs.Case{Stage: "B", Name: "hops", Kind: labs.Budget, Points: 3, Seeds: 2,
			Title: "on a ring of 1,000 nodes a lookup takes at most log2 N + 2 hops",
			Ref:   "Chord, Theorem 2: O(log N) messages"},
		Run: s.hopBound,
	}, {
		Case: labs.Case{Stage: "B", Name: "messages", Kind: labs.Budget, Points: 3, Seeds: 2,
			Title: "iterative lookups ask from one place, recursive ones go from hand to hand",
			Ref:   "Chord, §5.1: iterative and recursive lookups"},
		Run: s.messages,
	}, {
		Case: labs.Case{Stage: "B", Name: "dead", Kind: labs.Random, Points: 2, Seeds: 6,
			Title:      "a lookup goes round the dead",
			Ref:        "Chord, §5.3: failures and the successor list",
			Situations: []string{"a dead node was asked"}},
		Run: s.dead,
	}, {
		Case: labs.Case{Stage: "B", Name: "one-loss", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "whichever message of a lookup is lost, the owner is found",
			Ref:   "the end-to-end argument: who wants the answer asks again"},
		Run: s.oneLoss,
	}, {
		Case: labs.Case{Stage: "B", Name: "storm", Kind: labs.Random, Points: 1, Seeds: 20,
			Title:      "every lookup gets its own answer, whatever the network does",
			Ref:        "the contract: Peer.Lookup",
			Situations: []string{"a packet was lost", "a packet came twice", "a packet was late"}},
		Run: s.storm,
	}, {
		Case: labs.Case{Stage: "B", Name: "close", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a lookup that cannot succeed ends with its context or its peer",
			Ref:   "the contract: Peer"},
		Run: s.closePeer,
	}}
}
