package grading

import (
	"bytes"
	"compress/flate"
	"encoding/gob"

	"faultline/grader/internal/machine"
)

// A packed run is one whose events take little room: of a solution that floods the
// network each case of a lab waits for its explanation with sixty thousand of them. Zero
// is the zero run.
type packed struct {
	run    machine.Run // without its events
	events []byte
}

func pack(run machine.Run) packed {
	p := packed{run: run}
	p.run.Events = nil
	if len(run.Events) == 0 {
		return p
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		err = gob.NewEncoder(w).Encode(run.Events)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // of a buffer and a type that gob knows
	}
	p.events = b.Bytes()
	return p
}

// open is the run as it was.
func (p packed) open() machine.Run {
	run := p.run
	if p.events == nil {
		return run
	}
	if err := gob.NewDecoder(flate.NewReader(bytes.NewReader(p.events))).Decode(&run.Events); err != nil {
		panic(err) // it is of pack
	}
	return run
}
