package ringtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// How long a Get, a Put or a Delete may take.
const (
	opBound   = 20 * timeout
	failBound = opBound + 4*stabilize // while members fail
)

// keysAt finds one key for each id.
func (o *circle) keysAt(ids ...ringapi.ID) (keys []string) {
	for _, id := range ids {
		for i := 0; ; i++ {
			if key := fmt.Sprintf("key-%d", i); o.solution.KeyID(key, o.crew.Bits) == id {
				keys = append(keys, key)
				break
			}
		}
	}
	return keys
}

// some are keys anywhere.
func some(n int) (keys []string) {
	for i := range n {
		keys = append(keys, fmt.Sprintf("k%d", i))
	}
	return keys
}

// value makes a value that nobody has written yet.
func (o *circle) value() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.values++
	return fmt.Sprintf("v%d", o.values)
}

// put has a member put a new value.
func (o *circle) put(at ringapi.ID, key string, bound time.Duration) {
	value := o.value()
	o.write(at, "Put", key, value, bound)
}

// del has a member delete a key.
func (o *circle) del(at ringapi.ID, key string, bound time.Duration) {
	o.write(at, "Delete", key, "", bound)
}

// write writes, and fails if that takes too long. In a storm it may.
func (o *circle) write(from ringapi.ID, what, key, value string, bound time.Duration) {
	n, name := o.node(from), node(from)
	o.t.Op(name, strings.TrimSpace(what+" "+key+" "+value), func() (result string) {
		done := o.ledger.write(key, value, func() string { return o.whereabouts(key) })
		ctx, cancel := o.t.Patient(o.patient(bound))
		defer cancel()
		var v ringapi.Version
		var err error
		if what == "Put" {
			bytes := []byte(value + strings.Repeat(".", o.padding))
			v, err = n.Put(ctx, key, bytes)
			clear(bytes) // they are the caller's again
		} else {
			v, err = n.Delete(ctx, key)
		}
		result = done(name, v, err)
		o.inTime(err, what+" of "+key+" by "+name, bound)
		return result
	})
}

// get has a member get a key.
func (o *circle) get(from ringapi.ID, key string, bound time.Duration) {
	n, name := o.node(from), node(from)
	o.t.Op(name, "Get "+key, func() (result string) {
		done := o.ledger.get(key, func() string { return o.whereabouts(key) })
		ctx, cancel := o.t.Patient(o.patient(bound))
		defer cancel()
		value, v, err := n.Get(ctx, key)
		result = done(name, strings.TrimRight(string(value), "."), v, err)
		o.inTime(err, "Get of "+key+" by "+name, bound)
		return result
	})
}

// whereabouts says who should have a key just now, and who has it.
func (o *circle) whereabouts(key string) string {
	ids, id := o.living(), o.solution.KeyID(key, o.crew.Bits)
	var held []ringapi.ID
	for _, m := range ids {
		if n := o.node(m); n != nil && slices.Contains(n.Keys(), key) { // it may have failed meanwhile
			held = append(held, m)
		}
	}
	mine := owner(ids, id)
	text := fmt.Sprintf(". %s has the id %d: its owner is %s, and it belongs on %s (members at %s); now it is held by %s",
		key, id, node(mine), nodes(o.holders(ids, id)), list(ids), orNone(held))
	if len(held) > 0 && !slices.Contains(held, mine) {
		text += ", and not by the owner"
	}
	return text
}

// patient is how long a client waits.
func (o *circle) patient(bound time.Duration) time.Duration {
	if o.t.Real() {
		return 10 * bound
	}
	return bound
}

// inTime fails if an operation has ended without success.
func (o *circle) inTime(err error, what string, bound time.Duration) {
	got := ended(err)
	if err == nil || errors.Is(err, ringapi.ErrNoKey) || o.stormy && errors.Is(err, context.DeadlineExceeded) {
		return
	}
	o.t.Fail(labtest.Finding{
		Property: "who asks a living member gets an answer",
		Expected: fmt.Sprintf("%s ends within %v", what, bound), Actual: "it gives " + got})
}

// readAll has every member get every key.
func (o *circle) readAll(keys []string, bound time.Duration) {
	o.t.Step("every member gets %s", allOf(len(keys)))
	for _, from := range o.living() {
		for _, key := range keys {
			o.get(from, key, bound)
		}
	}
}

// fill has members put a first value to each key.
func (o *circle) fill(keys []string) {
	ids := o.living()
	o.t.Step("%s put", areKeys(len(keys)))
	for i, key := range keys {
		o.put(ids[i%len(ids)], key, opBound)
	}
}

// busy has members put, get and delete keys beside the scenario.
func (o *circle) busy(at []ringapi.ID, keys []string, n int, bound time.Duration) {
	n = o.t.Size("operations", n)
	what := "%s put, get and delete %s meanwhile, %s each"
	if len(at) == 1 {
		what = "%s puts, gets and deletes %s meanwhile, %s"
	}
	o.t.Step(what, nodes(at), labtest.Count(len(keys), "key"), labtest.Times(n))
	for _, from := range at {
		o.t.Go(func() {
			for i := range n {
				rnd := o.t.Rand(fmt.Sprintf("operation %d of %d", i, from))
				key := keys[rnd.IntN(len(keys))]
				switch do := rnd.IntN(8); {
				case do == 0 && !o.stormy: // see revived: a storm has no time for that
					o.del(from, key, bound)
				case do < 4:
					o.put(from, key, bound)
				default:
					o.get(from, key, bound)
				}
				o.t.Sleep(time.Duration(rnd.IntN(4)) * time.Millisecond)
			}
		})
	}
}

