package rpctest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

// The server's node. Those of clients are client-1, client-2 …
const serverNode = "server"

func clientNode(id uint32) string { return fmt.Sprintf("client-%d", id) }

// The times that clients get.
const (
	timeout = 50 * time.Millisecond
	probe   = time.Second
)

// patience is more than a call takes on a network that lets anything through at
// all.
const patience = 20 * time.Second

// settle is more than anything takes that does not wait for a timeout.
const settle = 30 * time.Millisecond

// A setup says what lies between clients and the server. The zero value is a
// calm network, four workers and the life number 1 of everybody.
type setup struct {
	Faults      labrpc.Faults
	Workers     int
	Incarnation uint32 // of the server
}

// A house is a server with clients of the solution, and a network between.
type house struct {
	t        *labtest.T
	solution Solution
	setup    setup
	net      *labrpc.Network
	server   rpcapi.Server
	rules    labtest.Rules

	mu       sync.Mutex
	executed map[string]int             // how often each call was executed, by its arguments
	began    map[string][]time.Duration // when
	log      log
	forgery  string                  // what a stranger has just sent; see watch
	ended    map[string]int          // how often its context ended while it was being executed
	busy     int                     // handlers that run
	most     int                     // the most that ran at once
	packets  int                     // that were sent by clients and server
	fail     func(args string) error // what a handler returns, after its execution was counted
}

func (s Solution) house(t *labtest.T, st setup) *house {
	if st.Workers == 0 {
		st.Workers = 4
	}
	if st.Incarnation == 0 {
		st.Incarnation = 1
	}
	h := &house{t: t, solution: s, setup: st, executed: map[string]int{}, ended: map[string]int{},
		began: map[string][]time.Duration{}, log: newLog()}
	h.net = t.Network(labrpc.Config{Faults: st.Faults, Describe: describe})
	h.net.Tap(h.watch)
	h.net.Intercept(h.rules.Intercept)
	return h
}

// serve starts a life of the server.
func (h *house) serve() {
	h.t.Step("a server with %d workers, incarnation %d", h.setup.Workers, h.setup.Incarnation)
	opt := rpcapi.ServerOptions{Incarnation: h.setup.Incarnation, Workers: h.setup.Workers}
	server := h.solution.NewServer(h.listen(serverNode), opt, h.handle)
	h.server = server
	h.t.Cleanup(func() { h.close("the server", server.Close) })
}

// client starts a life of a client.
func (h *house) client(id, incarnation uint32) rpcapi.Client {
	h.t.Step("client %d, incarnation %d, timeout %v, probe %v", id, incarnation, timeout, probe)
	opt := rpcapi.ClientOptions{ID: id, Incarnation: incarnation, Timeout: timeout, Probe: probe}
	c := h.solution.NewClient(h.listen(clientNode(id)), labrpc.Addr(serverNode), opt)
	h.t.Cleanup(func() { h.close(clientNode(id), c.Close) })
	return c
}

func (h *house) close(what string, end func() error) {
	h.t.Within(10*time.Second, "Close of "+what, func() { end() })
}

func (h *house) listen(node string) net.PacketConn {
	conn, err := h.net.Node(node).Listen()
	h.t.Check(err == nil, labtest.Finding{
		Property: "Close closes the connection",
		Expected: "the connection of " + node + " is closed after Close", Actual: "it is still open",
	})
	return newSocket(conn)
}

// handle executes calls. "echo" returns its arguments; "slow" waits first, for as
// long as they say in front of a colon, or until its context ends.
func (h *house) handle(ctx context.Context, method string, args []byte) ([]byte, error) {
	name := string(args)
	h.mu.Lock()
	h.executed[name]++
	h.began[name] = append(h.began[name], h.t.Since())
	h.busy++
	h.most = max(h.most, h.busy)
	n, fail := h.executed[name], h.fail
	h.mu.Unlock()
	h.t.Note("the server executes %s %s, for the %s time", method, name, ordinal(n))
	if method == "slow" {
		length, _, _ := strings.Cut(name, ":")
		d, _ := time.ParseDuration(length)
		h.wait(ctx, name, d)
	}
	h.mu.Lock()
	h.busy--
	h.mu.Unlock()
	if fail != nil {
		if err := fail(name); err != nil {
			return nil, err
		}
	}
	return []byte(answer(name, n)), nil
}

// answer is what the n-th execution of a call returns: the second says so.
func answer(name string, n int) string {
	if n == 1 {
		return "done " + name
	}
	return fmt.Sprintf("done %s, for the %s time", name, ordinal(n))
}

func ordinal(n int) string {
	if n <= 3 {
		return [...]string{"0th", "first", "second", "third"}[n]
	}
	return fmt.Sprintf("%dth", n)
}

// wait lets d pass, or less when the context ends, and notes that.
func (h *house) wait(ctx context.Context, name string, d time.Duration) {
	sleep, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-sleep.Done()
	if ctx.Err() != nil {
		h.mu.Lock()
		h.ended[name]++
		h.mu.Unlock()
		h.t.Note("the context of %s ends", name)
	}
}

// executions returns how often a call was executed.
func (h *house) executions(name string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.executed[name]
}

// call calls, gives up after d (zero is never), and says how it ended.
func (h *house) call(c rpcapi.Client, id uint32, method, args string, d time.Duration) (result string) {
	ctx, cancel := h.t.Patient(d)
	defer cancel()
	h.t.Op(clientNode(id), method+" "+short(args), func() string {
		reply, err := c.Call(ctx, method, []byte(args))
		result = say(string(reply), err)
		return short(result)
	})
	return result
}

