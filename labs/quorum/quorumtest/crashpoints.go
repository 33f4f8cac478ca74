package quorumtest

import (
	"fmt"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/labtest"
)

// A quiet house is a calm network that leaves no trace: replicas are started and asked
// there thousands of times.
type quiet struct{ house }

func (s Solution) quiet(t *labtest.T, f floor) *quiet {
	q := &quiet{house{t: t, solution: s, floor: f}}
	q.net = labrpc.New(labrpc.Config{Seed: t.Seed(), Faults: labrpc.Faults{Latency: labrpc.Range{Min: labrpc.MinLatency}}})
	t.Cleanup(q.net.Close)
	return q
}

// serve starts N1 on a volume, and a client of it alone, for as long as f takes.
func (q *quiet) serve(v *disk.Volume, isNew bool, f func(*user) error) error {
	p := q.process("N1")
	defer p.Close()
	r, err := q.solution.OpenReplica(p, v, q.options(isNew))
	if err != nil {
		return err
	}
	defer r.Close()
	const client = "client"
	u := &user{h: &q.house, name: client, make: q.solution.NewClient, alone: "N1"}
	u.start()
	defer func() { // the next one is a new client
		u.Close()
		q.net.Node(client).Crash()
		q.net.Node(client).Restart()
	}()
	return f(u)
}

// silently carries out an operation, and leaves no trace.
func (u *user) silently(operation string, d time.Duration) string {
	ctx, cancel := u.h.t.Patient(d)
	defer cancel()
	return u.execute(ctx, strings.Fields(operation))
}

// read is what N1 holds under some keys.
func read(u *user, d time.Duration, keys ...string) string {
	var all []string
	for _, key := range keys {
		all = append(all, key+": "+short(u.silently("Get "+key, d)))
	}
	return strings.Join(all, "; ")
}

// long fills more than a sector.
func long() string { return strings.Repeat("-", 600) }

// short is a text without it.
func short(text string) string { return strings.ReplaceAll(text, long(), "…") }

// everyCrash crashes a replica everywhere.
func (s Solution) everyCrash(t *labtest.T) {
	puts := []string{"x a", "x b" + long(), "y c" + long(), "x d", "z e", "y f" + long(), "x g" + long(), "z h", "x i"}
	puts = puts[:t.Size("operations", len(puts))]
	keys := []string{"x", "y", "z"}
	holds := map[string]string{}
	state := func() string {
		var all []string
		for _, key := range keys {
			value := holds[key]
			if value == "" {
				value = noKey
			}
			all = append(all, key+": "+value)
		}
		return strings.Join(all, "; ")
	}
	states := []string{state()}
	for _, p := range puts {
		key, value, _ := strings.Cut(p, " ")
		holds[key] = short(value)
		states = append(states, state())
	}
	t.Step("after each crash N1 is started, x, y and z are read, and w is put")
	q := s.quiet(t, floor{Names: []string{"N1"}})
	labtest.Explore(t, labtest.Exploration[*disk.Volume]{
		Node: "N1",
		New:  disk.NewVolume,
		Workload: func(v *disk.Volume, w *labtest.Work) {
			q.mustServe(v, func(u *user) error {
				for _, p := range puts {
					w.Op("Put "+short(p), func() error {
						u.silently("Put "+p, patience)
						return nil
					})
				}
				return nil
			})
		},
		Recover: func(v *disk.Volume) (contents string, err error) {
			err = q.serve(v, true, func(u *user) error {
				contents = read(u, patience, keys...)
				u.silently("Put w used", patience) // the replica can be used, and another crash may follow
				return nil
			})
			return contents, err
		},
		Check: labtest.Prefix(states),
	})
}

// mustServe is serve of a store that begins.
func (q *quiet) mustServe(v *disk.Volume, f func(*user) error) {
	err := q.serve(v, true, f)
	q.t.Check(err == nil, labtest.Finding{
		Expected: "OpenReplica starts on an empty volume", Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err))})
}

// brokenCopy crashes a replacement everywhere while it copies. Whoever starts it again
// first keeps the others from it: then it must be silent, or complete already.
func (s Solution) brokenCopy(t *labtest.T) {
	keys := []string{"x", "y", "z"}[:t.Size("keys", 3)]
	q := s.quiet(t, floor{Names: []string{"N1", "N2", "N3"}})
	others := q.floor.Names[1:]
	for _, name := range others {
		q.filled(name, keys)
	}
	var all []string
	for _, key := range keys {
		all = append(all, key+": "+key+"1…")
	}
	whole := strings.Join(all, "; ")
	t.Step("N2 and N3 hold %s; N1 has an empty disk, and starts", whole)
	t.Step("after each crash N1 is started, and hears nobody at first; then it hears N2 and N3 again")
	labtest.Explore(t, labtest.Exploration[*disk.Volume]{
		Node:   "N1",
		States: 200, // each waits for a silence
		New:    disk.NewVolume,
		Workload: func(v *disk.Volume, w *labtest.Work) {
			q.replaced(v, func(u *user) error {
				w.Op("copy", func() error {
					read(u, patience, keys...)
					return nil
				})
				return nil
			})
		},
		Recover: func(v *disk.Volume) (contents string, err error) {
			q.net.Cut([]string{"N1"}, others)
			defer q.net.Heal()
			err = q.serve(v, false, func(u *user) error {
				for _, key := range keys {
					got := short(u.silently("Get "+key, 3*timeout))
					if got == gaveUp { // it is silent
						break
					}
					if got != key+"1…" {
						contents = fmt.Sprintf("while it hears nobody, it answers: Get %s gives %q", key, got)
						return nil
					}
				}
				q.net.Heal()
				contents = read(u, patience, keys...)
				return nil
			})
			return contents, err
		},
		Check: func(_ labtest.Crash, contents string) labtest.Finding {
			if contents == whole {
				return labtest.Finding{}
			}
			return labtest.Finding{
				Expected: "N1 is silent until it has copied everything; when it hears the others again, it comes to hold " + whole,
				Actual:   contents}
		},
	})
}

// filled starts a replica that has a value for each key.
func (q *quiet) filled(name string, keys []string) {
	r, err := q.solution.OpenReplica(q.process(name), disk.NewVolume(disk.Config{}), q.options(true))
	q.t.Check(err == nil, labtest.Finding{
		Expected: "OpenReplica starts on an empty volume", Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err))})
	q.t.Cleanup(r.Close)
	u := &user{h: &q.house, name: "client-of-" + name, make: q.solution.NewClient, alone: name}
	u.start()
	q.t.Cleanup(u.Close)
	for _, key := range keys {
		u.silently("Put "+key+" "+key+"1"+long(), patience)
	}
}

// replaced is serve of a replica whose disk was lost.
func (q *quiet) replaced(v *disk.Volume, f func(*user) error) {
	err := q.serve(v, false, f)
	q.t.Check(err == nil, labtest.Finding{
		Expected: "OpenReplica starts on an empty volume", Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err))})
}
