package labtest

import "faultline/labs"

// A Finding is what a case has to say about a broken property, for someone who
// wrote the bug and does not know it yet.
type Finding struct {
	Property string `json:"property,omitempty"` // what must hold; empty is the title of the case
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
	Where    string `json:"where,omitempty"` // file:line in the solution, if there is one

	// About is what it is about: a key, a node, or a connection as "a - b". A
	// report then shows, of all that happened, what has to do with that. Empty is
	// everything.
	About string `json:"about,omitempty"`
}

// An Outcome is what became of one run.
type Outcome struct {
	Verdict labs.Verdict `json:"verdict"`
	Finding
}
