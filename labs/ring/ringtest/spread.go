package ringtest

import (
	"fmt"
	"slices"

	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

func (s Solution) hash(t *labtest.T) {
	rnd := t.Rand("names")
	for i := range 20 {
		name, bits := fmt.Sprintf("node-%d", rnd.IntN(1000)), 1+rnd.IntN(63)
		if i < 2 {
			bits = []int{1, 63}[i]
		}
		weight := 1 + rnd.IntN(20)
		t.Step("where %s is on a ring of 2^%d ids, by weight %d", name, bits, weight)
		places, id := s.Places(name, weight, bits), s.KeyID(name, bits)
		t.Check(len(places) == weight, labtest.Finding{
			Expected: fmt.Sprintf("%d places", weight), Actual: fmt.Sprintf("%d: %v", len(places), places)})
		for _, id := range append([]ringapi.ID{id}, places...) {
			t.Check(id>>bits == 0, labtest.Finding{
				Property: "an id is from 0 to 2^bits - 1",
				Expected: fmt.Sprintf("ids below 2^%d", bits), Actual: fmt.Sprintf("%d", id)})
		}
		s.KeyID("another", bits)
		larger := s.Places(name, weight+1+rnd.IntN(5), bits)
		same(t, fmt.Sprintf("KeyID(%q, %d)", name, bits), id, s.KeyID(name, bits))
		same(t, fmt.Sprintf("Places(%q, %d, %d)", name, weight, bits), places, s.Places(name, weight, bits))
		for _, id := range places {
			t.Check(slices.Contains(larger, id), labtest.Finding{
				Property: "a larger weight only adds places",
				Expected: fmt.Sprintf("%s with weight %d is still at %d, as with weight %d", name, len(larger), id, weight),
				Actual:   fmt.Sprintf("it is at %v", larger)})
		}
	}
}

// same compares what two calls returned.
func same(t *labtest.T, call string, first, second any) {
	t.Check(fmt.Sprint(first) == fmt.Sprint(second), labtest.Finding{
		Property: "a hash depends on nothing but what is hashed",
		Expected: fmt.Sprintf("%s is %v each time", call, first), Actual: fmt.Sprintf("the second time it is %v", second)})
}

// The bounds of the contract, in shares.
const (
	spreadBits            = 40
	weight                = 64
	mostOfNode, leastNode = 2, 0.4
	mostOfPart, leastPart = 1.75, 0.5
)

func (s Solution) balance(t *labtest.T) {
	rnd := t.Rand("names")
	for _, n := range []int{10, 100, 1000} {
		prefix := []string{"node-", "10.0.0.", "kv", ""}[rnd.IntN(4)]
		heavy := rnd.IntN(n) // has twice the weight of the others
		t.Step("%d nodes %s0 to %s%d, weight %d; %s%d has weight %d", n, prefix, prefix, n-1, weight, prefix, heavy, 2*weight)
		shares := s.shares(n, prefix, heavy)
		for i, share := range shares {
			fair := 1.0 / float64(n+1)
			if i == heavy {
				fair *= 2
			}
			if share <= mostOfNode*fair && share >= leastNode*fair {
				continue
			}
			t.Fail(labtest.Finding{
				Expected: fmt.Sprintf("%s%d of %d nodes owns between %.4f %% and %.4f %% of the ids: %v to %v times its share of %.4f %%",
					prefix, i, n, 100*leastNode*fair, 100*mostOfNode*fair, leastNode, mostOfNode, 100*fair),
				Actual: fmt.Sprintf("it owns %.4f %%", 100*share),
			})
		}
	}
	s.keys(t)
}

// shares returns which part of the ids each of n nodes owns.
func (s Solution) shares(n int, prefix string, heavy int) []float64 {
	type place struct {
		id ringapi.ID
		of int
	}
	var all []place
	for i := range n {
		w := weight
		if i == heavy {
			w *= 2
		}
		for _, id := range s.Places(fmt.Sprintf("%s%d", prefix, i), w, spreadBits) {
			all = append(all, place{id, i})
		}
	}
	slices.SortFunc(all, func(a, b place) int { return int(a.id) - int(b.id) })
	shares := make([]float64, n)
	if len(all) == 0 {
		return shares
	}
	below := all[len(all)-1].id
	for _, p := range all {
		shares[p.of] += float64((p.id-below)%(1<<spreadBits)) / (1 << spreadBits)
		below = p.id
	}
	return shares
}

// keys counts keys in equal parts of the ring.
func (s Solution) keys(t *labtest.T) {
	const keys, parts = 10_000, 64
	t.Step("%d keys user-0, user-1 …, on a ring in %d equal parts", keys, parts)
	var counts [parts]float64
	for i := range keys {
		counts[s.KeyID(fmt.Sprintf("user-%d", i), spreadBits)/(1<<spreadBits/parts)%parts]++
	}
	for i, n := range counts {
		fair := float64(keys) / parts
		t.Check(n >= leastPart*fair && n <= mostOfPart*fair, labtest.Finding{
			Property: "keys that look alike are spread over the whole ring",
			Expected: fmt.Sprintf("between %.0f and %.0f keys in each part", leastPart*fair, mostOfPart*fair),
			Actual:   fmt.Sprintf("%.0f in part %d", n, i),
		})
	}
}

func (s Solution) movement(t *labtest.T) {
	const nodes, w, bits, keys = 30, 40, 40, 2000
	ring := s.NewRing(bits)
	name := func(i int) string { return fmt.Sprintf("node-%d", i) }
	add := func(i int) { ring.Add(name(i), s.Places(name(i), w, bits)...) }
	owners := func() (all []string) {
		for i := range keys {
			all = append(all, ring.Owner(s.KeyID(fmt.Sprintf("user-%d", i), bits)))
		}
		return all
	}
	t.Step("%d nodes with %d places each, and %d keys", nodes, w, keys)
	first := t.Rand("names").IntN(1000)
	for i := range nodes {
		add(first + i)
	}
	before := owners()
	newcomer := name(first + nodes)
	t.Step("%s comes", newcomer)
	add(first + nodes)
	moved := 0
	for i, now := range owners() {
		if now == before[i] {
			continue
		}
		moved++
		if now != newcomer {
			t.Fail(labtest.Finding{
				Expected: "keys move to " + newcomer + " only", Actual: fmt.Sprintf("user-%d moved from %s to %s", i, before[i], now)})
		}
	}
	share := keys / (nodes + 1)
	t.Check(moved > share/4 && moved < 5*share/2, labtest.Finding{
		Expected: fmt.Sprintf("about %d keys move, the share of one node", share), Actual: fmt.Sprintf("%d keys moved", moved)})
	t.Step("%s goes", newcomer)
	ring.Remove(newcomer)
	for i, now := range owners() {
		if now != before[i] {
			t.Fail(labtest.Finding{
				Expected: fmt.Sprintf("user-%d is back at %s", i, before[i]), Actual: "it belongs to " + now})
		}
	}
	s.heirs(t, ring, name(first), before, owners)
}

// heirs removes a node and looks who has its keys then.
func (s Solution) heirs(t *labtest.T, ring ringapi.Ring, gone string, before []string, owners func() []string) {
	t.Step("%s goes", gone)
	ring.Remove(gone)
	heirs := map[string]bool{}
	for i, now := range owners() {
		if before[i] == gone {
			heirs[now] = true
		} else if now != before[i] {
			t.Fail(labtest.Finding{
				Expected: "only keys of " + gone + " move", Actual: fmt.Sprintf("user-%d moved from %s to %s", i, before[i], now)})
		}
	}
	t.Check(len(heirs) >= 8 && !heirs[gone], labtest.Finding{
		Property: "the keys of a node with many places go to many nodes",
		Expected: "at least 8 nodes take over from " + gone, Actual: fmt.Sprintf("%d do", len(heirs))})
}
