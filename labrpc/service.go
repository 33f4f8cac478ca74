package labrpc

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"faultline/labrpc/internal/codec"
)

// A method can be called from elsewhere.
type method struct {
	unfit    string // why it cannot be called, "" if it can
	call     reflect.Value
	context  bool        // its first argument is a context
	args     *codec.Plan // of what its argument is, or points to
	argsType reflect.Type
	reply    *codec.Plan // of what its last argument points to
}

// Register makes methods of receiver callable as name + "." + the method's name.
// Those are its exported methods of one of the forms
//
//	func (s *Server) Get(args GetArgs, reply *GetReply) error
//	func (s *Server) Get(ctx context.Context, args GetArgs, reply *GetReply) error
//
// in which args may also be a pointer, and reply points to a zero value. Others
// are ignored. The context ends when the process does; the caller's does not
// cross. Each call runs in a goroutine of its own. What a method returns as an
// error reaches the caller as its text, and then the reply does not. A panic of a
// method is a panic of the program.
//
// Register before the process waits for anything: until then callers are told
// that there is no such method. It is an error when receiver has no method of
// that form, when a type of one cannot cross the network, when the name is taken,
// and when the process has ended.
func (p *Process) Register(name string, receiver any) error {
	fail := func(err error) error { return fmt.Errorf("register %s at %s: %w", name, p.node.name, err) }
	if !validName(name) {
		return fail(errors.New("a name has letters and digits, for example KV"))
	}
	v := reflect.ValueOf(receiver)
	if !v.IsValid() {
		return fail(errors.New("there is no receiver: nil has no methods"))
	}
	found, err := p.node.net.methodsOf(v)
	if err != nil {
		return fail(err)
	}
	n := p.node.net
	n.mu.Lock()
	defer n.unlock()
	if p.ended {
		return fail(ErrStopped)
	}
	for _, m := range found {
		if p.methods[name+"."+m.name] != nil {
			return fail(errors.New("the name is taken: register each receiver once"))
		}
	}
	for _, m := range found {
		p.methods[name+"."+m.name] = m.method
	}
	return nil
}

type namedMethod struct {
	name string
	*method
}

// methodsOf returns the exported methods of a receiver, in order of name.
func (n *Network) methodsOf(receiver reflect.Value) (list []namedMethod, err error) {
	fit := 0
	for i := range receiver.NumMethod() {
		name := receiver.Type().Method(i).Name
		m := &method{call: receiver.Method(i)}
		args, reply := m.form()
		if m.unfit == "" {
			fit++
			if m.args, err = n.types.Plan(args); err == nil {
				m.reply, err = n.types.Plan(reply)
			}
			if err != nil {
				return nil, fmt.Errorf("method %s: %w", name, err)
			}
		}
		list = append(list, namedMethod{name, m})
	}
	if fit == 0 {
		return nil, fmt.Errorf("%s has no exported method of the form func(args A, reply *R) error", receiver.Type())
	}
	return list, nil
}

// form returns what a method takes and what its reply is, or notes why it cannot
// be called.
func (m *method) form() (args, reply reflect.Type) {
	t := m.call.Type()
	in := t.NumIn()
	m.context = in == 3 && t.In(0) == reflect.TypeFor[context.Context]()
	switch {
	case in != 2 && !m.context, t.IsVariadic():
		m.unfit = "it does not take (args, *reply)"
	case t.NumOut() != 1 || t.Out(0) != reflect.TypeFor[error]():
		m.unfit = "it does not return one error"
	case t.In(in-1).Kind() != reflect.Pointer:
		m.unfit = "its reply " + t.In(in-1).String() + " is not a pointer"
	default:
		args, m.argsType = t.In(in-2), t.In(in-2)
		if args.Kind() == reflect.Pointer {
			args = args.Elem()
		}
		reply = t.In(in - 1).Elem()
	}
	return args, reply
}

// accept starts a handler for a request that was delivered. The lock is held.
func (p *Process) accept(m *flight) {
	h, body := parse(m.packet)
	go p.serve(p.methods[h.method], visit{from: m.link.from, request: m.n, head: h, body: body})
}

// A visit is one execution of a request.
type visit struct {
	from    string
	request int // the number of its message
	head    head
	body    []byte
}

// serve answers a request. It runs in a goroutine of its own.
func (p *Process) serve(m *method, v visit) {
	p.node.net.point()
	var args reflect.Value
	refused := ""
	switch {
	case m == nil:
		refused = "it is not registered there"
	case m.unfit != "":
		refused = m.unfit
	case v.head.shape != shapeOf(m.args, m.reply) && v.head.shape != shapeOf(m.args, nil):
		refused = m.mismatch()
	default:
		args = reflect.New(m.args.Type())
		if m.args.Decode(v.body, args.Elem()) != nil {
			refused = m.mismatch()
		}
	}
	if refused != "" {
		p.answer(v, refusal, []byte(refused), nil, reflect.Value{})
		return
	}
	result := reflect.New(m.reply.Type())
	if err := m.execute(p.ctx, args, result); err != nil {
		p.answer(v, failure, []byte(err.Error()), nil, reflect.Value{})
		return
	}
	body, err := m.reply.Append(nil, result.Elem())
	if err != nil {
		text := "it was executed, but its reply " + m.reply.String() + " cannot cross: " + err.Error()
		p.answer(v, failure, []byte(text), nil, reflect.Value{})
		return
	}
	p.answer(v, reply, body, m.reply, result.Elem())
}

func (m *method) mismatch() string {
	return "it takes " + m.args.String() + " and replies with " + m.reply.String() + ", and was called with something else"
}

// execute calls the method.
func (m *method) execute(ctx context.Context, args, result reflect.Value) error {
	if m.argsType.Kind() != reflect.Pointer {
		args = args.Elem()
	}
	in := []reflect.Value{args, result}
	if m.context {
		in = []reflect.Value{reflect.ValueOf(ctx), args, result}
	}
	err, _ := m.call.Call(in)[0].Interface().(error)
	return err
}

// answer sends the answer to a request, unless the process has ended.
func (p *Process) answer(v visit, kind messageKind, body []byte, plan *codec.Plan, value reflect.Value) {
	n := p.node.net
	n.mu.Lock()
	defer n.unlock()
	if p.ended {
		return
	}
	packet := append(head{kind: kind, number: v.head.number}.append(nil), body...)
	what := v.head.method + " reply to #" + strconv.Itoa(v.request)
	if kind != reply {
		what = v.head.method + " error to #" + strconv.Itoa(v.request) + " " + string(body)
	}
	text := n.text(what, plan, value, len(packet))
	n.send(p.node, v.from, &flight{packet: packet, text: text, kind: kind, method: v.head.method})
}

// settle ends the call that a reply is for. One that is late or a copy is for
// none.
func (p *Process) settle(m *flight) {
	h, body := parse(m.packet)
	if c := p.calls[h.number]; c != nil && c.to == m.link.from {
		delete(p.calls, h.number)
		c.done <- answer{kind: h.kind, body: body}
	}
}
