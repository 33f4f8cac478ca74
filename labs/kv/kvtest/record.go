package kvtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// A record holds every Get against the Puts before it, as it returns: a Get gives
// the newest version whose Put had returned before the Get was called, or a newer
// one whose Put has begun. That is a regular register, with versions to tell what is
// newer.
type record struct {
	t  *labtest.T
	at func(key string) string // where a key is at the moment, for a failure

	mu   sync.Mutex
	keys map[string]*written
}

// Written is what was written to a key.
type written struct {
	acked    uint64            // the newest version whose Put has returned
	value    string            // of acked
	versions map[string]uint64 // of the values whose Put has begun; 0 as long as nobody knows it
	values   map[uint64]string // by version, of those that are known
	lost     bool              // all its nodes have failed: ErrLost is right
}

func newRecord(t *labtest.T, at func(key string) string) *record {
	return &record{t: t, at: at, keys: map[string]*written{}}
}

func (r *record) key(key string) *written {
	if r.keys[key] == nil {
		r.keys[key] = &written{versions: map[string]uint64{}, values: map[uint64]string{}}
	}
	return r.keys[key]
}

// about is the first key that a sentence names, "" if it names none.
func (r *record) about(sentence string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for word := range strings.FieldsSeq(sentence) {
		if word = strings.TrimRight(word, ",:"); r.keys[word] != nil {
			return word
		}
	}
	return ""
}

// lose says that all nodes of a key have failed.
func (r *record) lose(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.key(key).lost = true
}

// acked returns the keys that have a value for sure.
func (r *record) acked(keys []string) (list []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		if r.key(key).acked > 0 {
			list = append(list, key)
		}
	}
	return list
}

// put notes that a Put begins; done notes how it ended, and says so.
func (r *record) put(ctx context.Context, key, value string) (done func(user string, version uint64, err error) string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.key(key)
	w.versions[value] = 0
	before, beforeValue := w.acked, w.value
	return func(user string, version uint64, err error) string {
		r.mu.Lock()
		defer r.mu.Unlock()
		switch {
		case errors.Is(err, kvapi.ErrMaybe) && labtest.Over(ctx):
			return "maybe"
		case errors.Is(err, kvapi.ErrFull):
			r.t.Check(before == 0, labtest.Finding{About: key,
				Property: "a key that has its place needs no new one",
				Expected: fmt.Sprintf("Put of %s succeeds: its nodes hold it already", key),
				Actual:   fmt.Sprintf("Put by %s returned: %v", user, err)})
			return "no room"
		case err != nil:
			r.t.Fail(labtest.Finding{About: key,
				Property: "a Put is tried again until it succeeds, or its context ends",
				Expected: fmt.Sprintf("Put of %s by %s ends with a version, or ErrFull; with ErrMaybe only when its context has ended", key, user),
				Actual:   fmt.Sprintf("it returned the error: %v", err)})
		}
		r.t.Check(version > before, labtest.Finding{About: key,
			Property: "the later Put has the higher version",
			Expected: fmt.Sprintf("the Put of %s=%s began after %s had returned with version %d, so its version is higher",
				key, value, beforeValue, before),
			Actual: fmt.Sprintf("Put by %s returned version %d", user, version)})
		w.know(r.t, key, value, version)
		if version > w.acked {
			w.acked, w.value, w.lost = version, value, false
		}
		return fmt.Sprintf("version %d", version)
	}
}

// know notes that a value has a version. Neither may have had another before.
func (w *written) know(t *labtest.T, key, value string, version uint64) {
	if other := w.versions[value]; other != 0 && other != version {
		t.Fail(labtest.Finding{About: key,
			Property: "every Put has a version of its own",
			Expected: fmt.Sprintf("%s=%s was seen as version %d, and stays it", key, value, other),
			Actual:   fmt.Sprintf("now it is version %d: the Put was carried out twice", version)})
	}
	if other, ok := w.values[version]; ok && other != value {
		t.Fail(labtest.Finding{About: key,
			Property: "every Put has a version of its own",
			Expected: fmt.Sprintf("version %d of %s is %s", version, key, other),
			Actual:   fmt.Sprintf("version %d is now %s as well: two Puts were given the same version", version, value)})
	}
	w.versions[value], w.values[version] = version, value
}

// get notes that a Get begins; done holds what it returned against the Puts.
func (r *record) get(key string) (done func(user, value string, version uint64, err error) string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.key(key)
	need, needValue, mayBeLost := w.acked, w.value, w.lost
	return func(user, value string, version uint64, err error) string {
		switch {
		case err != nil && need == 0 && errors.Is(err, kvapi.ErrNoKey):
			return "no such key"
		case errors.Is(err, kvapi.ErrLost) && mayBeLost:
			return "lost"
		case err != nil:
			f := r.failed(key, needValue, need, mayBeLost, user, err)
			f.About = key
			r.t.Fail(f)
		}
		r.mu.Lock()
		_, begun := w.versions[value]
		r.mu.Unlock()
		if !begun {
			r.t.Fail(labtest.Finding{About: key,
				Property: "a Get returns what some Put of that key has written",
				Expected: fmt.Sprintf("Get of %s returns a value that was put there", key),
				Actual:   fmt.Sprintf("Get by %s returned %q, version %d, which nobody has put there", user, value, version)})
		}
		if version < need {
			r.t.Fail(labtest.Finding{About: key,
				Expected: fmt.Sprintf("the Put of %s=%s, version %d, had returned before this Get was called: "+
					"it returns that, or what a later Put has written", key, needValue, need),
				Actual: fmt.Sprintf("Get by %s returned %s, the older version %d; %s", user, value, version, r.at(key))})
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		w.know(r.t, key, value, version)
		return fmt.Sprintf("%s, version %d", value, version)
	}
}

// failed is about a Get that must have a value, and gave an error.
func (r *record) failed(key, needValue string, need uint64, lost bool, user string, err error) labtest.Finding {
	put := fmt.Sprintf("Get of %s returns %s, version %d, or what a later Put has written: that Put had returned",
		key, needValue, need)
	switch {
	case errors.Is(err, kvapi.ErrLost):
		if need == 0 {
			put = fmt.Sprintf("Get of %s returns ErrNoKey, or a value: no Put of it had returned", key)
		}
		return labtest.Finding{
			Property: "a value is lost only if every node that held it has failed",
			Expected: put + ", and not all nodes that stored it have failed",
			Actual:   fmt.Sprintf("Get by %s returned ErrLost; %s", user, r.at(key))}
	case errors.Is(err, kvapi.ErrNoKey):
		if lost {
			put = fmt.Sprintf("Get of %s returns ErrLost: there was a value, and all nodes that held it have failed; its Put had returned", key)
		}
		return labtest.Finding{
			Property: "a key that was put is never said not to have been",
			Expected: put + " before this Get was called",
			Actual:   fmt.Sprintf("Get by %s returned ErrNoKey; %s", user, r.at(key))}
	}
	return labtest.Finding{
		Property: "a Get is tried again until a node answers",
		Expected: fmt.Sprintf("Get of %s ends with a value, ErrNoKey or ErrLost, or with the error of its context, "+
			"which has not ended", key),
		Actual: fmt.Sprintf("Get by %s returned the error: %v; %s", user, err, r.at(key))}
}
