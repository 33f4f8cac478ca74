package similar

import "encoding/json"

// Schema names the version of the JSON form. It changes when a reader of the old
// form would misread the new one.
const Schema = "faultline/similar/v1"

// A Report is what the submissions of a class have in common.
type Report struct {
	Schema string   `json:"schema"`
	How    []string `json:"how_to_read"` // what whoever reads it has to know
	Labs   []Lab    `json:"labs"`
}

// NewReport makes a report of what comparing some labs gave.
func NewReport(labs []Lab) *Report {
	return &Report{Schema: Schema, Labs: labs, How: []string{
		"Alike does not mean copied. This report says which lines two submissions have in common, and not why: a book, a teacher, " +
			"work in a group, or one good way to say it are reasons, too. Look at the passages, and talk to the people.",
		"What was given and what many have is removed: the starter code, and what is in more submissions than stands with the lab. " +
			"A share is of what is left, a submission's own code. It counts tokens of Go; names, numbers, texts, comments, layout " +
			"and the order of functions do not matter.",
		"Pairs are sorted by the weighted share: in it, code that only these two have counts fully, and code that others have, too, " +
			"counts the less the more they are. Copies that we planted had 60 % and more, code that was written independently " +
			"less than 20 %.",
		"Compare a pair with the others before you think anything of it. Some labs have one good answer, and then all pairs are " +
			"high. What tells is a pair far from the rest, and code that only these two have.",
		"Low is no proof either: code that was changed every few lines is not found.",
	}}
}

// JSON is the canonical text of a report.
func (r *Report) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(r, "", "  ")
	return append(b, '\n'), err
}

// A Lab is what comparing the submissions of one lab gave.
type Lab struct {
	Lab    string `json:"lab"`
	Number int    `json:"number"`
	K      int    `json:"k"`      // symbols in a hash
	Window int    `json:"window"` // hashes of which one is kept
	// Common is how many persons may have a hash; it is removed if more do.
	Common      int       `json:"common"`
	Missing     []Missing `json:"missing,omitempty"` // who is not compared
	Submissions []Summary `json:"submissions"`       // by name
	Compared    int       `json:"pairs_compared"`    // of persons
	Alike       int       `json:"pairs_alike"`       // how many of them have a passage
	Median      int       `json:"median_percent"`
	// Tenths counts all pairs by their larger share: under 10 %, under 20 %, and
	// so on; the last has 90 % and more.
	Tenths [10]int `json:"pairs_by_tenths"`
	Pairs  []Pair  `json:"pairs"` // the first of those that are alike, the largest weighted share first
}

// A Missing is a submission that is not compared.
type Missing struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// A Summary is what is to be known of one submission.
type Summary struct {
	Name    string   `json:"name"`
	Person  string   `json:"person,omitempty"`  // whose it is, if there are several; else the name says it
	Earlier bool     `json:"earlier,omitempty"` // it is of an earlier class
	Symbols int      `json:"symbols"`
	Written int      `json:"written"` // of them, what is not starter code, in declarations that are long enough
	Own     int      `json:"own"`     // of them, what is not common either
	Notes   []string `json:"notes,omitempty"`
}

// A Pair is two submissions that have something in common.
type Pair struct {
	// Weighted is the larger share, in which what only these two have counts fully,
	// and what more persons have the less. Pairs are sorted by it.
	Weighted int   `json:"weighted_percent"`
	Left     Share `json:"left"`
	Right    Share `json:"right"`
	Symbols  int   `json:"symbols"` // in the passages, with what is common in them
	// Only is how many of them belong to a hash that no third person has.
	Only     int       `json:"only_here"`
	Same     []string  `json:"same_files,omitempty"` // that are equal byte by byte, and not starter code
	Passages []Passage `json:"passages"`             // the longest first
}

// Percent is the larger of the two shares.
func (p Pair) Percent() int { return max(p.Left.Percent, p.Right.Percent) }

// A Share is how much of one submission is in the other.
type Share struct {
	Name    string `json:"name"`
	Own     int    `json:"own"`     // symbols of its own that the passages have
	Percent int    `json:"percent"` // of all of its own, rounded down
}

// A Passage is a stretch of code that two submissions have in common, perhaps
// with a line between that only one of them has.
type Passage struct {
	Left    Lines `json:"left"`
	Right   Lines `json:"right"`
	Symbols int   `json:"symbols"`
	Only    int   `json:"only_here"`
}

// Lines are whole lines of a file.
type Lines struct {
	File  string `json:"file"`
	First int    `json:"first"` // from 1
	Last  int    `json:"last"`  // included
}
