package quicken

import "encoding/binary"

// A function is one while it is rewritten.
type function struct {
	list   []instr
	pc     int64  // what the Go runtime calls it
	locals uint64 // how many it has, parameters included
	entry  entry
	frame  bool // it has got one local more, for its frame
}

// firstPC is what the Go runtime calls the first function (cmd/link/internal/wasm).
const firstPC = 0x1000

const typeI32 = 0x7f

// largest is how many bytes of code a function may have to be rewritten. Only one that was
// written to take a lot of memory has more.
const largest = 1 << 20

// function rewrites the index-th function.
func (m *module) function(body []byte, index int64, params int) ([]byte, error) {
	if len(body) > largest {
		return body, nil
	}
	r := reader{b: body}
	groups := r.unsigned()
	declared := r.b
	locals := uint64(params)
	for n := groups; n > 0 && r.err == nil; n-- {
		locals += r.unsigned()
		r.byte()
	}
	if r.err != nil {
		return nil, r.err
	}
	declared = declared[:len(declared)-len(r.b)]
	list, err := decode(r.b)
	if err != nil {
		return nil, err
	}
	f := function{list: list, pc: firstPC + index, locals: locals}
	f.rewrite(params)
	if f.frame {
		m.framed++
		groups++
	}
	out := append(binary.AppendUvarint(make([]byte, 0, len(body)+len(body)/4), groups), declared...)
	if f.frame {
		out = append(out, 1, typeI32)
	}
	for _, in := range f.list {
		out = append(out, in.text...)
	}
	return out, nil
}

func (f *function) rewrite(params int) {
	f.hideSlack()
	f.entry = f.findEntry()
	f.directJumps()
	f.compare()
	f.elses()
	if params == 1 { // the place to begin at
		f.addressFrame()
	}
}

// hideSlack has memory.size not count what was added.
func (f *function) hideSlack() {
	for i, in := range f.list {
		if in.op == opMemorySize {
			f.list[i].text = append(append(in.text, constant(slack)...), opI32Sub)
		}
	}
}

// is reports whether instructions, from the i-th on, have these numbers.
func (f *function) is(i int, ops ...byte) bool {
	if i < 0 || i+len(ops) > len(f.list) {
		return false
	}
	for j, op := range ops {
		if f.list[i+j].op != op {
			return false
		}
	}
	return true
}

// names reports whether the i-th instruction has this number, and names n.
func (f *function) names(i int, op byte, n int64) bool { return f.is(i, op) && f.list[i].n == n }
