package kv

import (
	"context"
	"errors"
)

// The directoryHandlers are the directory as nodes and routers see it.
type directoryHandlers struct {
	//lab:begin C
	d *directory
	//lab:end
}

// Beat takes in a sign of life.
//
//lab:omit
func (h *directoryHandlers) Beat(b Beat, givenUp *Rejoin) error {
	*givenUp = h.d.beat(b)
	return nil
}

// Locate is the directory's part of an iterative Get.
//
//lab:omit
func (h *directoryHandlers) Locate(key string, at *Located) error {
	*at = h.d.locate(key)
	return nil
}

// Allot is the directory's part of an iterative Put.
//
//lab:omit
func (h *directoryHandlers) Allot(w Write, a *Allotted) error {
	*a = h.d.allot(w)
	return nil
}

// Get is a recursive Get: what a router would do.
//
//lab:omit
func (h *directoryHandlers) Get(ctx context.Context, key string, found *Found) error {
	at := h.d.locate(key)
	if at.Status != Fine {
		found.Status = at.Status
		return nil
	}
	for _, replica := range at.List.Replicas {
		t := Touch{replica.Session, at.List.Epoch, key}
		once, cancel := context.WithTimeout(ctx, h.d.cfg.Timeout)
		err := h.d.process.Call(once, replica.Node, nodeService+".Fetch", t, found)
		cancel()
		if err == nil {
			return nil
		}
	}
	return errors.New("no node answers")
}

// Put is a recursive Put: what a router would do.
//
//lab:omit
func (h *directoryHandlers) Put(ctx context.Context, w Write, a *Allotted) error {
	*a = h.d.allot(w)
	if a.Status != Fine {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, h.d.cfg.Timeout)
	defer cancel()
	a.Status = storeAll(ctx, h.d.process, w.Key, w.Value, *a)
	return nil
}

// locate says who holds a key. Each time another one is to be asked first.
//
//lab:omit
func (d *directory) locate(key string) Located {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.keys[key]
	switch {
	case e == nil:
		return Located{Status: Absent}
	case len(e.replicas) == 0:
		return Located{Status: Gone}
	}
	e.reads++
	e.turn = (e.turn + 1) % len(e.replicas)
	order := append(e.replicas[e.turn:len(e.replicas):len(e.replicas)], e.replicas[:e.turn]...)
	return Located{Fine, d.list(e, order)}
}

// allot gives a Put its version, and says where it has to be stored. A Put that
// comes again has its version already; the list may have changed.
//
//lab:omit
func (d *directory) allot(w Write) Allotted {
	d.mu.Lock()
	defer d.mu.Unlock()
	last := d.writes[w.Router]
	if w.Incarnation < last.incarnation || w.Incarnation == last.incarnation && w.Number < last.number {
		return Allotted{Status: Again} // a late copy; nobody waits for the answer
	}
	e := d.keys[w.Key]
	if e == nil {
		e = &listing{}
	}
	if len(e.replicas) == 0 && len(d.living()) == 0 {
		return Allotted{Status: Again}
	}
	if len(e.replicas) == 0 && !d.place(w.Key, e) {
		return Allotted{Status: NoRoom}
	}
	d.keys[w.Key] = e
	if w.Incarnation > last.incarnation || w.Number > last.number {
		e.version++
		d.writes[w.Router] = written{w.Incarnation, w.Number, e.version}
	}
	nodes := e.replicas
	if e.joining != "" {
		nodes = append(without(nodes, ""), e.joining)
	}
	return Allotted{Fine, d.writes[w.Router].version, d.list(e, nodes)}
}

//lab:omit
func (d *directory) list(e *listing, nodes []string) List {
	list := List{Epoch: e.epoch}
	for _, name := range nodes {
		list.Replicas = append(list.Replicas, d.members[name].Replica)
	}
	return list
}
