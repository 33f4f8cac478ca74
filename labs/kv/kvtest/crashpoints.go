package kvtest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// target is the file that is replaced, and bystander one that is none of Replace's
// business.
const (
	target    = "settings"
	bystander = "settings-of-others"
)

// runs is how a story names contents: "700 a, 12 zero".
func runs(b []byte) string {
	var words []string
	for len(b) > 0 {
		n := 1
		for n < len(b) && b[n] == b[0] {
			n++
		}
		word := fmt.Sprintf("%d %c", n, b[0])
		if b[0] == 0 {
			word = fmt.Sprintf("%d zero", n)
		}
		words = append(words, word)
		b = b[n:]
	}
	if words == nil {
		return "empty"
	}
	return strings.Join(words, ", ")
}

// look is what there is, as a text.
func look(v *disk.Volume) string {
	is := func(name string) string {
		b, there := content(v, name)
		if !there {
			return name + " does not exist"
		}
		return name + " is " + runs(b)
	}
	return is(target) + "; " + is(bystander)
}

// save makes a file, durably. It is for what is there before a crash can come.
func save(v *disk.Volume, name string, content []byte) {
	f, err := v.Create(name)
	good(err)
	_, err = f.WriteAt(content, 0)
	good(err)
	good(f.Sync())
	good(f.Close())
	good(v.SyncDir())
}

// replace crashes Replace everywhere. Whoever recovers replaces the file by what it
// is, so that a crash comes there as well, and finds what the first has left.
func (s Solution) replace(t *labtest.T) {
	begin := strings.Repeat("a", 600)
	contents := []string{strings.Repeat("b", 1400), strings.Repeat("c", 100), "", strings.Repeat("d", 700)}
	contents = contents[:t.Size("contents", len(contents))]
	untouched := bystander + " is " + runs([]byte(begin))
	states := []string{target + " is " + runs([]byte(begin)) + "; " + untouched}
	for _, c := range contents {
		states = append(states, target+" is "+runs([]byte(c))+"; "+untouched)
	}
	t.Step("whoever comes after a crash reads %s, and replaces it by what is in it", target)
	labtest.Explore(t, labtest.Exploration[*disk.Volume]{
		New: disk.NewVolume,
		Prepare: func(v *disk.Volume) {
			save(v, target, []byte(begin))
			save(v, bystander, []byte(begin))
		},
		Workload: func(v *disk.Volume, w *labtest.Work) {
			for _, c := range contents {
				err := w.Op("Replace "+target+" by "+runs([]byte(c)), func() error { return s.Replace(v, target, []byte(c)) })
				t.Check(err == nil, labtest.Finding{Expected: "Replace succeeds", Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err))})
			}
		},
		Recover: func(v *disk.Volume) (string, error) {
			found := look(v)
			if b, there := content(v, target); there {
				if err := s.Replace(v, target, b); err != nil {
					return "", err
				}
			}
			return found, nil
		},
		Check: labtest.Prefix(states),
	})
}

// A survey counts what crashes leave of one replacement.
type survey struct {
	states, old, new, neither, forgotten int
	stray                                string // a file that came, under a name that is not Replace's
}

func (s survey) String() string {
	return fmt.Sprintf("of %d states after a crash, %d hold the old content, %d the new one, and %d neither; "+
		"in %d the new one is gone although it had been acknowledged", s.states, s.old, s.new, s.neither, s.forgotten)
}

// survey replaces a file, and looks at what is left by crashes at each of the moments
// when a crash can leave something else, in many ways each.
func (s Solution) survey(t *labtest.T, replace kvapi.Replace) (sum survey) {
	old, next := strings.Repeat("a", 1200), strings.Repeat("b", 1200)
	var v *disk.Volume
	done, begun := false, false
	crash := func(int) {
		if !begun {
			return
		}
		sum.stray = cmp.Or(sum.stray, stray(v))
		for way := range 40 {
			fate := disk.Draw(t.Seed()<<8 + uint64(way))
			switch way {
			case 0:
				fate = disk.Lose
			case 1:
				fate = disk.Keep
			}
			b, _ := content(v.Fork(disk.Config{Fate: fate}), target)
			sum.states++
			switch string(b) {
			case next:
				sum.new++
				continue
			case old:
				sum.old++
			default:
				sum.neither++
			}
			if done {
				sum.forgotten++
			}
		}
	}
	v = disk.NewVolume(disk.Config{BeforeFlush: crash})
	save(v, target, []byte(old))
	begun = true
	err := replace(v, target, []byte(next))
	t.Check(err == nil, labtest.Finding{Expected: "Replace succeeds", Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err))})
	done = true
	crash(0)
	return sum
}

// stray is a file on a volume whose name is not Replace's to use, "" if there is none.
func stray(v *disk.Volume) string {
	for _, name := range labtest.Must(v.Names()) {
		if name != target && !strings.HasPrefix(name, target+".") {
			return name
		}
	}
	return ""
}

