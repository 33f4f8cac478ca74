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
	ErrNoMethod = errors.New("the process has no such method")
	ErrEncoding = errors.New("this cannot cross the network")
)

// A RemoteError is the text of the error that a method returned on the other
// side. Only the text crosses: errors.Is finds nothing in it. What a caller must
// tell apart belongs into the reply.
type RemoteError string

// Error returns the text.
func (e RemoteError) Error() string { return string(e) }

// A callError is an error of Call.
type callError struct {
	method, to string
	maybe      bool // it may have been executed
	err        error
}

func (e *callError) Error() string { return "call " + e.method + " at " + e.to + ": " + e.err.Error() }
func (e *callError) Unwrap() error { return e.err }

// MaybeExecuted reports whether a call that returned err may have been executed,
// once or, if the network copied the request, several times. It is false only
// where it certainly was not and never will be: the context had ended or the
// process had stopped before the call, the arguments cannot cross, or the other
// side has no such method and said so. It is true for nil, and for errors that
// are not from Call.
func MaybeExecuted(err error) bool {
	var c *callError
	return !errors.As(err, &c) || c.maybe
}

// A call waits for its answer.
type call struct {
	to   string
	done chan answer // has room for one
}

// An answer is how a call ended.
type answer struct {
	kind messageKind
	body []byte
}

// Call has a method such as "KV.Get" executed by the process of node to, and
// waits for its reply, until ctx ends or the process does. Reply is a pointer,
// or nil if only the end of the execution matters. It is set to the reply's
// value when Call returns nil, and is as it was otherwise; what it held or
// pointed to before is forgotten, not merged. Args may be a pointer to what the
// method takes; it is read before Call waits.
//
// Nobody tells the caller of a lost message, or that a node is down or does not
// exist: it waits. A request that the network copies is executed twice. The
// error is a RemoteError if the method returned one, wraps ErrNoMethod,
// ErrEncoding, ErrAddr or ErrStopped, or is that of ctx; see MaybeExecuted.
func (p *Process) Call(ctx context.Context, to, method string, args, reply any) error {
	n := p.node.net
	n.point()
	fail := func(maybe bool, err error) error {
		return &callError{method: method, to: to, maybe: maybe, err: err}
	}
	o, err := n.outgoing(method, args, reply)
	if err != nil {
		return fail(false, err)
	}
	if !validName(to) {
		return fail(false, ErrAddr)
	}
	if err := ctx.Err(); err != nil {
		return fail(false, err)
	}
	number, c := p.begin(to, o)
	if c == nil {
		return fail(false, ErrStopped)
	}
	select {
	case a := <-c.done:
		return o.take(a, fail)
	case <-ctx.Done():
	}
	// An answer that came as well wins: which case select takes is chance.
	if p.forget(number); len(c.done) > 0 {
		return o.take(<-c.done, fail)
	}
	return fail(true, ctx.Err())
}

// An outgoing call has its arguments encoded.
type outgoing struct {
	method    string
	args      *codec.Plan
	argsValue reflect.Value
	body      []byte
	reply     *codec.Plan   // nil: none is wanted
	result    reflect.Value // what reply pointed to
}

func (n *Network) outgoing(method string, args, reply any) (o outgoing, err error) {
	o.method = method
	o.argsValue = reflect.ValueOf(args)
	if o.argsValue.Kind() == reflect.Pointer {
		o.argsValue = o.argsValue.Elem()
	}
	if !o.argsValue.IsValid() {
		return o, fmt.Errorf("%w: the arguments are nil: use struct{}{} where there is nothing to say", ErrEncoding)
	}
	if reply != nil {
		pointer := reflect.ValueOf(reply)
		if pointer.Kind() != reflect.Pointer || pointer.IsNil() {
			return o, fmt.Errorf("%w: the reply is %T and must be a pointer to where it shall go", ErrEncoding, reply)
		}
		o.result = pointer.Elem()
		if o.reply, err = n.types.Plan(o.result.Type()); err != nil {
			return o, fmt.Errorf("%w: %w", ErrEncoding, err)
		}
	}
	if o.args, err = n.types.Plan(o.argsValue.Type()); err != nil {
		return o, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	if o.body, err = o.args.Append(nil, o.argsValue); err != nil {
		return o, fmt.Errorf("%w: %s: %w", ErrEncoding, o.args, err)
	}
	return o, nil
}

// begin sends the request. It returns no call when the process has ended.
func (p *Process) begin(to string, o outgoing) (uint64, *call) {
	n := p.node.net
	n.mu.Lock()
	defer n.unlock()
	if p.ended {
		return 0, nil
	}
	p.node.calls++
	number := p.node.calls
	c := &call{to: to, done: make(chan answer, 1)}
	p.calls[number] = c
	h := head{kind: request, number: number, method: o.method, shape: shapeOf(o.args, o.reply)}
	packet := append(h.append(nil), o.body...)
	text := n.text(o.method, o.args, o.argsValue, len(packet))
	n.send(p.node, to, &flight{packet: packet, text: text, kind: request, method: o.method})
	return number, c
}

// forget ends the wait for an answer.
func (p *Process) forget(number uint64) {
	n := p.node.net
	n.mu.Lock()
	defer n.unlock()
	delete(p.calls, number)
}

// take returns what an answer says, and sets the caller's reply.
func (o *outgoing) take(a answer, fail func(maybe bool, err error) error) error {
	switch a.kind {
	case stopped:
		return fail(true, ErrStopped)
	case failure:
		return fail(true, RemoteError(a.body))
	case refusal:
		return fail(false, fmt.Errorf("%w: %s", ErrNoMethod, a.body))
	}
	if o.reply == nil {
		return nil
	}
	if err := o.reply.Decode(a.body, o.result); err != nil {
		return fail(true, fmt.Errorf("%w: the reply is no %s: %w", ErrEncoding, o.reply, err))
	}
	return nil
}
