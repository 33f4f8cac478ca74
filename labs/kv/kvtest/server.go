package kvtest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

// A step is an operation, and what it must give.
type step struct{ operation, result string }

func (c *client) wants(steps ...step) {
	for _, s := range steps {
		c.want(s.operation, s.result)
	}
}

func (s Solution) versions(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	c := h.client(1)
	c.wants(step{"Get x", noKey}, step{"Delete x", noKey}, step{"CompareAndSet x a 1", otherVersion},
		step{"Put x a", "version 1"}, step{"Get x", "a, version 1"}, step{"Put x a", "version 2"},
		step{"CompareAndSet x b 1", otherVersion}, step{"CompareAndSet x b 3", otherVersion},
		step{"CompareAndSet x b 0", otherVersion}, step{"Get x", "a, version 2"},
		step{"CompareAndSet x b 2", "version 3"}, step{"CompareAndSet x b 3", "version 4"},
		step{"CompareAndSet y c 0", "version 1"}, step{"CompareAndSet y d 0", otherVersion},
		step{"Get y", "c, version 1"}, step{"Get x", "b, version 4"})
	t.Step("and so on, by chance")
	rng := t.Rand("operations")
	keys := map[string]value{"x": {"b", 4, true}, "y": {"c", 1, true}, "z": {}}
	for range 25 {
		o := operation{key: string("xyz"[rng.IntN(3)]), value: string("abc"[rng.IntN(3)])}
		v := keys[o.key]
		o.name = []string{"Get", "Put", "CompareAndSet", "CompareAndSet", "Delete"}[rng.IntN(5)]
		o.old = max(v.version, 1) - uint64(rng.IntN(2))
		next, result := v.apply(o)
		c.want(o.String(), result)
		keys[o.key] = next
	}
}

func (s Solution) noABA(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	c, other := h.client(1), h.client(2)
	c.want("Put x a", "version 1")
	other.want("Get x", "a, version 1")
	c.wants(step{"Delete x", "version 2"}, step{"Get x", noKey}, step{"CompareAndSet x b 2", otherVersion},
		step{"Put x a", "version 3"})
	t.Step("%s saw version 1, and does not know that this x is another", other.name)
	other.wants(step{"CompareAndSet x stale 1", otherVersion}, step{"Get x", "a, version 3"})
	c.wants(step{"Delete x", "version 4"}, step{"Delete x", noKey}, step{"CompareAndSet x c 0", "version 5"})
	other.wants(step{"CompareAndSet x stale 1", otherVersion}, step{"Get x", "c, version 5"})
}

// values uses the client as it is: the text of an operation cannot hold any bytes.
func (s Solution) values(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	c := h.client(1)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for i, v := range [][]byte{{}, {0, 'a'}, all, bytes.Repeat(all, 16)} {
		key := strings.Repeat("k\x00", i) // also the empty key
		t.Step("Put and Get %d bytes under the key %q", len(v), key)
		buffer := bytes.Clone(v)
		c.raw("Put", func(ctx context.Context) error {
			_, err := c.Put(ctx, key, buffer)
			return err
		})
		clear(buffer) // the caller goes on to use it
		var first, second []byte
		get := func(into *[]byte) func(ctx context.Context) error {
			return func(ctx context.Context) (err error) {
				*into, _, err = c.Get(ctx, key)
				return err
			}
		}
		c.raw("Get", get(&first))
		same(t, "Get gives the bytes that were put", v, first)
		clear(first)
		c.raw("Get", get(&second))
		same(t, "a second Get gives them too, after the caller wrote into the first result", v, second)
		kept := bytes.Clone(second)
		c.raw("Get", get(&first))
		clear(first)
		same(t, "a result stays as it is while others are asked for and written into", kept, second)
	}
}

// raw carries out an operation that must succeed.
func (c *client) raw(what string, f func(context.Context) error) {
	var err error
	c.h.t.Within(patience+time.Second, what, func() { err = f(c.h.t.Context(patience)) })
	c.h.t.Check(err == nil, labtest.Finding{Expected: what + " succeeds", Actual: fmt.Sprintf("it gave %q", err)})
}

func same(t *labtest.T, expected string, want, got []byte) {
	t.Check(bytes.Equal(want, got), labtest.Finding{
		Expected: fmt.Sprintf("%s: %.40q (%d bytes)", expected, want, len(want)),
		Actual:   fmt.Sprintf("%.40q (%d bytes)", got, len(got)),
	})
}

func (s Solution) calm(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	c := h.client(1)
	c.want("Put x a", "version 1")
	operations := []step{{"Get x", "a, version 1"}, {"Put x b", "version 2"}, {"CompareAndSet x c 1", otherVersion},
		{"CompareAndSet x c 2", "version 3"}, {"Delete x", "version 4"}, {"Get x", noKey}, {"Delete x", noKey},
		{"Put x a", "version 5"}}
	before := h.sent()
	c.wants(operations...)
	t.Sleep(patience)
	got, most := h.sent()-before, 2*len(operations)
	t.Check(got <= most, labtest.Finding{
		Expected: fmt.Sprintf("%d operations of a client that is known to the server take %d messages", len(operations), most),
		Actual:   fmt.Sprintf("%d messages passed the network", got),
	})
}

