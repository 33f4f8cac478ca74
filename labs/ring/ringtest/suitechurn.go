package ringtest

import (
	"faultline/labs"
	"faultline/labs/labtest"
)

func (s Solution) churnCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "C", Name: "lecture", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "the lecture's ring grows node by node, 50 joins, 15 leaves and 58 fails",
			Ref:   "Chord, §4.4: a node joins"},
		Run: s.lectureGrows,
	}, {
		Case: labs.Case{Stage: "C", Name: "small", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "rings of one, two and three members grow and shrink like others",
			Ref:   "Zave 2017: rings with few members are where Chord went wrong"},
		Run: s.small,
	}, {
		Case: labs.Case{Stage: "C", Name: "joins", Kind: labs.Random, Points: 3, Seeds: 5,
			Title: "whoever joins at the same time as others gets its place",
			Ref:   "Chord, §4.4: stabilization makes concurrent joins come right"},
		Run: s.joinTogether,
	}, {
		Case: labs.Case{Stage: "C", Name: "crashes", Kind: labs.Random, Points: 3, Seeds: 5,
			Title: "fewer than r crashes at once do not break the ring",
			Ref:   "Chord, §5.2: successor lists; Zave 2017: what they have to look like"},
		Run: s.crashes,
	}, {
		Case: labs.Case{Stage: "C", Name: "one-by-one", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "after each repair as many may fail as before",
			Ref:   "Chord, §5.2: the successor list is copied from the successor in each round"},
		Run: s.oneByOne,
	}}
}

func (s Solution) comingCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "C", Name: "leave", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "nobody misses a member that has left",
			Ref:   "Chord, §5.2: voluntary departures; the contract: Node.Leave"},
		Run: s.leaving,
	}, {
		Case: labs.Case{Stage: "C", Name: "again", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "a member that crashed may join again with the same id",
			Ref:   "the contract: Node.Join"},
		Run: s.comesBack,
	}, {
		Case: labs.Case{Stage: "C", Name: "meanwhile", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "lookups go round the dead before the ring is repaired",
			Ref:   "Chord, §5.2: failures and lookups"},
		Run: s.lookupsMeanwhile,
	}, {
		Case: labs.Case{Stage: "C", Name: "growth", Kind: labs.Budget, Points: 1, Seeds: 1,
			Title: "when a ring has grown, lookups take log2 N + 2 round trips",
			Ref:   "Chord, §4.4: fix_fingers"},
		Run: s.growth,
	}, {
		Case: labs.Case{Stage: "C", Name: "quiet", Kind: labs.Budget, Points: 1, Seeds: 1,
			Title: "a ring in which nothing happens costs little",
			Ref:   "the contract: Node"},
		Run: s.quiet,
	}, {
		Case: labs.Case{Stage: "C", Name: "two-rings", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "after a partition two rings become one",
			Ref:   "Zave 2017: nothing in Chord brings together what has come apart; the contract: Node"},
		Run: s.twoRings,
	}, {
		Case: labs.Case{Stage: "C", Name: "storm", Kind: labs.Random, Points: 1, Seeds: 5,
			Title:      "after a storm in which members came and went, the ring is repaired",
			Ref:        "the contract: Node",
			Situations: []string{"a packet was lost", "a packet came twice", "a packet was late"}},
		Run: s.churnStorm,
	}, {
		Case: labs.Case{Stage: "C", Name: "close", Kind: labs.Scripted, Points: 1, Seeds: 1,
			Title: "what cannot succeed ends with its context or its node",
			Ref:   "the contract: Node"},
		Run: s.closeNode,
	}}
}
