package rpctest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

// generate is the first part of the cases that call generated code: the solution
// generates the stubs of each interface in the package of the case.
func (s Solution) generate(name string) func(*labtest.T) {
	return func(t *labtest.T) {
		p := packageFor(name, t.Seed())
		for _, service := range p.services {
			t.Step("Generate for interface %s of package %s", service.Name, p.name)
			for _, m := range service.Methods {
				t.Step("it has %s", signature(m))
			}
			source, err := s.Generate(service)
			t.Check(err == nil, labtest.Finding{
				Expected: "the stubs of interface " + service.Name, Actual: outcome("", err),
			})
			t.Emit("stubs_"+strings.ToLower(service.Name)+".go", source)
		}
	}
}

// program is what the solution generated.
func program(t *labtest.T) Program { return t.Program().(Program) }

// A callerFunc is a Caller.
type callerFunc func(ctx context.Context, method string, args []byte) ([]byte, error)

func (f callerFunc) Call(ctx context.Context, method string, args []byte) ([]byte, error) {
	return f(ctx, method, args)
}

// A bench calls generated code for one interface.
type bench struct {
	Solution
	t       *labtest.T
	stubs   Stubs
	handler rpcapi.Handler
	client  any
	wait    time.Duration // how long a message is under way

	mu    sync.Mutex
	calls int // that the implementation got
}

func (b *bench) executed() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

func (s Solution) bench(t *labtest.T, stubs Stubs) *bench {
	b := &bench{Solution: s, t: t, stubs: stubs}
	b.handler = stubs.NewHandler(b.execute)
	b.client = stubs.NewClient(callerFunc(b.carry))
	return b
}

// An exchange is one call: what goes there, and what comes back. It travels in the
// context, which is how the bench knows whose call it has before it.
type exchange struct {
	method  StubMethod
	args    []any
	results []any
	failure error // of the implementation
}

type exchangeKey struct{}

func (b *bench) exchange(ctx context.Context, side string) exchange {
	e, ok := ctx.Value(exchangeKey{}).(exchange)
	b.t.Check(ok, labtest.Finding{
		Property: "the context of a call goes along on both sides",
		Expected: side + " is called with the context that the stubs were called with", Actual: "it has another",
	})
	return e
}

func (e exchange) String() string { return cut(e.method.Name+"("+sketch(e.args)+")", 160) }

// carry is the Caller of the client.
func (b *bench) carry(ctx context.Context, method string, args []byte) ([]byte, error) {
	e := b.exchange(ctx, "the Caller")
	b.t.Check(method == e.method.Name, labtest.Finding{
		Expected: fmt.Sprintf("%v: the Caller is asked for method %q", e, e.method.Name), Actual: fmt.Sprintf("for %q", method),
	})
	b.same(e, "the arguments", pack(e.method.Args, e.args), args)
	b.t.Sleep(b.wait)
	reply, err := b.handler(ctx, method, args)
	b.t.Sleep(b.wait)
	if err != nil {
		return nil, &rpcapi.RemoteError{Text: err.Error()}
	}
	b.same(e, "the results", pack(e.method.Results, e.results), reply)
	return reply, nil
}

// same holds a message against the contract.
func (b *bench) same(e exchange, what string, message any, got []byte) {
	want, err := b.Marshal(message)
	b.t.Check(err == nil && bytes.Equal(got, want), labtest.Finding{
		Expected: fmt.Sprintf("%v: the message with %s is a struct of them: %s", e, what, dump(want)),
		Actual:   outcome(fmt.Sprintf("it differs from byte %d on: %s", firstDifference(want, got), dump(got)), err),
	})
}

// execute is the implementation.
func (b *bench) execute(ctx context.Context, method string, args []any) ([]any, error) {
	b.mu.Lock()
	b.calls++
	b.mu.Unlock()
	e := b.exchange(ctx, "the implementation")
	want, got := e.String(), exchange{method: StubMethod{Name: method}, args: args}.String()
	b.t.Check(e.method.Call != nil, labtest.Finding{
		Expected: fmt.Sprintf("there is no method %q: an error, and nothing is executed", e.method.Name), Actual: "it executes " + got,
	})
	b.t.Check(method == e.method.Name && sketch(args) == sketch(e.args), labtest.Finding{
		Expected: "the implementation executes " + want, Actual: "it executes " + got,
	})
	return e.results, e.failure
}