func (s Solution) retriedPut(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	c := h.client(1)
	c.want("Put x a", "version 1")
	h.lose(1, serverNode, c.name)
	c.wants(step{"Put x b", "version 2"}, step{"Get x", "b, version 2"})
	h.lose(3, serverNode, c.name)
	c.wants(step{"Put x c", "version 3"}, step{"Get x", "c, version 3"})
	h.lose(2, c.name, serverNode)
	c.wants(step{"Put x d", "version 4"}, step{"Get x", "d, version 4"})
}

// oneResult loses every reply until another client has changed the key, so that
// whoever executes a request again comes to another result.
func (s Solution) oneResult(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	c, other := h.client(1), h.client(2)
	c.want("CompareAndSet x a 0", "version 1")
	h.lose(2, serverNode, c.name)
	c.want("CompareAndSet x b 1", "version 2")
	h.lose(2, serverNode, c.name)
	c.want("Delete x", "version 3")
	other.want("Put x c", "version 4")
	for _, r := range []struct{ retried, result, meanwhile, then string }{
		{"CompareAndSet x stolen 5", otherVersion, "Put x d", "d, version 5"},
		{"CompareAndSet x e 5", "version 6", "Put x f", "f, version 7"},
		{"Delete nothing", noKey, "Put nothing g", "f, version 7"},
	} {
		t.Step("%s %s: must give %q, however late", c.name, r.retried, r.result)
		replies := h.block(serverNode, c.name)
		var got string
		t.Go(func() { got = c.call(r.retried, patience) })
		t.Eventually(patience, "the execution of "+r.retried, replies.met)
		other.call(r.meanwhile, 0)
		t.Step("%s %s; the replies to %s get through again", other.name, r.meanwhile, c.name)
		replies.lift()
		t.Join(patience+time.Second, r.retried)
		t.Check(got == r.result, labtest.Finding{
			Expected: fmt.Sprintf("the %s whose reply was lost gives %q, as when it was executed", r.retried, r.result),
			Actual:   fmt.Sprintf("it gave %q", got),
		})
		other.want("Get x", r.then)
	}
}

// lateCopy has copies arrive after later changes, by the same client and by another.
func (s Solution) lateCopy(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	c, other := h.client(1), h.client(2)
	late := []time.Duration{300 * time.Millisecond, 2 * time.Second}
	again := func(operation, result string) {
		t.Step("what %s sends for %s arrives again after %s", c.name, operation, labtest.List(late))
		h.next(1, c.name, serverNode, labrpc.Action{Copies: late})
		c.want(operation, result)
	}
	again("Put x a", "version 1")
	again("CompareAndSet x stolen 2", otherVersion)
	c.want("Put x b", "version 2")
	t.Sleep(time.Second)
	other.want("Get x", "b, version 2")
	again("Put y a", "version 1")
	other.want("Put y b", "version 2")
	again("CompareAndSet y stolen 3", otherVersion)
	other.want("Put y c", "version 3")
	again("Delete y", "version 4")
	other.want("Put y d", "version 5")
	more := t.Size("changes", 20)
	for i := range more {
		c.want(fmt.Sprintf("Put z %d", i), at(uint64(i+1)))
	}
	t.Sleep(3 * time.Second)
	other.wants(step{"Get x", "b, version 2"}, step{"Get y", "d, version 5"},
		step{"Get z", fmt.Sprintf("%d, version %d", more-1, more)})
}

func (s Solution) abandoned(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	c, other := h.client(1), h.client(2)
	t.Step("what %s sends takes 3s", c.name)
	slow := h.block(c.name, serverNode)
	slow.delay = 3 * time.Second
	c.ends("Put x a", time.Second, maybe)
	t.Step("what %s sends from now on takes as long as ever", c.name)
	slow.lift()
	c.want("Put x b", "version 1")
	t.Sleep(4 * time.Second)
	other.want("Get x", "b, version 1")
	c.want("Put x c", "version 2")
}

func (s Solution) maybe(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	c, other := h.client(1), h.client(2)
	t.Step("the network loses what %s answers", serverNode)
	replies := h.block(serverNode, c.name)
	c.ends("Put x a", time.Second, maybe)
	c.ends("Get x", time.Second, gaveUp)
	other.want("Get x", "a, version 1")
	replies.lift()
	t.Step("the network loses what %s sends", c.name)
	requests := h.block(c.name, serverNode)
	c.ends("Delete x", time.Second, maybe)
	t.Step("%s Put x late, and while that is under way Put y b, which never gets its turn", c.name)
	t.Go(func() { c.call("Put x late", 2*time.Second) })
	t.Sleep(500 * time.Millisecond)
	c.ends("Put y b", 500*time.Millisecond, gaveUp)
	t.Join(patience, "Put x late")
	requests.lift()
	t.Step("calls whose context has ended before they begin")
	before := h.sent()
	c.ends("Put y b", -1, gaveUp)
	c.ends("CompareAndSet y b 0", -1, gaveUp)
	t.Sleep(time.Second)
	t.Check(h.sent() == before, labtest.Finding{
		Expected: "a change that says that it was never sent was never sent",
		Actual:   fmt.Sprintf("%d messages passed the network", h.sent()-before),
	})
	other.wants(step{"Get x", "a, version 1"}, step{"Get y", noKey})
	c.want("Put x c", "version 2")
}

