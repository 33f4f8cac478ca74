package quicken

// The Go compiler keeps the stack pointer in a global, and has a copy in a local.
const (
	globalSP = 0
	localSP  = 1
)

const (
	returnSize = 8        // bytes that a call needs for the return address, below the frame
	wordSize   = 8        // bytes of the largest access
	reach      = 32 << 10 // how far from the stack pointer an access may be to be changed; with wordSize and returnSize less than the slack
	maxFrame   = 16 << 10 // bytes of the largest frame; the stack pointer is never that small
)

// addressFrame has the accesses to the frame start from one variable: the address of the
// room for the return address of the functions that this one calls. It is set at the
// entry and stays the same, for the stack pointer comes back to its value after each
// call.
func (f *function) addressFrame() {
	if !f.names(0, opGlobalGet, globalSP) || !f.names(1, opLocalSet, localSP) {
		return
	}
	start, size, ok := f.prologue()
	if !ok {
		return
	}
	returns, ok := f.returnAddresses(start, size)
	if !ok {
		return
	}
	variable := f.locals
	if last := f.startFrom(variable, start, returns); last > 0 {
		f.frame = true
		f.setVariable(variable, size, last)
	}
}

// startFrom has accesses from an instruction on start from the variable, and returns the
// last byte that one may read.
func (f *function) startFrom(variable uint64, start int, returns map[int]bool) (last uint64) {
	for at, from := range f.addresses() {
		if from.first < start {
			continue // the frame has not been made yet
		}
		offset := f.list[at].offset + from.add + returnSize
		if returns[at] {
			offset = 0
		}
		f.drop(from.first, from.last)
		f.list[from.last].text = with(opLocalGet, variable)
		f.list[at].setOffset(offset)
		last = max(last, offset+wordSize-1)
	}
	return last
}

func (f *function) drop(first, last int) {
	for i := first; i <= last; i++ {
		f.list[i].text = nil
	}
}

// setOffset gives a load or store another offset, with the same alignment.
func (in *instr) setOffset(offset uint64) {
	r := reader{b: in.text[1:]}
	in.text = with(in.op, r.unsigned(), offset)
}

// setVariable sets the variable at the entry, and reads the last byte of the frame: a
// check that holds for all of it. At the first place the frame has still to be made.
func (f *function) setVariable(variable uint64, size int64, last uint64) {
	text := append([]byte{opLocalGet, localSP}, constant(returnSize)...)
	text = append(text, opI32Sub)
	at := f.entry.at
	switch {
	case at < 0:
		at = 2
		text = append(append(text, constant(size)...), opI32Sub)
	case size > 0:
		text = append(text, constant(size)...)
		text = append(text, opI32Const, 0, opLocalGet, localPC, opI32Eqz, opSelect, opI32Sub)
	}
	text = append(text, with(opLocalTee, variable)...)
	text = append(text, with(opI32Load8U, 0, last)...)
	text = append(text, opDrop)
	f.list[at].text = append(text, f.list[at].text...)
	f.sameAgain(at+1, variable)
}

// sameAgain sets the variable to itself wherever several ways come together. wazero then
// sees that it has the same value on each; it would else give it a new name there, and
// know nothing of that.
func (f *function) sameAgain(from int, variable uint64) {
	same := append(with(opLocalGet, variable), with(opLocalSet, variable)...)
	for i := from; i < len(f.list)-1; i++ {
		if in := &f.list[i]; in.op == opEnd {
			in.text = append(in.text[:len(in.text):len(in.text)], same...)
		}
	}
}

// changes reports whether the i-th instruction sets the stack pointer, and by how much;
// 0 is some other way.
func (f *function) changes(i int) (by int64, sets bool) {
	if !f.names(i, opGlobalSet, globalSP) {
		return 0, false
	}
	if f.names(i-4, opLocalGet, localSP) && f.is(i-3, opI32Const) && f.names(i-1, opLocalTee, localSP) {
		switch f.list[i-2].op {
		case opI32Add:
			return f.list[i-3].n, true
		case opI32Sub:
			return -f.list[i-3].n, true
		}
	}
	return 0, true
}

