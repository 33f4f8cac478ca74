package kvtest

import (
	"fmt"
	"strconv"
	"strings"
)

// An operation is one of a client's, as the story and the history name it.
type operation struct {
	name  string // "Get", "Put", "CompareAndSet" or "Delete"
	key   string
	value string
	old   uint64
}

// parse reads "Put x a", "CompareAndSet x a 1", "Delete x" and "Get x".
func parse(text string) (o operation) {
	words := strings.Fields(text)
	o.name, o.key = words[0], words[1]
	if len(words) > 2 {
		o.value = words[2]
	}
	if len(words) > 3 {
		o.old, _ = strconv.ParseUint(words[3], 10, 64)
	}
	return o
}

// String is the text that parse reads.
func (o operation) String() string {
	switch o.name {
	case "Get", "Delete":
		return o.name + " " + o.key
	case "Put":
		return o.name + " " + o.key + " " + o.value
	}
	return fmt.Sprintf("%s %s %s %d", o.name, o.key, o.value, o.old)
}

// leaves is the version to compare with after an operation that gave a result; 0
// where its client knows none.
func (o operation) leaves(result string) (version uint64) {
	if _, number, ok := strings.Cut(result, "version "); ok && o.name != "Delete" {
		version, _ = strconv.ParseUint(number, 10, 64)
	}
	return version
}

// long makes a value take room.
const long = "------------------------------------------------------------------------------------------"

// short is a text in which long values are left out, and the zeros that a lost
// sector leaves are counted.
func short(text string) string {
	text = strings.ReplaceAll(text, long, "…")
	if first := strings.IndexByte(text, 0); first >= 0 {
		rest := strings.TrimLeft(text[first:], "\x00")
		text = fmt.Sprintf("%s(%d zero bytes)%s", text[:first], len(text)-first-len(rest), short(rest))
	}
	return text
}

func at(version uint64) string { return fmt.Sprintf("version %d", version) }

// A value is what there is under a key. The zero value is a key that was never
// written.
type value struct {
	text    string
	version uint64
	present bool
}

// apply is the contract: what an operation makes of a key, and what it returns.
func (v value) apply(o operation) (next value, result string) {
	current := v.version
	if !v.present {
		current = 0
	}
	switch {
	case o.name == "Get" && v.present:
		return v, v.text + ", " + at(v.version)
	case !v.present && (o.name == "Get" || o.name == "Delete"):
		return v, noKey
	case o.name == "CompareAndSet" && o.old != current:
		return v, otherVersion
	}
	next = value{text: o.value, version: v.version + 1, present: o.name != "Delete"}
	return next, at(next.version)
}

func (v value) String() string {
	switch {
	case v.version == 0:
		return "no value, never written"
	case !v.present:
		return fmt.Sprintf("no value, deleted in %s", at(v.version))
	}
	return fmt.Sprintf("%s, %s", v.text, at(v.version))
}
