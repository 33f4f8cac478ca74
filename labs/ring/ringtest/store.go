package ringtest

import (
	"context"
	"fmt"
	"time"

	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

func (s Solution) oneAfterTheOther(t *labtest.T) {
	for _, ids := range [][]ringapi.ID{{9}, {9, 3}, {9, 3, 14, 6, 11}} {
		o := s.grown(t, crew{Bits: 4, R: 2}, ids)
		keys := some(6)
		o.readAll(keys, opBound)
		at := o.living()
		for i, key := range keys {
			one, other := at[i%len(at)], at[(i+1)%len(at)]
			t.Step("%s puts %s often, and deletes it; %s does the same once", node(one), key, node(other))
			for range 5 {
				o.put(one, key, opBound)
				o.get(other, key, opBound)
			}
			o.del(one, key, opBound)
			o.get(other, key, opBound)
			o.put(other, key, opBound)
			o.get(one, key, opBound)
			o.del(other, key, opBound)
			o.del(one, key, opBound)
			o.get(one, key, opBound)
			if i%2 == 0 {
				o.put(other, key, opBound)
			}
		}
		o.readAll(keys, opBound)
		o.empty(at[0], at[len(at)-1])
		o.placed()
		if len(ids) > 3 {
			o.givesUp(3, o.keysAt(8, 11))
		}
		o.net.Close()
	}
}

// empty has a member put a value without a byte, which the ledger takes for a deletion.
func (o *circle) empty(one, other ringapi.ID) {
	const key = "k-empty"
	o.t.Step("%s puts an empty value to %s, and %s gets it", node(one), key, node(other))
	ctx, cancel := o.t.Patient(o.patient(2 * opBound))
	defer cancel()
	_, err := o.node(one).Put(ctx, key, nil)
	o.t.Check(err == nil, labtest.Finding{Expected: "Put of an empty value succeeds", Actual: fmt.Sprintf("it gives %q", ended(err))})
	value, _, err := o.node(other).Get(ctx, key)
	o.t.Check(err == nil && len(value) == 0, labtest.Finding{
		Property: "an empty value is a value",
		Expected: fmt.Sprintf("Get of %s by %s gives no bytes and no error", key, node(other)),
		Actual:   fmt.Sprintf("it gives %q and %q", value, ended(err))})
}

// givesUp has a member put, get and delete keys that only others hold, who crash, for less
// time than it takes to find that out.
func (o *circle) givesUp(at ringapi.ID, keys []string) {
	n, name := o.node(at), node(at)
	o.fail(o.others([]ringapi.ID{at})...)
	type operation struct {
		name string
		do   func(context.Context, string) error
	}
	all := []operation{
		{"Delete", func(ctx context.Context, key string) error { _, err := n.Delete(ctx, key); return err }},
		{"Get", func(ctx context.Context, key string) error { _, _, err := n.Get(ctx, key); return err }},
		{"Put", func(ctx context.Context, key string) error { _, err := n.Put(ctx, key, []byte("v")); return err }},
	}
	try := func(op operation, key, when, want string, d time.Duration) {
		o.t.Within(timeout, op.name+" of "+key, func() {
			o.t.Op(name, op.name+" "+key, func() string {
				ctx, cancel := o.t.Patient(d)
				defer cancel()
				got := ended(op.do(ctx, key))
				o.t.Check(got == want, labtest.Finding{
					Property: "what cannot succeed ends with its context or its node",
					Expected: fmt.Sprintf("%s of %s by %s gives %q: %s", op.name, key, name, want, when), Actual: fmt.Sprintf("%q", got)})
				return got
			})
		})
	}
	o.t.Step("%s deletes, gets and puts what they held, with a context of %v each", name, timeout/10)
	for i, op := range all {
		try(op, keys[i%2], "who holds it has crashed, and the context ends before anybody can take them for dead", "the context's error", timeout/10)
	}
	o.t.Step("it does so without an end, and crashes meanwhile")
	for i, op := range all {
		o.t.Go(func() { try(op, keys[i%2], "who holds it has crashed, and the node, too", "closed", 0) })
	}
	o.t.Sleep(timeout / 10)
	o.fail(at)
	o.t.Join(timeout, "every Put, Get and Delete that was under way")
}
