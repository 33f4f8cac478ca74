package labrpc

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"faultline/labrpc/internal/codec"
)

// Errors of calls, to be tested with errors.Is.
var (
	ErrStopped  = errors.New("the process has ended: its node crashed, or it was closed")
	ErrNoMethod = errors.New("the process there has no such method")
	ErrEncoding = errors.New("it cannot cross the network")
)

// A RemoteError is the text of the error that a method returned on the other
// side. Only the text crosses: errors.Is finds nothing in it. What a caller has to
// tell apart belongs into the reply.
type RemoteError string

// Error returns the text.
func (e RemoteError) Error() string { return string(e) }

// A callError is what every error of Call is.
type callError struct {
	method, to string
	maybe      bool // it may have been executed
	err        error
}

func (e *callError) Error() string { return "call " + e.method + " at " + e.to + ": " + e.err.Error() }
func (e *callError) Unwrap() error { return e.err }

// MaybeExecuted reports whether a call that returned err may have been executed:
// once, several times if the network copied the request, or even later than now.
// It is false only where it certainly was not and will not be: the context or the
// process had ended before the call, the arguments or the reply cannot cross or are of
// other types than the method's, or no node can have the address. It is true for nil,
// for errors that are not from Call, and for ErrNoMethod: a copy of the request may find
// a process that has the method.
func MaybeExecuted(err error) bool {
	var c *callError
	return !errors.As(err, &c) || c.maybe
}

// Call has a method such as "KV.Get" executed by the process of the node to. It
// waits for the reply until ctx or this process ends.
//
// Args is what the method takes, or points to it; it is encoded before Call
// waits. Reply points to where the reply goes, or is nil if nobody wants it.
// Nothing but a nil error changes it. Then it has the reply's value, and what it
// held before is forgotten: maps and slices are new ones, not filled up.
//
// Nobody tells the caller of a lost message, or that a node is down or not there:
// it waits. A context without an end may wait for ever. A request that the network
// copies is executed twice. Once this process has ended, Call fails at once, and
// will not succeed again: whoever retries must stop at ErrStopped.
//
// The error is what the method returned, as a [RemoteError]; or it wraps
// ErrNoMethod, ErrEncoding, ErrAddr, ErrStopped or that of ctx. [MaybeExecuted]
// says which of them leave open what happened.
func (p *Process) Call(ctx context.Context, to, method string, args, reply any) error {
	p.node.net.point()
	maybe, err := p.call(ctx, to, method, args, reply)
	if err != nil {
		return &callError{method: method, to: to, maybe: maybe, err: err}
	}
	return nil
}

// call is Call; it says in addition whether a call that failed may have been
// executed.
func (p *Process) call(ctx context.Context, to, method string, args, reply any) (maybe bool, err error) {
	into, err := p.node.net.target(reply)
	if err != nil {
		return false, err
	}
	number := p.node.calls.Add(1)
	m, err := p.node.net.request(number, method, args, into.plan)
	if err != nil {
		return false, err
	}
	if !validName(to) {
		return false, ErrAddr
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	done := p.begin(number, to, m)
	if done == nil {
		return false, ErrStopped
	}
	select {
	case a := <-done:
		return into.take(a, args)
	case <-ctx.Done():
	}
	p.forget(number)
	select {
	case a := <-done: // it wins: which case the first select takes would be chance
		return into.take(a, args)
	default:
		return true, ctx.Err()
	}
}

// A target is where a reply goes. The zero target wants none.
type target struct {
	plan  *codec.Plan
	value reflect.Value
}

func (n *Network) target(reply any) (target, error) {
	if reply == nil {
		return target{}, nil
	}
	v := reflect.ValueOf(reply)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return target{}, fmt.Errorf("%w: a reply of type %T has no place for one: give a pointer to a variable",
			ErrEncoding, reply)
	}
	plan, err := n.types.Plan(v.Type().Elem())
	if err != nil {
		return target{}, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	return target{plan: plan, value: v.Elem()}, nil
}

// request makes the message of a call.
func (n *Network) request(number uint64, method string, args any, reply *codec.Plan) (*flight, error) {
	v := reflect.ValueOf(args)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil, fmt.Errorf("%w: the arguments are nil: use struct{}{} where there is nothing to say", ErrEncoding)
	}
	plan, err := n.types.Plan(v.Type())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	h := head{kind: kindRequest, number: number, method: method, shape: shapeOf(plan, reply)}
	packet, err := plan.Append(h.append(make([]byte, 0, usualBytes)), v)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrEncoding, v.Type(), err)
	}
	m := &flight{packet: packet, kind: kindRequest, method: method}
	if n.cfg.Trace != nil {
		m.text = text(append(make([]byte, 0, usualText), method...), plan, v, len(packet))
	}
	return m, nil
}

// begin sends a request and returns where its answer will come, nil if the
// process has ended.
func (p *Process) begin(number uint64, to string, m *flight) <-chan answer {
	n := p.node.net
	n.mu.Lock()
	defer n.unlock()
	if p.ended {
		return nil
	}
	done := make(chan answer, 1)
	p.calls[number] = waiting{at: to, done: done}
	n.send(p.node, to, m)
	return done
}

// A waiting call is one without an answer.
type waiting struct {
	at   string        // the node that it waits for
	done chan<- answer // takes one without waiting
}

// An answer is how a call ended.
type answer struct {
	kind messageKind
	body []byte
}

// settle ends the call that a message answers. A late answer, or a copy, is for
// none.
func (p *Process) settle(m *flight) {
	h, body := parse(m.packet)
	if c, ok := p.calls[h.number]; ok && c.at == m.link.from {
		delete(p.calls, h.number)
		c.done <- answer{kind: h.kind, body: body}
	}
}

// forget ends the wait for an answer.
func (p *Process) forget(number uint64) {
	n := p.node.net
	n.mu.Lock()
	defer n.unlock()
	delete(p.calls, number)
}

// take is what an answer means for the caller, with the reply put where it goes.
func (t target) take(a answer, args any) (maybe bool, err error) {
	switch a.kind {
	case kindStopped:
		return true, ErrStopped
	case kindError:
		return true, RemoteError(a.body)
	case kindNoMethod:
		return true, fmt.Errorf("%w: %s", ErrNoMethod, a.body)
	case kindMismatch:
		return false, fmt.Errorf("%w: %s, and was called with %s", ErrEncoding, a.body, t.types(args))
	}
	if t.plan == nil {
		return true, nil
	}
	if err := t.plan.Decode(a.body, t.value); err != nil {
		return true, fmt.Errorf("%w: the reply is no %s", ErrEncoding, t.plan.Type())
	}
	return true, nil
}

// types says which types a caller used.
func (t target) types(args any) string {
	if t.plan == nil {
		return fmt.Sprintf("%T", args)
	}
	return fmt.Sprintf("%T and %s", args, t.plan.Type())
}
