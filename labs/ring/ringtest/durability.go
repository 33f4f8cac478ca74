package ringtest

import (
	"fmt"
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// crashesWithData has as many members in a row crash at once as may, just when the first
// of them has acknowledged a Put.
func (s Solution) crashesWithData(t *labtest.T) {
	r := 2 + int(t.Seed()%3)
	o, stay, keys, rnd := s.busyRing(t, r, r+3, 9)
	for range 2 {
		ids := o.others(stay)
		if len(ids) < r {
			return
		}
		key, victims := keys[0], row(ids, rnd, 1+rnd.IntN(r-1))
		for _, k := range keys {
			ids := o.living()
			heirs := from(ids, slices.Index(ids, owner(ids, o.solution.KeyID(k, o.crew.Bits))), r-1)
			if !slices.Contains(heirs, stay[0]) && !slices.Contains(heirs, stay[1]) {
				key, victims = k, heirs
			}
		}
		o.busy(stay, keys, 25, failBound)
		t.Sleep(time.Duration(rnd.IntN(120)) * time.Millisecond)
		t.Step("%s puts %s; then", node(stay[0]), key)
		o.put(stay[0], key, opBound)
		o.fail(victims...)
		o.done()
		o.settled()
		o.readAll(keys, opBound)
		o.revived()
	}
}

// replaced has every member fail that a key was put to at first, r-1 at a time.
func (s Solution) replaced(t *labtest.T) {
	o := s.grown(t, crew{Bits: 8, R: 3}, []ringapi.ID{10, 40, 70, 100, 130, 160, 190})
	keys := some(t.Size("keys", 6))
	o.fill(keys)
	o.placed()
	for i, ids := range [][]ringapi.ID{{40, 70}, {100, 130}, {160, 190}, {10}} {
		o.joins(o.living()[len(o.living())-1], ids[0]+7, ids[0]+20)
		o.placed()
		o.fail(ids...)
		o.placed()
		o.readAll(keys, opBound)
		if i == 1 {
			o.fill(keys)
		}
	}
}

// brokenMoves has a member crash while keys move: the one that joins, the one that gives
// it keys, and the one before it, as soon as it has joined.
func (s Solution) brokenMoves(t *labtest.T) {
	o, stay, keys, rnd := s.busyRing(t, 3, 6, 8)
	for i := range 4 {
		id, old := o.nearKey(keys, rnd), o.living()
		if i == 2 { // who joins just after the owner of a key inherits that key
			id = o.free(owner(old, o.solution.KeyID(keys[rnd.IntN(len(keys))], o.crew.Bits)))
		}
		giver := owner(old, id)
		victim := [...]ringapi.ID{id, giver, next(old, slices.Index(old, giver), -1), id}[i]
		if slices.Contains(stay, victim) {
			victim = id
		}
		o.busy(stay, keys, 15, failBound+opBound)
		t.Step("%s begins to join", node(id))
		n := o.start(id)
		joined := make(chan error, 1)
		t.Go(func() {
			ctx, cancel := o.t.Patient(joinBound)
			defer cancel()
			joined <- n.Join(ctx, node(stay[0]))
		})
		if i == 2 {
			o.joined(id, n, <-joined)
			o.fail(victim)
		} else {
			t.Sleep(time.Duration(rnd.IntN(24)) * time.Millisecond / 2)
			o.fail(victim)
			if err := <-joined; victim == giver {
				o.joined(id, n, err)
			}
		}
		o.done()
		o.settled()
		o.readAll(keys, opBound)
		o.revived()
	}
}

// free is the next id after another one that nobody ever had.
func (o *circle) free(id ringapi.ID) ringapi.ID {
	for slices.Contains(o.taken(), id) {
		id = (id + 1) % (1 << o.crew.Bits)
	}
	return id
}

// lateMoves has every request come a second time, much later.
func (s Solution) lateMoves(t *labtest.T) {
	o, stay, keys, rnd := s.busyRing(t, 3, 3, 5)
	t.Step("from now on every request between members comes again, up to 1s later")
	late := t.Rand("late")
	o.net.Intercept(func(m labrpc.Message) (a labrpc.Action) {
		if !m.Reply {
			o.mu.Lock()
			defer o.mu.Unlock()
			a.Copies = []time.Duration{time.Duration(late.IntN(1000)) * time.Millisecond}
		}
		return a
	})
	for i := range 3 {
		o.busy(stay, keys, 12, 2*opBound)
		if i == 1 {
			ids := o.others(stay)
			o.leaveWithin(2*patience, ids[rnd.IntN(len(ids))]) // the network is not calm
		} else {
			o.joins(stay[1], o.nearKey(keys, rnd))
		}
		o.done()
		t.Sleep(time.Second)
		o.readAll(keys, 2*opBound)
		for _, key := range o.ledger.deleted() {
			o.put(stay[0], key, 2*opBound) // see revived
		}
		if !o.settles(40 * stabilize) {
			break // nobody may come or go yet
		}
	}
	o.net.Intercept(nil)
	t.Sleep(time.Second)
	t.Step("all of it has arrived")
	o.placed()
	o.readAll(keys, opBound)
}

// deletions has keys deleted, and then one owner of a deletion after the other leaves or
// crashes, until nobody is left who heard of it at first.
func (s Solution) deletions(t *labtest.T) {
	r := 2 + int(t.Seed()%2)
	o, stay, keys, rnd := s.busyRing(t, r, r+2, r+3)
	half := keys[:(len(keys)+1)/2]
	t.Step("%d of them are deleted", len(half))
	for i, key := range half {
		o.del(stay[i%2], key, opBound)
	}
	o.joins(stay[0], o.nearKey(half, rnd))
	for range r {
		o.readAll(keys, failBound)
		o.buried()
		if id := owner(o.living(), o.solution.KeyID(half[0], o.crew.Bits)); rnd.IntN(2) == 0 {
			o.leave(id)
		} else {
			o.fail(id)
		}
	}
	o.readAll(keys, failBound)
	o.buried()
	last := o.nearKey(half, rnd)
	o.joins(o.living()[0], last)
	for _, key := range half {
		o.put(last, key, opBound)
	}
	o.readAll(keys, opBound)
	o.placed()
}

// againWithData has a member crash and come back with the same id, and another one be cut
// off and come back with what it had.
func (s Solution) againWithData(t *labtest.T) {
	o, stay, keys, rnd := s.busyRing(t, 3, 5, 7)
	ids := o.others(stay)
	id := ids[rnd.IntN(len(ids))]
	o.fail(id)
	o.busy(stay, keys, 15, failBound+opBound)
	t.Sleep(time.Duration(rnd.IntN(500)) * time.Millisecond)
	o.again(id, stay[0])
	o.done()
	o.settled()
	o.readAll(keys, opBound)
	o.revived()

	id = ids[rnd.IntN(len(ids))]
	var rest []string
	cut := o.node(id)
	o.gone(id)
	for _, other := range o.living() {
		rest = append(rest, node(other))
	}
	t.Step("%s is cut off", node(id))
	o.net.Cut([]string{node(id)}, rest)
	o.trouble(true)
	o.settles(30 * stabilize) // a partition is over within 100 rounds
	t.Step("keys are put, and one is deleted, which it does not hear of")
	for i, key := range keys[1:] {
		o.put(stay[i%2], key, failBound)
	}
	o.del(stay[0], keys[0], failBound)
	o.joined(id, cut, nil)
	t.Step("%s, which believes that it is alone, puts a key of its own", node(id))
	o.put(id, "k-alone", failBound)
	t.Step("%s is heard again", node(id))
	o.net.Heal()
	o.settled()
	o.trouble(false)
	o.readAll(append(keys, "k-alone"), opBound)
}

// trouble says whether there is a storm or a partition, or the ring has not got over it
// yet: who hears too few of the others may go on trying, and what is strict holds afterwards.
func (o *circle) trouble(on bool) {
	o.stormy = on
	o.ledger.storm(on)
}

// movementOfData counts what is sent to a member that joins.
func (s Solution) movementOfData(t *labtest.T) {
	o := s.circle(t, crew{Bits: 10, R: 3})
	o.padding = 20_000 // versions may cross the network in every round
	rnd := t.Rand("ring")
	ids := evenly(t, 8, o.crew.Bits)
	o.begins(ids[0])
	o.joins(ids[0], ids[1:]...)
	keys := some(t.Size("keys", 24))
	o.fill(keys)
	o.placed()
	id := o.nearKey(keys, rnd)
	o.joins(ids[rnd.IntN(len(ids))], id)
	o.placed()
	held, bytes := len(o.node(id).Keys()), o.net.Count("", node(id)).Bytes
	most := 2 * held
	t.Check(bytes/(o.padding+1) <= most, labtest.Finding{
		Expected: fmt.Sprintf("%s holds %d of %d keys after its Join, and was sent no more than %d values until then",
			node(id), held, len(keys), most),
		Actual: fmt.Sprintf("it was sent %d bytes, as many as in %d values", bytes, bytes/(o.padding+1))})
	o.readAll(keys, opBound)
}

// quietData counts bytes while nothing changes.
func (s Solution) quietData(t *labtest.T) {
	o := s.circle(t, crew{Bits: 10, R: 3})
	o.padding = 5000
	ids := evenly(t, 6, o.crew.Bits)
	o.begins(ids[0])
	o.joins(ids[0], ids[1:]...)
	keys := some(20)
	o.fill(keys)
	o.placed()
	const rounds = 10
	t.Sleep(5 * stabilize)
	before := o.net.Count("", "").Bytes
	t.Sleep(rounds * stabilize)
	bytes := o.net.Count("", "").Bytes - before
	most := len(keys) * o.padding
	t.Check(t.Real() || bytes <= most, labtest.Finding{
		Expected: fmt.Sprintf("in %d rounds in which nothing changes, at most %d bytes are sent: all %d values once",
			rounds, most, len(keys)),
		Actual: fmt.Sprintf("%d bytes were sent", bytes)})
	o.readAll(keys, opBound)
}

// dataStorm lets members come, go and fail while the network does what it can.
func (s Solution) dataStorm(t *labtest.T) {
	const r = 3
	o := s.circle(t, crew{Bits: 10, R: r, Faults: churnWeather(t)})
	o.trouble(true)
	rnd := t.Rand("ring")
	ids := evenly(t, t.Size("members", 4+rnd.IntN(3)), o.crew.Bits)
	o.begins(ids[0])
	if len(ids) > 1 {
		o.joins(ids[0], ids[1:]...)
	}
	stay := []ringapi.ID{ids[0], ids[len(ids)-1]}
	keys := some(t.Size("keys", 4))
	for i := range t.Size("changes", 2) {
		rnd := t.Rand(fmt.Sprintf("change %d", i))
		if !o.settles(40 * stabilize) {
			break // nobody may come or go yet
		}
		o.busy(stay, keys, 8, 10*time.Second)
		t.Sleep(time.Duration(rnd.IntN(600)) * time.Millisecond)
		if others := o.others(stay); rnd.IntN(2) == 0 || len(others) < r {
			o.joins(stay[0], fresh(o.taken(), rnd, o.crew.Bits))
			o.done()
		} else {
			o.done()
			o.fail(row(others, rnd, 1+rnd.IntN(r-1))...)
		}
	}
	t.Step("the network does nothing wrong any more")
	t.ReachFaults("a packet")
	o.net.Calm()
	o.placed()
	o.trouble(false)
	o.readAll(keys, opBound)
	o.fill(keys)
	o.placed()
	o.readAll(keys, opBound)
}

// settles waits until the ring and the places of all keys are right, and reports whether
// they are; see comesRight.
func (o *circle) settles(d time.Duration) bool {
	for end := o.t.Since() + d; o.t.Since() < end; o.t.Sleep(stabilize / 4) {
		if ids := o.living(); o.check(ids) == nil && o.misplaced(ids) == nil && o.lookups(ids) == nil {
			return true
		}
	}
	return false
}