// call performs an exchange and checks what the client returns.
func (b *bench) call(e exchange) {
	results, err := e.method.Call(context.WithValue(context.Background(), exchangeKey{}, e), b.client, e.args)
	b.t.Check(err == nil && sketch(results) == sketch(e.results), labtest.Finding{
		Expected: fmt.Sprintf("%v returns (%s)", e, cut(sketch(e.results), 160)),
		Actual:   outcome("it returns ("+cut(sketch(results), 160)+")", err),
	})
}

// rounds calls every method a few times with drawn values.
func (b *bench) rounds(n int) {
	d := &drawer{rng: b.t.Rand(b.stubs.Interface)}
	for _, m := range b.stubs.Methods {
		b.t.Step("call %s of %s %d times", m.Name, b.stubs.Interface, n)
		for range n {
			d.pointers = nil
			args := d.values(m.Args)
			d.pointers = nil
			before := b.executed()
			b.call(exchange{method: m, args: args, results: d.values(m.Results)})
			b.t.Check(b.executed() == before+1, labtest.Finding{
				Expected: "one call is one execution", Actual: fmt.Sprintf("it was %d", b.executed()-before),
			})
		}
	}
}

func (s Solution) everyCall(t *labtest.T) {
	for _, stubs := range program(t) {
		s.bench(t, stubs).rounds(8)
	}
}

// results are those of calls that fail, on either side.
func (s Solution) results(t *labtest.T) {
	s.everyCall(t)
	b := s.bench(t, program(t)[0])
	d := &drawer{rng: t.Rand("failures")}
	for _, m := range b.stubs.Methods {
		t.Step("%s fails in the implementation", m.Name)
		e := exchange{m, d.values(m.Args), d.values(m.Results), fmt.Errorf("account closed: %w", errClosedAccount)}
		b.handlerFails(e)
		remote := (*rpcapi.RemoteError)(nil)
		err := b.clientFails(e, b.client)
		t.Check(errors.As(err, &remote) && remote.Text == e.failure.Error(), labtest.Finding{
			Expected: fmt.Sprintf("%v returns the *RemoteError of the Caller", e), Actual: outcome("", err),
		})
		t.Step("%s is called, and the Caller does not know what became of it", m.Name)
		unknown := fmt.Errorf("%w: no answer", rpcapi.ErrUnknown)
		reply, _ := s.Marshal(pack(m.Results, d.values(m.Results)))
		err = b.clientFails(e, b.stubs.NewClient(callerFunc(func(context.Context, string, []byte) ([]byte, error) {
			return reply, unknown
		})))
		t.Check(errors.Is(err, rpcapi.ErrUnknown), labtest.Finding{
			Expected: fmt.Sprintf("%v returns the error of the Caller, which is ErrUnknown", e), Actual: outcome("", err),
		})
	}
}

var errClosedAccount = errors.New("closed on Monday")

// handlerFails has the handler execute a call that fails.
func (b *bench) handlerFails(e exchange) {
	args, _ := b.Marshal(pack(e.method.Args, e.args))
	reply, err := b.handler(context.WithValue(context.Background(), exchangeKey{}, e), e.method.Name, args)
	b.t.Check(errors.Is(err, errClosedAccount) && len(reply) == 0, labtest.Finding{
		Expected: fmt.Sprintf("the handler returns the error of the implementation, %q, and no reply", e.failure),
		Actual:   outcome(fmt.Sprintf("no error and the reply %s", dump(reply)), err),
	})
}

