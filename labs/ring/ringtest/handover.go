package ringtest

import (
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// joinsWithData has members join while a key is written that comes to them.
func (s Solution) joinsWithData(t *labtest.T) {
	r := 2 + int(t.Seed()%2)
	o, stay, keys, rnd := s.busyRing(t, r, 3, 7)
	for range 2 {
		hot := keys[rnd.IntN(len(keys)):][:1] // the one that moves
		o.busy(stay, hot, 30, opBound)
		t.Sleep(time.Duration(rnd.IntN(60)) * time.Millisecond)
		first := o.nearKey(hot, rnd)
		ids := []ringapi.ID{first}
		if second := (first + 1<<o.crew.Bits - 1) % (1 << o.crew.Bits); r > 2 && !slices.Contains(o.taken(), second) {
			ids = append(ids, second)
		}
		o.joinAtOnce(stay[0], ids...)
		o.done()
		o.readAll(keys, opBound)
		o.placed()
	}
}

// leavesWithData has members leave while keys are written: one beside somebody who joins,
// and one whose heir crashes.
func (s Solution) leavesWithData(t *labtest.T) {
	r := 3 // mostly: with two, nobody may join or crash beside the leaver
	if t.Seed()%4 == 3 {
		r = 2
	}
	o, stay, keys, rnd := s.busyRing(t, r, 5, 8)
	if r > 2 { // else two at once are too many
		o.crossing(stay, keys)
	}
	for range 2 {
		o.busy(stay, keys, 25, opBound)
		t.Sleep(time.Duration(rnd.IntN(60)) * time.Millisecond)
		ids := o.others(stay)
		o.leave(ids[rnd.IntN(len(ids))])
		o.done()
		o.readAll(keys, opBound)
		o.placed()
	}
	if r > 2 {
		o.heirFails(stay, keys)
	}
	t.Step("at last nobody is left but two")
	for _, id := range o.others(stay) {
		o.leave(id)
		o.readAll(keys, opBound)
		o.placed()
	}
}

// heirFails has a member leave, and the one behind it crash as soon as that has acknowledged
// a Put.
func (o *circle) heirFails(stay []ringapi.ID, keys []string) {
	ids := o.living()
	for _, key := range keys {
		heir := owner(ids, o.solution.KeyID(key, o.crew.Bits))
		leaver := next(ids, slices.Index(ids, heir), -1)
		if slices.Contains(stay, heir) || slices.Contains(stay, leaver) {
			continue
		}
		o.leave(leaver)
		o.t.Step("%s puts %s, of which %s is the owner", node(stay[0]), key, node(heir))
		o.put(stay[0], key, opBound)
		o.fail(heir)
		o.settled()
		o.readAll(keys, opBound)
		o.revived()
		return
	}
}

// crossing has somebody join just before the owner of a key while that leaves, slowly.
func (o *circle) crossing(stay []ringapi.ID, keys []string) {
	ids := o.living()
	for _, key := range keys {
		newcomer := o.free(o.solution.KeyID(key, o.crew.Bits))
		leaver := owner(ids, newcomer)
		if slices.Contains(stay, leaver) {
			continue
		}
		o.slow(node(leaver))
		o.busy(stay, []string{key}, 35, 2*opBound) // the network is not calm
		o.t.Go(func() {
			o.joins(stay[0], newcomer)
			o.busy([]ringapi.ID{newcomer}, []string{key}, 20, 2*opBound)
		})
		o.leaveWithin(2*patience, leaver)
		o.net.Intercept(nil)
		o.done()
		o.readAll(keys, opBound)
		o.placed()
		return
	}
}

// slow makes every request of a node late, so that what others ask it overtakes that.
func (o *circle) slow(name string) {
	const late = timeout / 5
	o.t.Step("every request of %s takes %v longer", name, late)
	o.net.Intercept(func(m labrpc.Message) (a labrpc.Action) {
		if m.From == name && !m.Reply {
			a.Delay = late
		}
		return a
	})
}
