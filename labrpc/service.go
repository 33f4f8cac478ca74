package labrpc

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"faultline/labrpc/internal/codec"
)

// A method can be called from elsewhere.
type method struct {
	name    string // without the service's
	unfit   string // why it cannot be called after all, "" if it can
	fn      reflect.Value
	context bool        // it takes a context first
	pointer bool        // it takes a pointer to its arguments
	args    *codec.Plan // of the arguments
	reply   *codec.Plan // of what its last argument points to
}

// Register makes methods of receiver callable as name + "." + the method's name,
// as package net/rpc does. Those are its exported methods of one of the forms
//
//	func (s *Server) Get(args GetArgs, reply *GetReply) error
//	func (s *Server) Get(ctx context.Context, args GetArgs, reply *GetReply) error
//
// where args may be a pointer as well, never nil, and reply points to a zero
// value. Exported methods of other forms cannot be called. The context ends with
// the process; that of the caller does not cross. Each request is executed in a
// goroutine of its own. Reply crosses when the method returns nil, and its error's
// text otherwise. A panic of a method is a panic of the program.
//
// Register before the process waits for anything: until then callers are told
// that it has no such method. It is an error when receiver has no method of these
// forms, when a type of one cannot cross (a channel, a function, an interface, a
// struct with an unexported field), when the name is taken, and when the process
// has ended.
func (p *Process) Register(name string, receiver any) error {
	n := p.node.net
	methods, err := n.methodsOf(receiver)
	if err == nil && !validName(name) {
		err = errors.New("a service's name is made of letters and digits, for example KV")
	}
	if err == nil {
		n.mu.Lock()
		defer n.unlock()
		err = p.register(name, methods)
	}
	if err != nil {
		return fmt.Errorf("register %s at %s: %w", name, p.node.name, err)
	}
	return nil
}

func (p *Process) register(name string, methods []*method) error {
	if p.ended {
		return ErrStopped
	}
	for _, m := range methods {
		if p.methods[name+"."+m.name] != nil {
			return errors.New("the name is taken: give each receiver one of its own")
		}
	}
	for _, m := range methods {
		p.methods[name+"."+m.name] = m
	}
	return nil
}

// methodsOf returns the exported methods of a receiver, in order of name.
func (n *Network) methodsOf(receiver any) (list []*method, err error) {
	v := reflect.ValueOf(receiver)
	if !v.IsValid() {
		return nil, errors.New("the receiver is nil: it has no methods")
	}
	fit := false
	for i := range v.NumMethod() {
		m := &method{name: v.Type().Method(i).Name, fn: v.Method(i)}
		list = append(list, m)
		args, reply := m.form()
		if m.unfit != "" {
			continue
		}
		fit = true
		if m.args, err = n.types.Plan(args); err == nil {
			m.reply, err = n.types.Plan(reply)
		}
		if err != nil {
			return nil, fmt.Errorf("method %s: %w", m.name, err)
		}
	}
	if !fit {
		return nil, fmt.Errorf("%T has no exported method of the form func(args A, reply *R) error: "+
			"is it a pointer to your server?", receiver)
	}
	return list, nil
}

// form returns what a method takes and replies, or notes why it cannot be called.
func (m *method) form() (args, reply reflect.Type) {
	t := m.fn.Type()
	in := t.NumIn()
	m.context = in == 3 && t.In(0) == reflect.TypeFor[context.Context]()
	switch {
	case in != 2 && !m.context || t.IsVariadic():
		m.unfit = "does not take (args A, reply *R)"
	case t.NumOut() != 1 || t.Out(0) != reflect.TypeFor[error]():
		m.unfit = "does not return one error"
	case t.In(in-1).Kind() != reflect.Pointer:
		m.unfit = "has a reply that is no pointer: " + t.In(in-1).String()
	default:
		args, reply = t.In(in-2), t.In(in-1).Elem()
		if m.pointer = args.Kind() == reflect.Pointer; m.pointer {
			args = args.Elem()
		}
	}
	return args, reply
}

// execute calls the method with a pointer to its arguments and one to its reply.
func (m *method) execute(ctx context.Context, args, reply reflect.Value) error {
	if !m.pointer {
		args = args.Elem()
	}
	in := [...]reflect.Value{reflect.ValueOf(ctx), args, reply}
	from := 1
	if m.context {
		from = 0
	}
	err, _ := m.fn.Call(in[from:])[0].Interface().(error)
	return err
}
