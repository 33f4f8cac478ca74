package labrpc

import (
	"reflect"
	"strconv"
)

// A visit is one execution of a request. A copy of the request is another one.
type visit struct {
	*method        // nil if the process has none of this name
	head    head   // of the request
	body    []byte // its arguments
	from    string // the node that sent it
	n       int    // its number on the link
}

// accept has a request executed that was delivered. The lock is held.
func (p *Process) accept(m *flight) {
	h, body := parse(m.packet)
	v := visit{method: p.methods[h.method], head: h, body: body, from: m.link.from, n: m.n}
	go p.serve(v)
}

// serve executes a request and sends the answer. The process may have ended since
// the request was delivered: the dead begin nothing.
func (p *Process) serve(v visit) {
	p.node.net.point()
	if p.ctx.Err() != nil {
		return
	}
	if v.method == nil {
		p.fail(v, kindNoMethod, v.head.method+" is not registered")
		return
	}
	if v.unfit != "" {
		p.fail(v, kindNoMethod, v.head.method+" "+v.unfit)
		return
	}
	args, ok := v.arguments()
	if !ok {
		p.fail(v, kindMismatch, v.head.method+" takes "+v.args.Type().String()+" and replies with "+v.reply.Type().String())
		return
	}
	reply := reflect.New(v.reply.Type())
	if err := v.execute(p.ctx, args, reply); err != nil {
		p.fail(v, kindError, err.Error())
		return
	}
	p.reply(v, reply.Elem())
}

// arguments returns a pointer to the arguments, or false if the caller has other
// types than the method. Shapes are hashes, so another type may get through; then
// the bytes decide.
func (v visit) arguments() (args reflect.Value, ok bool) {
	if v.head.shape != shapeOf(v.args, v.reply) && v.head.shape != shapeOf(v.args, nil) {
		return args, false
	}
	args = reflect.New(v.args.Type())
	return args, v.args.Decode(v.body, args.Elem()) == nil
}

// reply sends what the method replied.
func (p *Process) reply(v visit, value reflect.Value) {
	plan := v.method.reply
	packet, err := plan.Append(v.answer(kindReply), value)
	if err != nil {
		p.fail(v, kindError, "it was executed, but its reply cannot cross: "+plan.Type().String()+": "+err.Error())
		return
	}
	m := &flight{packet: packet, kind: kindReply, method: v.head.method}
	if p.node.net.cfg.Trace != nil {
		m.text = text(v.describe(" reply to #"), plan, value, len(packet))
	}
	p.send(v.from, m)
}

// fail sends a text instead of a reply.
func (p *Process) fail(v visit, kind messageKind, why string) {
	packet := append(v.answer(kind), why...)
	m := &flight{packet: packet, kind: kind, method: v.head.method}
	if p.node.net.cfg.Trace != nil {
		b := append(v.describe(" error to #"), ' ')
		m.text = text(strconv.AppendQuote(b, why), nil, reflect.Value{}, len(packet))
	}
	p.send(v.from, m)
}

// answer is the begin of an answer to the request.
func (v visit) answer(kind messageKind) []byte {
	return head{kind: kind, number: v.head.number}.append(make([]byte, 0, usualBytes))
}

// describe is the begin of an answer's text.
func (v visit) describe(what string) []byte {
	b := append(append(make([]byte, 0, usualText), v.head.method...), what...)
	return strconv.AppendInt(b, int64(v.n), 10)
}

// send sends an answer, unless the process has ended: the dead do not speak.
func (p *Process) send(to string, m *flight) {
	n := p.node.net
	n.mu.Lock()
	defer n.unlock()
	if !p.ended {
		n.send(p.node, to, m)
	}
}
