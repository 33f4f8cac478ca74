package quicken

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The sections of a module that matter here, by their numbers.
const (
	typeSection     = 1
	functionSection = 3
	memorySection   = 5
	codeSection     = 10
)

// slack is by how many pages, of 64 KiB, the memory is larger than the program knows.
const slack = 1

// A module is what must be known of one to rewrite its functions.
type module struct {
	params []int    // of each type: how many parameters
	types  []uint64 // of each function that has code
	framed int      // how many functions have got a variable for their frame
}

// Module returns a module that does what code does. It is an error if that is no module
// or has instructions that are not known here; code may be used as it is, then.
func Module(code []byte) ([]byte, error) {
	var m module
	return m.rewrite(code)
}

func (m *module) rewrite(code []byte) ([]byte, error) {
	const header = 8
	if len(code) < header {
		return nil, errShort
	}
	out := append(make([]byte, 0, len(code)+len(code)/4), code[:header]...)
	r := reader{b: code[header:]}
	for len(r.b) > 0 {
		id := r.byte()
		body := r.bytes(r.unsigned())
		if r.err != nil {
			return nil, r.err
		}
		body, err := m.section(id, body)
		if err != nil {
			return nil, fmt.Errorf("section %d: %w", id, err)
		}
		out = appendSized(append(out, id), body)
	}
	return out, nil
}

func appendSized(b, body []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(body))), body...)
}

func (m *module) section(id byte, body []byte) ([]byte, error) {
	r := reader{b: body}
	switch id {
	case typeSection:
		for n := r.unsigned(); n > 0 && r.err == nil; n-- {
			r.byte()
			params := r.bytes(r.unsigned())
			r.bytes(r.unsigned())
			m.params = append(m.params, len(params))
		}
	case functionSection:
		for n := r.unsigned(); n > 0 && r.err == nil; n-- {
			m.types = append(m.types, r.unsigned())
		}
	case memorySection:
		return largerMemory(r)
	case codeSection:
		return m.code(r)
	}
	return body, r.err
}

// largerMemory adds the slack to the memory.
func largerMemory(r reader) ([]byte, error) {
	n, flags := r.unsigned(), r.byte()
	if (n != 1 || flags != 0) && r.err == nil {
		return nil, errors.New("it is not one memory without a largest size")
	}
	return binary.AppendUvarint([]byte{1, 0}, r.unsigned()+slack), r.err
}

func (m *module) code(r reader) ([]byte, error) {
	out := make([]byte, 0, len(r.b)+len(r.b)/4)
	n := r.unsigned()
	out = binary.AppendUvarint(out, n)
	for i := range n {
		body := r.bytes(r.unsigned())
		if r.err != nil {
			return nil, r.err
		}
		if i >= uint64(len(m.types)) || m.types[i] >= uint64(len(m.params)) {
			return nil, errors.New("a function has no type")
		}
		body, err := m.function(body, int64(i), m.params[m.types[i]])
		if err != nil {
			return nil, fmt.Errorf("function %d: %w", i, err)
		}
		out = appendSized(out, body)
	}
	return out, nil
}
