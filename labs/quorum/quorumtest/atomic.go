package quorumtest

import (
	"fmt"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

// halfway has client-1 put b, after a is everywhere, and get no further than to some
// replicas with the value.
func (h *house) halfway(reached ...string) {
	writer := h.register(1)
	writer.puts("x a")
	h.t.Sleep(settled)
	sent := h.onlyFirst(writer, reached...)
	h.t.Step("%s Put x b: the value reaches %s", writer.name, labtest.List(reached))
	h.t.Go(func() { writer.call("Put x b", hopeless) })
	h.t.Eventually(prompt, "a Put that is answered, and then sends its value to all replicas,", sent)
	h.t.Sleep(timeout / 5)
}

// inOrder has one client get x from some replicas, and then another from others.
func (h *house) inOrder(first, second *user) {
	saw := first.within("Get x")
	h.t.Step("%s Get x gave %q; it has returned", first.name, saw)
	then := second.within("Get x")
	h.t.Check(saw != "b" || then == "b", labtest.Finding{
		Property: "a Get returns nothing older than a Get that had returned before it",
		Expected: fmt.Sprintf(`Get x of %s gives "b", as that of %s did before`, second.name, first.name),
		Actual:   fmt.Sprintf("it gave %q, which is older", then)})
}

// writeBack has a Put reach one replica, and two Gets follow each other, of which the
// second does not hear that replica.
func (s Solution) writeBack(t *labtest.T) {
	h := s.open(t, floor{})
	h.halfway("N1")
	h.inOrder(h.register(2).to("N1", "N2"), h.register(3).to("N2", "N3"))
	h.inOrder(h.register(4).to("N1", "N3"), h.register(5).to("N3", "N2"))
}

// minorityHas is writeBack with five replicas, where two have the value: all that the
// first Get hears agree, or nearly.
func (s Solution) minorityHas(t *labtest.T) {
	h := s.open(t, floor{N: 5})
	h.halfway("N1", "N2")
	h.inOrder(h.register(2).to("N1", "N2", "N3"), h.register(3).to("N3", "N4", "N5"))
}

// slowWriteBack has all that a Get sends, after it has asked, take long: the Get must
// wait for it. With five replicas it must wait for two, of which one is quick.
func (s Solution) slowWriteBack(t *labtest.T) {
	n := 3 + 2*int(t.Seed()%2)
	h := s.open(t, floor{N: n})
	h.halfway("N1")
	names := h.floor.Names
	first := h.register(2).to(names[:h.floor.W]...)
	h.lateButFirst(first, names[h.floor.W-1])
	h.inOrder(first, h.register(3).to(names[h.floor.W-1:]...))
}

// lateness is how late the second phase of an operation is: not so late that it is
// repeated.
const lateness = timeout * 4 / 5

// lateButFirst makes all late that a client sends to a replica, but for what it asks
// first.
func (h *house) lateButFirst(u *user, replica string) {
	h.t.Step("what %s sends to %s when it is answered takes %v", u.name, replica, lateness)
	a := asking{u, map[string]bool{}}
	h.rules.Add(func(m labrpc.Message) (action labrpc.Action) {
		if a.over(m) && m.To == replica {
			action.Delay = lateness
		}
		return action
	})
}

// restamped has a Get write back an old value after a newer one was put.
func (s Solution) restamped(t *labtest.T) {
	h := s.open(t, floor{})
	h.halfway("N1")
	writer, slow := h.register(2).to("N1", "N2"), h.register(3).to("N1", "N2")
	h.lateButFirst(slow, "N2")
	t.Step("%s Get x, and puts nothing new; meanwhile %s puts c", slow.name, writer.name)
	t.Go(func() { slow.call("Get x", 0) })
	t.Sleep(timeout / 5)
	writer.puts("x c")
	t.Join(patience, "the slow Get")
	t.Sleep(2 * lateness)
	for i, pair := range h.pairs() {
		h.register(4+i).gets("x", pair, "c")
	}
}

// countedOnce has one replica answer again and again, in each phase of each operation,
// and the others never.
func (s Solution) countedOnce(t *labtest.T) {
	h := s.open(t, floor{})
	h.register(1).puts("x a")
	t.Sleep(settled)
	const why = "only N1 answers, however often, and two replicas are a majority"
	h.register(2).to("N1").blocked("Get x", why)
	h.register(3).to("N1").blocked("Put x b", why)
	half := h.register(4)
	h.onlyFirst(half, "N1")
	half.blocked("Put x b", why)
	h.rules.Clear()
	reader := h.register(5).to("N1", "N2")
	h.onlyFirst(reader, "N1")
	t.Step("%s Get x, for %v: what it writes back reaches N1 only", reader.name, hopeless)
	got := reader.call("Get x", hopeless)
	then := h.register(6).to("N2", "N3").within("Get x")
	t.Check(got != "b" || then == "b", labtest.Finding{
		Property: "a Get returns nothing older than a Get that had returned before it",
		Expected: fmt.Sprintf(`%s gave "b": a majority has it, and a Get from N2 and N3 gives it too`, reader.name),
		Actual:   fmt.Sprintf("it gave %q: %s has counted N1 twice", then, reader.name)})
}

// lateAnswers has answers to a Get arrive while the client's next one is under way.
func (s Solution) lateAnswers(t *labtest.T) {
	h := s.open(t, floor{N: 5})
	writer, reader := h.register(1), h.register(2)
	writer.puts("x a")
	t.Sleep(settled)
	t.Step("the answers of N3 and N5 to the next Get are late by %v", timeout/2)
	h.late("N3", reader.name, timeout/2)
	h.late("N5", reader.name, timeout/2)
	reader.want("Get x", "a")
	h.rules.Clear()
	writer.to("N1", "N2", "N3").puts("x b")
	t.Step("the answers of N1, N2 and N3 to the Get after that are late by as much")
	for _, name := range []string{"N1", "N2", "N3"} {
		h.late(name, reader.name, timeout*4/5)
	}
	reader.want("Get x", "b")
}

// minority has replicas crash, as many as may and then one more: of four that is half.
func (s Solution) minority(t *labtest.T) {
	n := 4 + int(t.Seed()%2)
	h := s.open(t, floor{N: n})
	c, other := h.register(1), h.register(2)
	c.puts("x a")
	few := (n - 1) / 2
	crashes := []string{"N2", "N4", "N5"}[:few+1]
	h.crash(crashes[:few]...)
	c.puts("x b", "y c")
	other.want("Get x", "b")
	other.puts("x d")
	c.want("Get x", "d")
	h.crash(crashes[few])
	why := fmt.Sprintf("%d of %d replicas have crashed, and the others are no majority", few+1, n)
	c.blocked("Put x e", why)
	other.blocked("Get x", why)
}

// linearizable is a storm in which a minority of the replicas may fail.
func (s Solution) linearizable(t *labtest.T) {
	rng := t.Rand("failures")
	n := 3 + 2*rng.IntN(2)
	h := s.open(t, floor{N: n, Faults: weather(t)})
	st := storm{house: h, keys: 2, operations: 7}
	for i := range t.Size("clients", 3+rng.IntN(2)) {
		st.users = append(st.users, h.register(i+1))
	}
	t.Go(func() { h.misfortunes() })
	st.run()
	st.calm()
	t.Judge("register", "")
}

// misfortunes befall a minority of the replicas, each in its own way.
func (h *house) misfortunes() {
	rng := h.t.Rand("misfortunes")
	for i := range h.floor.N / 2 {
		name := h.floor.Names[i]
		h.t.Sleep(time.Duration(rng.IntN(400)) * time.Millisecond)
		length := time.Duration(rng.IntN(800)) * time.Millisecond
		switch rng.IntN(4) {
		case 0:
			h.crash(name)
			h.t.Reach("a replica failed")
		case 1:
			h.t.Step("%s stands still for %v", name, length)
			h.net.Node(name).Pause()
			h.t.Sleep(length)
			h.net.Node(name).Resume()
			h.t.Reach("a replica stood still")
		case 2:
			h.t.Step("%s hears client-1 no more, for %v", name, length)
			h.net.CutOneWay([]string{"client-1"}, []string{name})
			h.t.Sleep(length)
			h.net.Heal()
		}
	}
}
