package ringtest

import (
	"faultline/labs"
	"faultline/labs/labtest"
)

func (s Solution) dataCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "D", Name: "lecture", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "on the lecture's ring key 14 is on 15, 20 and 32, whoever comes and goes",
			Ref:   "consistent hashing: replicas on the next nodes of the ring",
		},
		Run: s.lectureData,
	}, {
		Case: labs.Case{Stage: "D", Name: "store", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "a Get returns what was put last, and nothing after a Delete",
			Ref:   "the contract: Store",
		},
		Run: s.oneAfterTheOther,
	}, {
		Case: labs.Case{Stage: "D", Name: "joins", Kind: labs.Random, Points: 3, Seeds: 5,
			Title: "no read or write goes wrong while a member joins",
			Ref:   "DeCandia and others 2007, Dynamo, §4.9: adding storage nodes",
		},
		Run: s.joinsWithData,
	}, {
		Case: labs.Case{Stage: "D", Name: "leaves", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "no read or write goes wrong while a member leaves",
			Ref:   "Dynamo, §4.9: removing storage nodes",
		},
		Run: s.leavesWithData,
	}, {
		Case: labs.Case{Stage: "D", Name: "crashes", Kind: labs.Random, Points: 3, Seeds: 5,
			Title: "nothing that was acknowledged is lost with fewer than r members",
			Ref:   "Chord, §6: DHash keeps replicas on the r successors",
		},
		Run: s.crashesWithData,
	}, {
		Case: labs.Case{Stage: "D", Name: "replaced", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "after each repair a key can bear as many failures as before",
			Ref:   "Dabek and others 2001, CFS, §4.2: replicas are made again",
		},
		Run: s.replaced,
	}}
}

func (s Solution) survivalCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "D", Name: "broken", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "a move that is broken off loses nothing",
			Ref:   "keep the old copy until the new one is safe",
		},
		Run: s.brokenMoves,
	}, {
		Case: labs.Case{Stage: "D", Name: "late", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "a message that comes late or twice brings nothing old back",
			Ref:   "the end-to-end argument: an old value is known by its version",
		},
		Run: s.lateMoves,
	}, {
		Case: labs.Case{Stage: "D", Name: "deleted", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "what was deleted stays deleted, whoever comes and goes",
			Ref:   "Dynamo, §4.4; Cassandra: tombstones",
		},
		Run: s.deletions,
	}, {
		Case: labs.Case{Stage: "D", Name: "again", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "who comes back brings nothing old with it",
			Ref:   "the contract: Store",
		},
		Run: s.againWithData,
	}, {
		Case: labs.Case{Stage: "D", Name: "movement", Kind: labs.Budget, Points: 1, Seeds: 1,
			Title: "a member that joins is sent what it will hold and no more",
			Ref:   "Karger and others 1997: monotonicity",
		},
		Run: s.movementOfData,
	}, {
		Case: labs.Case{Stage: "D", Name: "quiet", Kind: labs.Budget, Points: 1, Seeds: 1,
			Title: "values that do not change cost nothing",
			Ref:   "Dynamo, §4.7: replicas compare without sending",
		},
		Run: s.quietData,
	}, {
		Case: labs.Case{Stage: "D", Name: "storm", Kind: labs.Random, Points: 1, Seeds: 5,
			Title:      "after a storm every key has its latest value, where it belongs",
			Ref:        "the contract: Store",
			Situations: []string{"a packet was lost", "a packet came twice", "a packet was late"},
		},
		Run: s.dataStorm,
	}}
}