// lecture compares three protocols: the new content is copied to a second file, which
// then gets the name. The suite performs the two that are wrong itself.
func (s Solution) lecture(t *labtest.T) {
	copyRename := func(synced bool) kvapi.Replace {
		return func(v *disk.Volume, name string, content []byte) error {
			f, err := v.Create(name + ".copy")
			good(err)
			_, err = f.WriteAt(content, 0)
			good(err)
			if synced {
				good(f.Sync())
			}
			good(f.Close())
			return v.Rename(name+".copy", name)
		}
	}
	careless, halfway := s.survey(t, copyRename(false)), s.survey(t, copyRename(true))
	t.Step("copy, rename: %v", careless)
	t.Step("copy, sync, rename: %v", halfway)
	if careless.neither == 0 || halfway.neither > 0 || halfway.forgotten == 0 {
		panic("the suite's own protocols lose nothing, so this case would prove nothing")
	}
	yours := s.survey(t, s.Replace)
	t.Step("your Replace: %v", yours)
	t.Check(yours.neither == 0 && yours.forgotten == 0, labtest.Finding{
		Expected: "Replace leaves the old content or the new, and after it has returned the new",
		Actual:   yours.String(),
	})
	t.Check(yours.stray == "", labtest.Finding{
		Property: "beside its file, Replace uses only files whose names begin with the name of that and a dot",
		Expected: fmt.Sprintf("%q and a dot: else Replaces of two files would meet in a third", target),
		Actual:   fmt.Sprintf("while %s was replaced, there was a file %q", target, yours.stray),
	})
}

// everyCrash crashes a durable server everywhere.
func (s Solution) everyCrash(t *labtest.T) {
	operations := []string{"Put x a", "Put x b" + long, "CompareAndSet y c" + long + " 0", "CompareAndSet x wrong 7",
		"Put z d" + long, "Delete y", "Put x e" + long, "CompareAndSet x f 3", "Put y g" + long, "Put z h" + long, "Delete x",
		"Put y i" + long, "Put z j" + long, "Put x k"}
	operations = operations[:t.Size("operations", len(operations))]
	keys := ledger{"x": {}, "y": {}, "z": {}}
	states := []string{keys.String()}
	for _, operation := range operations {
		o := parse(operation)
		keys[o.key], _ = keys[o.key].apply(o)
		states = append(states, keys.String())
	}
	t.Step("after each crash the server is started, x, y and z are read, and w is put")
	q := s.quiet(t)
	labtest.Explore(t, labtest.Exploration[*disk.Volume]{
		Node: serverNode,
		New:  disk.NewVolume,
		Workload: func(v *disk.Volume, w *labtest.Work) {
			err := q.serve(v, func(c *client) error {
				for _, o := range operations {
					w.Op(short(o), func() error {
						q.execute(c, o)
						return nil
					})
				}
				return nil
			})
			t.Check(err == nil, labtest.Finding{
				Expected: "OpenServer starts on an empty volume", Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err))})
		},
		Recover: func(v *disk.Volume) (contents string, err error) {
			err = q.serve(v, func(c *client) error {
				contents = q.read(c, "x", "y", "z")
				q.execute(c, "Put w used") // the server can be used, and another crash may follow
				return nil
			})
			return contents, err
		},
		Check: labtest.Prefix(states),
	})
}

// String is what a client would read.
func (l ledger) String() string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(l)) {
		_, result := l[key].apply(operation{name: "Get"})
		all = append(all, key+": "+short(result))
	}
	return strings.Join(all, "; ")
}

// A quiet house is a calm network that leaves no trace: a server is started and asked
// there thousands of times.
type quiet struct{ house }

func (s Solution) quiet(t *labtest.T) *quiet {
	q := &quiet{house: house{t: t, solution: s}}
	q.net = labrpc.New(labrpc.Config{Seed: t.Seed(), Faults: labrpc.Faults{Latency: labrpc.Range{Min: labrpc.MinLatency}}})
	t.Cleanup(q.net.Close)
	return q
}

// serve starts a server on a volume, and a client of it, for as long as f takes.
func (q *quiet) serve(v *disk.Volume, f func(*client) error) error {
	p, name := q.start(serverNode), clientNode(1)
	defer p.Close()
	if _, err := q.solution.OpenServer(p, v, kvapi.DurableOptions{MaxLog: smallLog}); err != nil {
		return err
	}
	c := &client{h: &q.house, name: name, process: q.start(name)}
	defer c.restart() // the next one is a new client
	c.Client = q.solution.NewClient(c.process, serverNode)
	return f(c)
}

// execute carries out an operation, which leaves no trace either.
func (q *quiet) execute(c *client, operation string) string {
	ctx, cancel := q.t.Patient(patience)
	defer cancel()
	return c.execute(ctx, parse(operation))
}

// read is what a client reads under some keys.
func (q *quiet) read(c *client, keys ...string) string {
	var all []string
	for _, key := range keys {
		all = append(all, key+": "+short(q.execute(c, "Get "+key)))
	}
	return strings.Join(all, "; ")
}
