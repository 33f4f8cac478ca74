package ringtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// A ledger holds every Get against the writes before it, as it returns. As long as it
// is strict, a Get gives the latest version whose write had returned before the Get was
// called, or a later one whose write has begun, and a later write has a later version.
type ledger struct {
	t *labtest.T

	mu   sync.Mutex
	lax  bool // a storm: what is strict holds afterwards
	keys map[string]*account
}

// An account is what was written to one key.
type account struct {
	acked  ringapi.Version // the latest version whose write has returned
	what   string          // of acked: "v7", or "a deletion"
	writes []*entry
	unsure bool // some write has ended without success
}

// An entry is a write. Its version is zero as long as nobody knows it.
type entry struct {
	value   string // "" is a deletion
	version ringapi.Version
}

func (e *entry) String() string {
	if e.value == "" {
		return "a deletion"
	}
	return e.value
}

func newLedger(t *labtest.T) *ledger { return &ledger{t: t, keys: map[string]*account{}} }

// storm makes the ledger lax, or strict again.
func (l *ledger) storm(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lax = on
}

func (l *ledger) account(key string) *account {
	if l.keys[key] == nil {
		l.keys[key] = &account{}
	}
	return l.keys[key]
}

// stored returns the keys that have a value for sure, or none for sure.
func (l *ledger) stored() (with, without []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(l.keys)) {
		switch a := l.keys[key]; {
		case a.unsure:
		case a.what == "a deletion" || a.acked == ringapi.Version{}:
			without = append(without, key)
		default:
			with = append(with, key)
		}
	}
	return with, without
}

// deleted returns the keys that had a value and have none for sure.
func (l *ledger) deleted() (keys []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(l.keys)) {
		if a := l.keys[key]; !a.unsure && a.what == "a deletion" {
			keys = append(keys, key)
		}
	}
	return keys
}

// write notes that a write begins; done notes how it ended, and says so. Where says who
// should have the key.
func (l *ledger) write(key, value string, where func() string) (done func(who string, v ringapi.Version, err error) string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, e := l.account(key), &entry{value: value}
	a.writes = append(a.writes, e)
	before, what := a.acked, a.what
	return func(who string, v ringapi.Version, err error) string {
		l.mu.Lock()
		defer l.mu.Unlock()
		if err != nil {
			a.unsure = true
			return ended(err)
		}
		if !l.lax && v.Compare(before) <= 0 {
			l.t.Fail(labtest.Finding{
				Property: "the later write has the later version",
				Expected: fmt.Sprintf("%s of %s began after %s had returned with version %s: its version is later", e, key, what, number(before)),
				Actual:   fmt.Sprintf("%s was given version %s: whoever was asked for the latest version did not know it%s", who, number(v), where())})
		}
		l.know(a, key, e, v)
		if v.Compare(a.acked) > 0 {
			a.acked, a.what = v, e.String()
		}
		return "version " + number(v)
	}
}

// know notes that a write has a version. Neither may have had another before.
func (l *ledger) know(a *account, key string, e *entry, v ringapi.Version) {
	const own = "every write has a version of its own, however often it was tried"
	for _, other := range a.writes {
		switch {
		case other == e && e.version != (ringapi.Version{}) && e.version != v:
			l.t.Fail(labtest.Finding{Property: own,
				Expected: fmt.Sprintf("%s of %s is one write, so it has one version: %s", e, key, number(e.version)),
				Actual:   "it has version " + number(v) + " as well"})
		case other != e && other.version == v:
			l.t.Fail(labtest.Finding{Property: own,
				Expected: fmt.Sprintf("version %s of %s is %s, and nothing else", number(v), key, other),
				Actual:   fmt.Sprintf("%s has the same version", e)})
		}
	}
	e.version = v
}

// number is a version as the reports show it.
func number(v ringapi.Version) string { return fmt.Sprintf("%d by %q", v.N, v.By) }

// get notes that a Get begins; done holds what it returned against the writes. Where says
// who should have the key.
func (l *ledger) get(key string, where func() string) (done func(who, value string, v ringapi.Version, err error) string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.account(key)
	need, what := a.acked, a.what
	return func(who, value string, v ringapi.Version, err error) string {
		l.mu.Lock()
		defer l.mu.Unlock()
		expected := fmt.Sprintf("%s of %s, version %s, had returned before this Get was called: it returns that, or what a later write has stored",
			what, key, number(need))
		if errors.Is(err, ringapi.ErrNoKey) {
			if !l.lax && !a.mayBeGone(need) {
				l.t.Fail(labtest.Finding{
					Property: "what was stored is not lost", Expected: expected, Actual: "Get by " + who + " returned ErrNoKey" + where()})
			}
			return "no such key"
		}
		if err != nil {
			return ended(err)
		}
		i := slices.IndexFunc(a.writes, func(e *entry) bool { return e.value == value && value != "" })
		if i < 0 {
			l.t.Fail(labtest.Finding{
				Property: "a Get returns what some Put of that key has stored",
				Expected: "a value that was put to " + key, Actual: fmt.Sprintf("Get by %s returned %q", who, value)})
		}
		l.know(a, key, a.writes[i], v)
		if !l.lax && v.Compare(need) < 0 { // what is not wrong is not put into words: it would cost more than the Get
			l.t.Fail(labtest.Finding{Property: "what was stored is not lost, and nothing old comes back", Expected: expected,
				Actual: fmt.Sprintf("Get by %s returned %s, the earlier version %s%s", who, value, number(v), where())})
		}
		return value + ", version " + number(v)
	}
}

// mayBeGone reports whether a key may have no value for a Get that must see a version.
func (a *account) mayBeGone(need ringapi.Version) bool {
	if need == (ringapi.Version{}) {
		return true
	}
	return slices.ContainsFunc(a.writes, func(e *entry) bool {
		return e.value == "" && (e.version == ringapi.Version{} || e.version.Compare(need) >= 0)
	})
}
