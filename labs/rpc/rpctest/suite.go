package rpctest

import (
	"faultline/labs"
	"faultline/labs/labtest"
)

// A Solution is what a solution of the lab exports: functions of these names
// and types.
type Solution struct {
	Marshal   func(v any) ([]byte, error)
	Unmarshal func(data []byte, v any) error
}

// Suite is the table of cases, bound to a solution.
func Suite(s Solution) labtest.Suite {
	suite := labtest.Suite{Lab: "rpc", Package: labtest.PackageOf(s.Marshal)}
	for _, stage := range [][]labtest.Case{s.marshalCases()} {
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
