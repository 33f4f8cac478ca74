package rpctest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

// A node is what graphs are made of.
type node struct {
	ID    int32
	Name  string
	Next  *node
	Other *node
	Kids  []*node
	Named map[string]*node
	Score *float64
	Data  []byte
}

type pair struct{ A, B *point }

func (s Solution) shared(t *labtest.T) {
	t.Step("a pair whose two pointers are equal")
	p := &point{1, 2}
	want := record(to(record(i64(1), i64(2))), ref(0))
	s.writes(t, pair{p, p}, want)
	var got pair
	s.reads(t, want, &got)
	t.Check(got.A != nil && got.A == got.B && *got.A == *p, labtest.Finding{
		Expected: "two equal pointers to {1 2}", Actual: "two pointers to different points, or to another one",
	})
	t.Step("a pair of equal points that are not the same")
	want = record(to(record(i64(1), i64(2))), to(record(i64(1), i64(2))))
	s.writes(t, pair{&point{1, 2}, &point{1, 2}}, want)
	got = pair{}
	s.reads(t, want, &got)
	t.Check(got.A != nil && got.B != nil && got.A != got.B, labtest.Finding{
		Expected: "two different pointers", Actual: "one pointer twice",
	})
	t.Step("pointers in a slice, a map and pointers: numbers in the order in which they begin")
	type deep struct {
		List []*int64
		Map  map[string]*int64
		PP   **int64
	}
	a, b := new(int64), new(int64)
	*a, *b = 5, 6
	want = record(list(to(i64(5)), to(i64(6)), ref(0)), table(text("x"), ref(1), text("y"), null()), to(ref(1)))
	s.writes(t, deep{[]*int64{a, b, a}, map[string]*int64{"y": nil, "x": b}, &b}, want)
	var back deep
	s.reads(t, want, &back)
	complete := len(back.List) == 3 && back.List[1] != nil && back.PP != nil
	t.Check(complete && back.List[0] == back.List[2] && back.Map["x"] == back.List[1] && *back.PP == back.List[1] && *back.List[1] == 6,
		labtest.Finding{Expected: "List[0] == List[2], and Map[x] == List[1] == *PP", Actual: "not all of these hold"})
	t.Step("a pointer to a struct and one to its first field: equal addresses, different types")
	type twin struct {
		Whole *point
		First *int64
	}
	s.writes(t, twin{p, &p.X}, record(to(record(i64(1), i64(2))), to(i64(1))))
}

func (s Solution) writes(t *labtest.T, v any, want []byte) {
	got, err := s.Marshal(v)
	t.Check(err == nil && bytes.Equal(got, want), labtest.Finding{
		Expected: fmt.Sprintf("Marshal of the %T gives %s", v, dump(want)),
		Actual:   outcome(dump(got)+differs(got, want), err)})
}

func (s Solution) reads(t *labtest.T, data []byte, v any) {
	err := s.Unmarshal(data, v)
	t.Check(err == nil, labtest.Finding{
		Expected: fmt.Sprintf("Unmarshal(%s) into a %T gives no error", dump(data), v), Actual: outcome("", err),
	})
}

type ring struct{ Next *ring }

type loop []loop

type knot map[string]knot

func (s Solution) cycles(t *labtest.T) {
	t.Step("a ring of one, of two, and one that is entered in its middle")
	one := &ring{}
	one.Next = one
	s.writes(t, one, to(record(ref(0))))
	two := &ring{&ring{}}
	two.Next.Next = two
	s.writes(t, two, to(record(to(record(ref(0))))))
	tail := &ring{two}
	bytes := to(record(to(record(to(record(ref(1)))))))
	s.writes(t, tail, bytes)
	var back *ring
	s.reads(t, bytes, &back)
	t.Check(back != nil && back.Next != nil && back.Next.Next != nil && back.Next.Next.Next == back.Next && back.Next != back,
		labtest.Finding{Expected: "a ring of two, entered by a third", Actual: "Next.Next.Next is another node than Next, or none"})
	t.Step("a slice and a map that hold themselves: Marshal must give an error")
	l := make(loop, 1)
	l[0] = l
	k := knot{}
	k["self"] = k
	for _, v := range []any{l, k} {
		_, err := s.Marshal(v)
		t.Check(err != nil, labtest.Finding{
			Expected: fmt.Sprintf("an error for a %T that never ends", v), Actual: "none",
		})
	}
	s.depth(t)
	s.width(t)
}

// depth goes to the limit and one step beyond. Each node of the chain is a
// pointer and a struct, and the last pointer is nil.
func (s Solution) depth(t *labtest.T) {
	t.Step("a chain as deep as MaxDepth allows, and a deeper one")
	chain := func(n int) (first *ring, b []byte) {
		b = null()
		for range n {
			first, b = &ring{first}, to(record(b))
		}
		return first, b
	}
	first, b := chain(rpcapi.MaxDepth/2 - 1)
	s.writes(t, first, b)
	var back *ring
	s.reads(t, b, &back)
	first, b = chain(rpcapi.MaxDepth/2 + 1)
	_, err := s.Marshal(first)
	t.Check(err != nil, labtest.Finding{Expected: "Marshal refuses what is deeper than MaxDepth", Actual: "it gave no error"})
	t.Check(s.Unmarshal(b, &back) != nil, labtest.Finding{
		Expected: "Unmarshal refuses what is deeper than MaxDepth", Actual: "it gave no error"})
}

