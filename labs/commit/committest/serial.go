package committest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"faultline/labs/commit/commitapi"
)

// money is what is in the accounts. No two accounts of a bank that are in it have the
// same name.
type money map[string]int64

func (m money) String() string {
	var list []string
	for _, account := range sorted(m) {
		list = append(list, fmt.Sprintf("%s=%d", account, m[account]))
	}
	return strings.Join(list, " ")
}

func parseMoney(text string) money {
	m := money{}
	for word := range strings.FieldsSeq(text) {
		account, balance, _ := strings.Cut(word, "=")
		m[account], _ = strconv.ParseInt(balance, 10, 64)
	}
	return m
}

// An effect is what a transaction has read, and what it changes. Its text is
// "saw alice=100 bob=100, did alice-30 bob+30".
type effect struct {
	saw []commitapi.Observation
	did []commitapi.Change
}

func (e effect) String() string {
	var saw, did []string
	for _, o := range e.saw {
		saw = append(saw, fmt.Sprintf("%s=%d", o.Account, o.Balance))
	}
	for _, c := range e.did {
		did = append(did, fmt.Sprintf("%s%+d", c.Account, c.By))
	}
	return "saw " + orNothing(saw) + ", did " + orNothing(did)
}

const nothing = "nothing"

func orNothing(words []string) string {
	if words == nil {
		return nothing
	}
	return strings.Join(words, " ")
}

func parseEffect(text string) (e effect) {
	saw, did, _ := strings.Cut(strings.TrimPrefix(text, "saw "), ", did ")
	for word := range strings.FieldsSeq(strings.ReplaceAll(saw, nothing, "")) {
		account, balance, _ := strings.Cut(word, "=")
		n, _ := strconv.ParseInt(balance, 10, 64)
		e.saw = append(e.saw, commitapi.Observation{Account: account, Balance: n})
	}
	for word := range strings.FieldsSeq(strings.ReplaceAll(did, nothing, "")) {
		i := strings.IndexAny(word, "+-")
		n, _ := strconv.ParseInt(word[i:], 10, 64)
		e.did = append(e.did, commitapi.Change{Account: word[:i], By: n})
	}
	return e
}

// after returns what is in the accounts when a transaction has been carried out, or what
// it would have seen otherwise than it has.
func (m money) after(e effect) (after money, otherwise string) {
	for _, o := range e.saw {
		if m[o.Account] != o.Balance {
			return nil, fmt.Sprintf("%s=%d, and it saw %s=%d", o.Account, m[o.Account], o.Account, o.Balance)
		}
	}
	after = maps.Clone(m)
	for _, c := range e.did {
		after[c.Account] += c.By
	}
	return after, ""
}

// serial looks for an order of transactions that explains what each has seen. Each is in
// its place between those that had ended before it began and those that began after it
// had ended. If there is none, it returns why the first few orders fail.
func serial(deals []*deal, before money) (why []string, ok bool) {
	rest := slices.DeleteFunc(slices.Clone(deals), func(d *deal) bool { return d.outcome == aborted })
	return extend(nil, rest, before)
}

const fewReasons = 3

func extend(order []string, rest []*deal, now money) (why []string, ok bool) {
	if !slices.ContainsFunc(rest, func(d *deal) bool { return d.outcome == committed }) {
		return nil, true
	}
	for i, d := range rest {
		if slices.ContainsFunc(rest, func(other *deal) bool { return other.endsBefore(d) }) {
			continue
		}
		next, otherwise := now.after(d.effect)
		if next == nil && d.outcome != committed {
			continue // it is unknown, and does not come here
		}
		place := "first"
		if order != nil {
			place = "after " + strings.Join(order, ", ")
		}
		if next == nil {
			why = append(why, fmt.Sprintf("%s, %s sees %s", place, d.what, otherwise))
		} else if more, ok := extend(append(slices.Clone(order), d.what), slices.Delete(slices.Clone(rest), i, i+1), next); ok {
			return nil, true
		} else {
			why = append(why, more...)
		}
	}
	return why[:min(len(why), fewReasons)], false
}