func (s Solution) clientsApart(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	var version uint64
	clients := []*client{h.client(1), h.client(2), h.client(3)}
	for round := range 4 {
		for i, c := range slices.Backward(clients) {
			if round == i {
				h.lose(1, serverNode, c.name)
			}
			version++
			c.want(fmt.Sprintf("Put x %c%d", 'a'+i, round), at(version))
		}
	}
	clients[0].want("Get x", fmt.Sprintf("a3, version %d", version))
}

func (s Solution) clientRestart(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	var version uint64
	t.Step("what each life sends for its first Put arrives again after a second, when the last life has done its work")
	for life, n := range []int{3, 1, 2, 5} {
		c := h.client(1)
		h.next(1, c.name, serverNode, labrpc.Action{Copies: []time.Duration{time.Second}})
		for i := range n {
			version++
			c.want(fmt.Sprintf("Put x %d.%d", life+1, i+1), at(version))
		}
		c.want("CompareAndSet x wrong 0", otherVersion)
		t.Step("%s restarts", c.name)
		c.restart()
	}
	t.Sleep(2 * time.Second)
	h.client(2).want("Get x", fmt.Sprintf("4.5, version %d", version))
}

// restart ends the client's process and makes its node ready for the next.
func (c *client) restart() {
	node := c.h.net.Node(c.name)
	node.Crash()
	node.Restart()
}

func (s Solution) remembered(t *labtest.T) {
	h := s.open(t, labrpc.Faults{})
	const names = 3
	for life := range 3 {
		for i := range names {
			c := h.client(i + 1)
			for n := range 6 {
				c.call(fmt.Sprintf("Put x %d", n), 0)
				c.call("Delete nothing", 0)
			}
			c.call("Get x", 0)
			if life < 2 {
				c.restart()
			}
		}
		t.Step("%d clients have changed and tried to change something, each in its life %d", names, life+1)
		got := h.server.Remembered()
		t.Check(got <= names, labtest.Finding{
			Expected: fmt.Sprintf("the server remembers at most one result for each of %d names", names),
			Actual:   fmt.Sprintf("Remembered() is %d", got),
		})
	}
	c := h.client(4)
	replies := h.block(serverNode, c.name)
	t.Step("%s Put y a, and no reply gets through", c.name)
	t.Go(func() { c.call("Put y a", 0) })
	t.Eventually(patience, "the execution of Put y a", replies.met)
	got := h.server.Remembered()
	t.Check(got >= 1, labtest.Finding{
		Expected: "the server remembers the result that its client has not got", Actual: fmt.Sprintf("Remembered() is %d", got)})
	replies.lift()
	t.Join(patience, "Put y a")
}

// The bounds of the contract on how often a request is repeated.
const (
	rarest  = time.Second
	densest = 10 * time.Millisecond
)

func (s Solution) outage(t *labtest.T) {
	h := s.house(t, labrpc.Faults{})
	c := h.client(1)
	server := h.start(serverNode)
	during := func(what string, d time.Duration, operation, result string, end func()) {
		t.Step("%s, for %v; meanwhile %s", what, d, operation)
		before, from := h.sent(), t.Since()
		var got string
		t.Go(func() { got = c.call(operation, 10*time.Minute) })
		t.Sleep(d)
		sent := h.sent() - before
		least, most := int(d/rarest), 2*int(d/densest)
		t.Check(least <= sent && sent <= most, labtest.Finding{
			Expected: fmt.Sprintf("in %v without an answer, between %d and %d messages", d, least, most),
			Actual:   fmt.Sprintf("%d messages", sent),
		})
		end()
		t.Join(2*rarest, operation)
		t.Check(got == result, labtest.Finding{
			Expected: fmt.Sprintf("%s gives %q", operation, result), Actual: fmt.Sprintf("it gave %q", got)})
		t.Note("it took %v", t.Since()-from)
	}
	during(serverNode+" does not serve yet", 5*time.Second, "Put x a", "version 1", func() { s.NewServer(server) })
	block := h.block(c.name, serverNode)
	during("the network loses every request", 45*time.Second, "Put x b", "version 2", block.lift)
	block = h.block(c.name, serverNode)
	during("the network loses every request", 10*time.Second, "Get x", "b, version 2", block.lift)
	block = h.block(serverNode, c.name)
	during("the network loses every reply", 20*time.Second, "Delete x", "version 3", block.lift)
}
