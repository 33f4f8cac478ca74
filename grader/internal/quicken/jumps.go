package quicken

// The Go compiler lets a function begin like this. Its parameter is the number of the
// place to begin at, and its jumps set that and go back to the loop.
//
//	loop
//	  block            one for each place, the last one outermost
//	    block
//	      local.get 0
//	      br_table 0 1
//	    end
//	    …              place 0
//	  end
//	  …                place 1
//	end

// localPC is the parameter.
const localPC = 0

// An entry is where a function begins. Depths count what is open, from outside.
type entry struct {
	at     int   // of the local.get; -1: there is none, and so no jump and no place but the first
	depth  int   // of what is open there
	loop   int   // depth of the loop; -1: there is none, for nothing jumps
	blocks []int // depth of the block at whose end each place is; the last is for all other numbers
}

func (f *function) findEntry() entry {
	none := entry{at: -1, loop: -1}
	e := none
	for i, in := range f.list {
		switch {
		case in.op == opLocalGet, in.op == opLocalSet, in.op == opGlobalGet:
		case in.op == opBlock && in.n == noType:
			e.depth++
		case in.op == opLoop && in.n == noType:
			e.loop = e.depth
			e.depth++
		case in.op == opBrTable && f.names(i-1, opLocalGet, localPC):
			e.at = i - 1
			for _, label := range in.labels {
				if int(label) >= e.depth {
					return none
				}
				e.blocks = append(e.blocks, e.depth-1-int(label))
			}
			return e
		default:
			return none
		}
	}
	return none
}

// directJumps has jumps forward go to where they lead.
func (f *function) directJumps() {
	if f.entry.loop < 0 {
		return
	}
	depth, left := f.entry.depth, f.entry.depth // left: so many blocks of the entry are still open
	for i := f.entry.at + 2; i < len(f.list); i++ {
		switch in := &f.list[i]; in.op {
		case opBlock, opLoop, opIf:
			depth++
		case opEnd:
			depth--
			left = min(left, depth)
		case opBr:
			back := depth-1-int(in.n) == f.entry.loop && f.is(i-2, opI32Const) && f.names(i-1, opLocalSet, localPC)
			if !back {
				continue
			}
			if to, ok := f.entry.block(f.list[i-2].n); ok && to < left {
				f.list[i-2].text, f.list[i-1].text = nil, nil
				in.text = with(opBr, uint64(depth-1-to))
			}
		}
	}
}

// block is the depth of the block at whose end a place is.
func (e entry) block(place int64) (depth int, ok bool) {
	if place < 0 || place >= int64(len(e.blocks))-1 {
		return 0, false
	}
	return e.blocks[place], true
}

// compare replaces the table by comparisons. The first place, where each call begins,
// comes first.
func (f *function) compare() {
	e := f.entry
	if e.at < 0 {
		return
	}
	var places []place
	for n, block := range e.blocks {
		if len(places) == 0 || places[len(places)-1].block != block {
			places = append(places, place{n, block})
		}
	}
	text := append([]byte{opLocalGet, localPC, opI32Eqz}, with(opBrIf, uint64(e.depth-1-e.blocks[0]))...)
	f.list[e.at].text = nil
	text = append(text, choose(places, e.depth)...)
	f.list[e.at+1].text = append(text, opUnreachable)
}

// A place is where a function may begin: from this number on, up to the next one's, at
// the end of this block.
type place struct{ from, block int }

// choose jumps to one of some places, from so deep.
func choose(places []place, depth int) []byte {
	if len(places) == 1 {
		return with(opBr, uint64(depth-1-places[0].block))
	}
	half := len(places) / 2
	text := append([]byte{opLocalGet, localPC}, constant(int64(places[half].from))...)
	text = append(text, opI32LtU, opIf, emptyType)
	text = append(text, choose(places[:half], depth+1)...)
	text = append(text, opElse)
	text = append(text, choose(places[half:], depth+1)...)
	return append(text, opEnd)
}

// The type of a block that leaves nothing on the stack, as a byte and as a number.
const (
	emptyType = 0x40
	noType    = emptyType - 0x80
)

// elses gives an else to each if that has none. Without one, wazero makes a block of its
// own, at whose end it does not know what it has checked.
func (f *function) elses() {
	var open []byte
	for i := range f.list {
		switch in := &f.list[i]; in.op {
		case opBlock, opLoop, opIf:
			open = append(open, in.op)
		case opElse, opEnd:
			if len(open) == 0 {
				return // the end of the function
			}
			if in.op == opElse {
				open[len(open)-1] = opElse
				continue
			}
			if open[len(open)-1] == opIf {
				in.text = []byte{opElse, opEnd}
			}
			open = open[:len(open)-1]
		}
	}
}