// prologue finds the first instruction after the frame has been made, and its size. Until
// then the function only asks for a larger stack, if it needs one.
func (f *function) prologue() (start int, size int64, ok bool) {
	const none = 2
	for i := range f.list {
		by, sets := f.changes(i)
		switch {
		case !sets, by == -returnSize && f.call(i) > 0:
		case by > 0:
			return none, 0, true // a return: there is no frame
		default:
			return i + 1, -by, by < 0 && by >= -maxFrame
		}
	}
	return none, 0, true
}

// call is how many instructions after the i-th, which makes room for a return address,
// belong to the call; 0: it is none.
func (f *function) call(i int) int {
	if !f.names(i+1, opLocalGet, localSP) || !f.is(i+2, opI64Const, opI64Store) ||
		f.list[i+2].n>>16 != f.pc || f.list[i+3].offset != 0 {
		return 0
	}
	for _, ops := range [][]byte{
		{opCall},
		{opI32Const, opCall},
		{opI64Const, opI64ShrU, opI32WrapI64, opLocalSet, opI32Const, opLocalGet, opCallIndirect},
	} {
		if f.is(i+4, ops...) {
			return 3 + len(ops)
		}
	}
	return 0
}

// returnAddresses finds the stores of return addresses from an instruction on. It is not
// ok if anything but a call or a return changes the stack pointer.
func (f *function) returnAddresses(start int, size int64) (at map[int]bool, ok bool) {
	at = map[int]bool{}
	for i := start; i < len(f.list); i++ {
		by, sets := f.changes(i)
		switch {
		case !sets:
		case by == -returnSize && f.call(i) > 0:
			at[i+3] = true
			i += f.call(i)
		case by > 0:
			if i = f.returns(i, size); i == 0 {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	return at, true
}

// returns finds the return that the i-th instruction begins. 0: it is none, for something
// accesses the memory before, or what is taken off the stack is not a frame of this size
// and the return address, which a jump to another function leaves there.
func (f *function) returns(i int, size int64) int {
	total := int64(0)
	for ; i < len(f.list); i++ {
		by, sets := f.changes(i)
		total += by
		switch f.list[i].op {
		case opReturn:
			if total == size+returnSize || total == size {
				return i
			}
			return 0
		case opLocalGet, opLocalSet, opLocalTee, opGlobalGet, opI32Const, opI32Add, opCall:
		case opGlobalSet:
			if sets && by <= 0 {
				return 0
			}
		default:
			return 0
		}
	}
	return 0
}

// An address is what has put one on the stack that is the stack pointer plus a number.
type address struct {
	first, last int // instructions
	add         uint64
}

// addresses finds the loads and stores whose address is such a one, within reach.
func (f *function) addresses() map[int]address {
	all := map[int]address{}
	var stack []int // which instruction has put each value there
	for i := range f.list {
		in := &f.list[i]
		takes, gives, known := in.uses()
		if !known {
			stack = stack[:0]
			continue
		}
		lowest := -1
		if n := len(stack) - takes; n >= 0 {
			if takes > 0 {
				lowest = stack[n]
			}
			stack = stack[:n]
		} else {
			stack = stack[:0]
		}
		if opFirstLoad <= in.op && in.op <= opLastStore {
			if a, ok := f.fromSP(lowest); ok && a.add <= reach && in.offset <= reach-a.add {
				all[i] = a
			}
		}
		if gives > 0 {
			stack = append(stack, i)
		}
	}
	return all
}

// fromSP reports whether an instruction leaves the stack pointer plus a number.
func (f *function) fromSP(last int) (a address, ok bool) {
	switch {
	case f.names(last, opLocalGet, localSP):
		return address{first: last, last: last}, true
	case f.names(last-2, opLocalGet, localSP) && f.is(last-1, opI64ExtendI32U, opI32WrapI64):
		return address{first: last - 2, last: last}, true
	case f.names(last-4, opLocalGet, localSP) && f.is(last-3, opI64ExtendI32U, opI64Const, opI64Add, opI32WrapI64) && f.list[last-2].n >= 0:
		return address{first: last - 4, last: last, add: uint64(f.list[last-2].n)}, true
	}
	return address{}, false
}