// width has more values side by side than may stand in each other.
func (s Solution) width(t *labtest.T) {
	t.Step("a slice of %d pointers to points: they are side by side, and none is deeper than another", rpcapi.MaxDepth)
	var points []*point
	var elements [][]byte
	for i := range int64(rpcapi.MaxDepth) {
		points = append(points, &point{i, -i})
		elements = append(elements, to(record(i64(i), i64(-i))))
	}
	want := list(elements...)
	s.writes(t, points, want)
	var back []*point
	s.reads(t, want, &back)
	t.Check(len(back) == len(points) && *back[len(back)-1] == *points[len(points)-1], labtest.Finding{
		Expected: fmt.Sprintf("%d points", len(points)), Actual: fmt.Sprintf("%d, or other ones", len(back))})
}

// graphs draws nodes that point to each other at random.
func (s Solution) graphs(t *labtest.T) {
	rng := t.Rand("graph")
	n := t.Size("nodes", 1+rng.IntN(12))
	t.Step("a graph of %d nodes goes through Marshal and Unmarshal", n)
	nodes := make([]*node, n)
	for i := range nodes {
		nodes[i] = &node{ID: int32(i) - 3, Name: fmt.Sprintf("n%d", i), Data: make([]byte, rng.IntN(4))}
	}
	pick := func() *node {
		if rng.IntN(4) == 0 {
			return nil
		}
		return nodes[rng.IntN(n)]
	}
	score := rng.Float64()
	for _, x := range nodes {
		x.Next, x.Other = pick(), pick()
		for range rng.IntN(4) {
			x.Kids = append(x.Kids, pick())
		}
		if rng.IntN(2) == 0 {
			x.Named, x.Score = map[string]*node{"a": pick(), "b": pick(), "c": pick()}, &score
		}
	}
	data, err := s.Marshal(nodes[0])
	t.Check(err == nil, labtest.Finding{Expected: "Marshal gives no error", Actual: outcome("", err)})
	var back *node
	s.reads(t, data, &back)
	c := comparison{pairs: map[*node]*node{}}
	c.same(nodes[0], back, "root")
	t.Check(c.difference == "", labtest.Finding{Expected: "the same graph", Actual: c.difference})
	if c.shared {
		t.Reach("a pointer was shared")
	}
	if c.cyclic {
		t.Reach("a node could reach itself")
	}
	again, err := s.Marshal(back)
	t.Check(err == nil && bytes.Equal(again, data), labtest.Finding{
		Expected: "marshaled again, it has the same bytes",
		Actual:   outcome(fmt.Sprintf("they differ from byte %d on", firstDifference(again, data)), err),
	})
}

// A comparison walks two graphs in step. Each node of the one must always stand
// for the same node of the other.
type comparison struct {
	pairs          map[*node]*node
	path           []*node // from the root to the node where the walk is
	score          *float64
	shared, cyclic bool
	difference     string
}

func (c *comparison) same(a, b *node, where string) {
	switch known, ok := c.pairs[a]; {
	case c.difference != "" || a == nil && b == nil:
		return
	case a == nil || b == nil:
		c.difference = where + ": one pointer is nil, the other is not"
		return
	case ok:
		c.shared = true
		c.cyclic = c.cyclic || slices.Contains(c.path, a)
		if known != b {
			c.difference = where + ": one node has become two"
		}
		return
	}
	for _, other := range c.pairs {
		if other == b {
			c.difference = where + ": two nodes have become one"
			return
		}
	}
	c.pairs[a] = b
	c.path = append(c.path, a)
	c.content(a, b, where)
	c.path = c.path[:len(c.path)-1]
}

func (c *comparison) content(a, b *node, where string) {
	if b.Score != nil && c.score == nil {
		c.score = b.Score
	}
	if a.ID != b.ID || a.Name != b.Name || !bytes.Equal(a.Data, b.Data) || len(a.Kids) != len(b.Kids) ||
		(a.Named == nil) != (b.Named == nil) || len(a.Named) != len(b.Named) || (a.Score == nil) != (b.Score == nil) {
		c.difference = fmt.Sprintf("%s: node %d has other fields", where, a.ID)
		return
	}
	if a.Score != nil && (*a.Score != *b.Score || b.Score != c.score) {
		c.difference = where + ".Score: not the one number that all nodes share"
		return
	}
	c.same(a.Next, b.Next, where+".Next")
	c.same(a.Other, b.Other, where+".Other")
	for i := range a.Kids {
		c.same(a.Kids[i], b.Kids[i], fmt.Sprintf("%s.Kids[%d]", where, i))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Named)) {
		c.same(a.Named[name], b.Named[name], where+".Named["+name+"]")
	}
}