// What the history says of calls that ended without a result.
const (
	notExecuted = "not executed"
	unknown     = "unknown"
	remote      = "remote error: "
)

func say(reply string, err error) string {
	var r *rpcapi.RemoteError
	switch {
	case err == nil:
		return reply
	case errors.As(err, &r):
		return remote + r.Text
	case errors.Is(err, rpcapi.ErrNotExecuted) == errors.Is(err, rpcapi.ErrUnknown):
		return "an error that is not one of the three: " + err.Error()
	case errors.Is(err, rpcapi.ErrNotExecuted):
		return notExecuted
	}
	return unknown
}

func short(s string) string { return cut(s, 40) }

// want makes a call that must end with a result within a bound.
func (h *house) want(c rpcapi.Client, id uint32, method, args, result string, bound time.Duration) {
	h.t.Step("client %d calls %s %s: must give %q within %v", id, method, short(args), short(result), bound)
	var got string
	if !h.t.Returns(bound, func() { got = h.call(c, id, method, args, 0) }) {
		h.t.Late(labtest.Finding{
			Expected: fmt.Sprintf("the call %s %s of client %d returns within %v of virtual time", method, short(args), id, bound),
			Actual:   "it still waits: " + h.account(args),
		})
	}
	h.t.Check(got == result, labtest.Finding{
		Expected: fmt.Sprintf("the call %s %s of client %d gives %q", method, short(args), id, short(result)),
		Actual:   fmt.Sprintf("it gives %q", short(got)),
	})
}

// echo makes an ordinary call.
func (h *house) echo(c rpcapi.Client, id uint32, args string) {
	h.want(c, id, "echo", args, answer(args, 1), patience)
}

// times fails unless a call was executed so often: once, or never. Why says why, ""
// where that is the title of the case.
func (h *house) times(name string, want int, why string) {
	if h.executions(name) == want {
		return
	}
	h.mu.Lock()
	ran := h.ran(name)
	h.mu.Unlock()
	expected := "the server executes " + short(name) + " once"
	if want == 0 {
		expected = "the server does not execute " + short(name)
	}
	if why != "" {
		expected += ": " + why
	}
	h.t.Fail(labtest.Finding{Expected: expected, Actual: "it has " + ran})
}

// rule adds to what the network does to packets.
func (h *house) rule(f func(rpcapi.Packet) labrpc.Action) {
	h.rules.Add(func(m labrpc.Message) (a labrpc.Action) {
		if p, ok := decode(m.Packet); ok {
			a = f(p)
		}
		return a
	})
}

// some is a rule for packets of a kind that go to or come from the server. N
// counts them.
func (h *house) some(kind uint8, number uint32, action func(n int) labrpc.Action) {
	n := 0
	h.rule(func(p rpcapi.Packet) (a labrpc.Action) {
		if p.Kind == kind && p.Number == number && (kind != rpcapi.Call || p.ServerIncarnation != 0) {
			n++
			a = action(n)
		}
		return a
	})
}

// lose makes the network lose the first packets of a kind for a call.
func (h *house) lose(kind uint8, number uint32, first int) {
	h.t.Step("the network loses the first %d packets %q of call %d", first, kinds()[kind], number)
	h.some(kind, number, func(n int) labrpc.Action { return labrpc.Action{Drop: n <= first} })
}

// again makes the network deliver the first packet of a kind for a call several
// times.
func (h *house) again(kind uint8, number uint32, after ...time.Duration) {
	h.t.Step("the network delivers the first packet %q of call %d again after %s", kinds()[kind], number, labtest.List(after))
	h.some(kind, number, func(n int) (a labrpc.Action) {
		if n == 1 {
			a.Copies = after
		}
		return a
	})
}

// watch counts packets and holds each to the contract.
func (h *house) watch(m labrpc.Message) {
	p, ok := decode(m.Packet)
	if !strings.HasPrefix(m.From, "client-") && m.From != serverNode {
		return // the suite's own
	}
	h.mu.Lock()
	h.packets++
	if ok {
		h.log.note(m, p)
	}
	forgery := h.forgery
	h.mu.Unlock()
	wrong := breach(p, m.Packet, m.From == serverNode)
	if m.To == strangerNode {
		h.t.Report(labtest.Finding{
			Expected: fmt.Sprintf("%s ignores what is no packet for it: %s", m.From, forgery),
			Actual:   "it answered with " + describe(m.Packet),
		})
		return
	}
	if node := clientNode(p.Client); wrong == "" && m.From != node && m.To != node {
		wrong = fmt.Sprintf("it is about client %d, and goes from %s to %s", p.Client, m.From, m.To)
	}
	if wrong != "" {
		h.t.Report(labtest.Finding{
			Property: "a packet is exactly the bytes of the contract",
			Expected: "the network is given packets of the contract only",
			Actual:   fmt.Sprintf("%s sent %s: %s (% x)", m.From, describe(m.Packet), wrong, m.Packet[:min(len(m.Packet), 30)]),
		})
	}
}

// rounds is how many calls a goroutine makes: fewer where time is real.
func (h *house) rounds(n int) int {
	if h.t.Real() {
		return 2
	}
	return n
}

func (h *house) sent() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.packets
}