// clientFails calls a client that must return an error and zero results.
func (b *bench) clientFails(e exchange, client any) error {
	results, err := e.method.Call(context.WithValue(context.Background(), exchangeKey{}, e), client, e.args)
	b.t.Check(err != nil, labtest.Finding{
		Expected: fmt.Sprintf("%v returns an error", e), Actual: "it returned (" + sketch(results) + ") and none",
	})
	zero := sketch(zeros(e.method.Results))
	b.t.Check(sketch(results) == zero, labtest.Finding{
		Expected: fmt.Sprintf("%v returns zero results beside its error: (%s)", e, zero), Actual: "(" + cut(sketch(results), 160) + ")",
	})
	return err
}

// dispatches gives the handler, and then the client, what they cannot take.
func (s Solution) dispatches(t *labtest.T) {
	b := s.bench(t, program(t)[0])
	b.rounds(1)
	t.Step("the handler is asked for methods that there are not")
	empty, _ := s.Marshal(struct{}{})
	for _, name := range []string{"", "Withdraw", "ping", "Ping ", "Pin", "Bank.Ping", "Close", "\x00"} {
		b.refuses(name, empty)
		_, err := b.handler(context.Background(), name, empty)
		t.Check(err != nil && strings.Contains(err.Error(), name) || strings.Contains(fmt.Sprintf("%q", err), `\x00`), labtest.Finding{
			Expected: fmt.Sprintf("the error names the unknown method %q", name), Actual: outcome("", err),
		})
	}
	d := &drawer{rng: t.Rand("hostile")}
	for _, m := range b.stubs.Methods {
		t.Step("the handler gets bytes that are no arguments of %s", m.Name)
		args, _ := s.Marshal(pack(m.Args, d.values(m.Args)))
		for _, bad := range spoilt(args) {
			b.refuses(m.Name, bad)
		}
		t.Step("the client gets bytes that are no results of %s", m.Name)
		reply, _ := s.Marshal(pack(m.Results, d.values(m.Results)))
		for _, bad := range spoilt(reply) {
			b.clientFails(exchange{method: m, args: d.values(m.Args)}, b.stubs.NewClient(callerFunc(
				func(context.Context, string, []byte) ([]byte, error) { return bad, nil })))
		}
	}
}

// refuses has the handler execute what it must not.
func (b *bench) refuses(method string, args []byte) {
	before := b.executed()
	e := exchange{method: StubMethod{Name: method}} // no implementation takes it
	reply, err := b.handler(context.WithValue(context.Background(), exchangeKey{}, e), method, args)
	b.t.Check(err != nil && len(reply) == 0 && b.executed() == before, labtest.Finding{
		Expected: fmt.Sprintf("method %q with the bytes %s is an error and is not executed", method, dump(args)),
		Actual:   outcome(fmt.Sprintf("no error, the reply %s, %d executions", dump(reply), b.executed()-before), err),
	})
}

// spoilt are messages that are not quite the given one.
func spoilt(message []byte) [][]byte {
	bad := [][]byte{nil, {rpcapi.TagNil}, i64(1), record(i64(1), i64(2), i64(3), i64(4), i64(5)), []byte("Deposit"),
		append(append([]byte{}, message...), 0), {rpcapi.TagStruct, 0xff, 0xff, 0xff, 0xff}}
	for n := 1; n < len(message); n++ {
		bad = append(bad, message[:n])
	}
	return bad
}

// drawn calls the methods of a drawn interface one by one, and then at once.
func (s Solution) drawn(t *labtest.T) {
	b := s.bench(t, program(t)[0])
	b.rounds(3)
	const way = 5 * time.Millisecond
	b.wait = way
	t.Step("12 calls at once, each of whose messages takes %v", way)
	rng := t.Rand("at once")
	d := &drawer{rng: rng}
	for range 12 {
		m := b.stubs.Methods[rng.IntN(len(b.stubs.Methods))]
		d.pointers = nil
		e := exchange{method: m, args: d.values(m.Args)}
		d.pointers = nil
		e.results = d.values(m.Results)
		t.Go(func() { b.call(e) })
	}
	t.Join(4*way, "each of 12 calls at once, as fast as one alone,")
}