// done waits until those who were busy are.
func (o *circle) done() { o.t.Join(5*time.Minute, "every Put, Get and Delete") }

// holders are the members that must hold an id.
func (o *circle) holders(ids []ringapi.ID, id ringapi.ID) (list []ringapi.ID) {
	i := slices.Index(ids, owner(ids, id))
	for d := range min(o.crew.R, len(ids)) {
		list = append(list, next(ids, i, d))
	}
	slices.Sort(list)
	return list
}

// placed waits until every key is where it belongs, and has a value.
func (o *circle) placed() {
	o.settled()
	o.revived()
}

// revived gives what was deleted a value again. Where a deletion is kept nobody can see,
// so nobody can say when those who keep it may fail.
func (o *circle) revived() {
	if gone := o.ledger.deleted(); len(gone) > 0 {
		o.fill(gone)
		o.settled()
	}
}

// buried waits for what is to stay deleted: all the time that the contract gives.
func (o *circle) buried() {
	o.settled()
	o.t.Step("as many rounds once more, to bring the deletions there")
	o.t.Sleep(o.moving())
}

// moving is how long the keys of a ring may take to come where they belong.
func (o *circle) moving() time.Duration { return time.Duration(10+2*len(o.living())) * stabilize }

// settled waits until the ring is repaired and what has a value is where it belongs.
func (o *circle) settled() {
	o.repaired()
	ids, rounds := o.living(), o.moving()/stabilize
	o.t.Step("%d more rounds to bring every key where it belongs", rounds)
	var w *wrong
	for end := o.t.Since() + o.moving(); o.t.Since() <= end; o.t.Sleep(stabilize / 2) {
		if w = o.misplaced(ids); w == nil {
			return
		}
	}
	o.t.Fail(labtest.Finding{Property: w.property,
		Expected: fmt.Sprintf("%d rounds after the repair %s", rounds, w.expected), Actual: w.actual})
}

// misplaced returns the first key that is not where it belongs.
func (o *circle) misplaced(ids []ringapi.ID) *wrong {
	held := map[string][]ringapi.ID{}
	for _, id := range ids {
		for _, key := range o.node(id).Keys() {
			held[key] = append(held[key], id)
		}
	}
	with, without := o.ledger.stored()
	for _, key := range with {
		id := o.solution.KeyID(key, o.crew.Bits)
		if want := o.holders(ids, id); !slices.Equal(held[key], want) {
			return &wrong{"a key is held by its owner and the next r-1 members, and by nobody else",
				fmt.Sprintf("%s, whose id is %d, is held by %s, with members at %s", key, id, nodes(want), list(ids)),
				"it is held by " + orNone(held[key]) + unlike(held[key], want)}
		}
	}
	for _, key := range without {
		if len(held[key]) > 0 {
			return &wrong{"a key that was deleted has no value anywhere",
				key + " is held by nobody", "it is held by " + nodes(held[key])}
		}
	}
	return nil
}

// unlike says who of those that hold a key should not, and who else should.
func unlike(held, want []ringapi.ID) (text string) {
	without := func(ids, others []ringapi.ID) []ringapi.ID {
		return slices.DeleteFunc(slices.Clone(ids), func(id ringapi.ID) bool { return slices.Contains(others, id) })
	}
	if lack := without(want, held); len(lack) > 0 && len(held) > 0 {
		text += ": it is missing on " + nodes(lack)
	}
	if much := without(held, want); len(much) > 0 {
		text += ": it should have gone from " + nodes(much)
	}
	return text
}

// allOf and areKeys count keys in words.
func allOf(n int) string {
	if n == 1 {
		return "the key"
	}
	return fmt.Sprintf("all %d keys", n)
}

func areKeys(n int) string {
	if n == 1 {
		return "1 key is"
	}
	return fmt.Sprintf("%d keys are", n)
}

func (s Solution) lectureData(t *labtest.T) {
	o := s.grown(t, crew{Bits: 6, R: 3}, lecture())
	keys := o.keysAt(14, 15, 16, 60, 4, 5, 45, 50, 51, 58)
	t.Step("%s has the id 14, and so on", keys[0])
	o.fill(keys)
	o.placed()
	o.joins(8, 50)
	o.readAll(keys, opBound)
	o.placed()
	o.leave(15)
	o.readAll(keys, opBound)
	o.placed()
	o.fail(58)
	o.readAll(keys, failBound)
	o.placed()
	o.readAll(keys, opBound)
}

// busyRing makes a ring with data, and says which members stay.
func (s Solution) busyRing(t *labtest.T, r, least, most int) (o *circle, stay []ringapi.ID, keys []string, rnd *rand.Rand) {
	o, rnd = s.drawnCircle(t, crew{Bits: 10, R: r}, least, most)
	keys = some(t.Size("keys", 4))
	o.fill(keys)
	o.placed()
	ids := o.living()
	first := rnd.IntN(len(ids))
	return o, []ringapi.ID{ids[first], next(ids, first, 1)}, keys, rnd
}

// others are the members but some.
func (o *circle) others(but []ringapi.ID) []ringapi.ID {
	return slices.DeleteFunc(o.living(), func(id ringapi.ID) bool { return slices.Contains(but, id) })
}

// nearKey draws an id from which on a key has another owner, so that something moves.
func (o *circle) nearKey(keys []string, rnd *rand.Rand) ringapi.ID {
	ids := o.taken()
	for try := 0; ; try++ {
		id := o.solution.KeyID(keys[rnd.IntN(len(keys))], o.crew.Bits) + ringapi.ID(rnd.IntN(3+try/8))
		if id %= 1 << o.crew.Bits; !slices.Contains(ids, id) {
			return id
		}
	}
}
