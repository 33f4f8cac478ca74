package messagingtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// interval is the time between two I-am-ups in every case of stage E.
const interval = time.Second

// A layout says which sites there are and what lies between them. The zero value
// of all but Links is a calm network, a patience of 3 and a reader at each site.
type layout struct {
	Links    string // "ab bc": sites a and b have a direct link, and so have b and c
	Patience int
	Readers  int // how many goroutines call Next of each site
	Faults   labrpc.Faults
}

// Links of stage E. In the house all but a and e are neighbours, and these
// two have three routes of two links.
const (
	house = "ab ac ad bc bd cd be ce de"
	ring  = "ab bc cd da"
	line  = "ab bc cd"
	mesh  = "ab ac ad ae af ag bc bd be bf bg cd ce cf cg de df dg ef eg fg"
)

// sites are sites of the solution with a network between.
type sites struct {
	t        *labtest.T
	solution Solution
	layout   layout
	net      *labrpc.Network
	names    []string
	links    []string

	mu     sync.Mutex
	copies func(labrpc.Message) []time.Duration // of stale; nil for none
	at     map[string]*station
	budget int // how many messages may still be sent; see spend

	allowed   int           // the budget that allow gave
	allowedAt time.Duration // when
}

// A station is one site.
type station struct {
	name        string
	incarnation uint32
	membership  messagingapi.Membership // nil while it is down
	told        []messagingapi.Change   // by Next, since the last look
	times       []time.Duration         // of told
	last        map[string]said         // by Next, of each site
}

// Said is what a site has said, and when.
type said struct {
	messagingapi.Change
	at time.Duration
}

func (s Solution) sites(t *labtest.T, l layout) *sites {
	if l.Patience == 0 {
		l.Patience = 3
	}
	l.Readers = max(l.Readers, 1)
	c := &sites{t: t, solution: s, layout: l, links: strings.Fields(l.Links), at: map[string]*station{}, budget: 1 << 20}
	for _, link := range c.links {
		for _, name := range []string{link[:1], link[1:]} {
			if c.at[name] == nil {
				c.at[name] = &station{name: name}
				c.names = append(c.names, name)
			}
		}
	}
	slices.Sort(c.names)
	t.Step("sites %s with links %s, an interval of %v and a patience of %d",
		strings.Join(c.names, " "), l.Links, interval, l.Patience)
	if l.Readers > 1 {
		t.Step("at each site, %d goroutines call Next", l.Readers)
	}
	c.net = t.Network(labrpc.Config{Faults: l.Faults, Describe: words})
	c.net.Intercept(c.pass)
	for _, name := range c.names {
		c.start(name)
	}
	return c
}

// words shows a datagram that is text, for the trace.
func words(b []byte) string {
	for _, x := range b {
		if x < ' ' || x > '~' {
			return fmt.Sprintf("%d B", len(b))
		}
	}
	return string(b[:min(len(b), 60)])
}

// linked reports whether two sites have a direct link.
func (c *sites) linked(a, b string) bool {
	return slices.Contains(c.links, a+b) || slices.Contains(c.links, b+a)
}

func (c *sites) neighbours(of string) (list []string) {
	for _, name := range c.names {
		if c.linked(of, name) {
			list = append(list, name)
		}
	}
	return list
}

// pass is what the network does: it has no way but the links.
func (c *sites) pass(m labrpc.Message) (a labrpc.Action) {
	c.spend()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.copies != nil {
		a.Copies = c.copies(m)
	}
	a.Drop = !c.linked(m.From, m.To)
	return a
}

// start starts a site, or starts it again.
func (c *sites) start(name string) {
	conn := labtest.Must(c.net.Node(name).Listen())
	c.mu.Lock()
	s := c.at[name]
	s.incarnation++
	opt := messagingapi.SiteOptions{
		Self: name, Sites: slices.Clone(c.names), Neighbours: c.neighbours(name),
		Interval: interval, Patience: c.layout.Patience, Incarnation: s.incarnation,
	}
	c.mu.Unlock()
	m := c.solution.NewMembership(conn, opt)
	c.mu.Lock()
	s.membership, s.told, s.times, s.last = m, nil, nil, map[string]said{}
	c.mu.Unlock()
	for range c.layout.Readers {
		c.t.Go(func() { c.read(s, m) })
	}
}

// read takes in what a site tells until it is closed.
func (c *sites) read(s *station, m messagingapi.Membership) {
	for {
		change, err := m.Next(context.Background())
		if err != nil {
			return
		}
		c.t.Note("%s says: %s", s.name, announce(change))
		if c.hear(s, m, change) {
			c.t.Report(labtest.Finding{
				Property: "each change is told once",
				Expected: fmt.Sprintf("%s says once that %s, whoever calls Next", s.name, announce(change)),
				Actual:   "it has said so twice, and nothing else of " + change.Site + " between",
				About:    c.between(s.name, change.Site),
			})
		}
	}
}

// hear notes what a site tells, and reports whether it was no news. What a site says
// that was closed meanwhile does not count.
func (c *sites) hear(s *station, m messagingapi.Membership, change messagingapi.Change) (again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.membership != m {
		return false
	}
	if s.last[change.Site].Change == change {
		return true
	}
	s.told = append(s.told, change)
	s.times = append(s.times, c.t.Since())
	s.last[change.Site] = said{change, c.t.Since()}
	return false
}

// announce is a change as a site might tell it.
func announce(change messagingapi.Change) string {
	if change.Status == messagingapi.LinkDown {
		return "its link to " + change.Site + " is down"
	}
	return change.Site + " is " + change.Status.String()
}

// kill ends a site without a word. It does so a little off the times at which sites
// are likely to send: a site that crashes while it tells its neighbours something
// has told some of them, and these may pass it on as a sign of life.
func (c *sites) kill(name string) {
	c.t.Sleep(interval / 27)
	c.t.Step("%s crashes", name)
	c.net.Node(name).Crash()
	c.shut(name)
}

// revive starts a site that crashed.
func (c *sites) revive(name string) {
	c.t.Step("%s starts again, with incarnation %d", name, c.at[name].incarnation+1)
	c.net.Node(name).Restart()
	c.start(name)
}

func (c *sites) shut(name string) {
	c.mu.Lock()
	m := c.at[name].membership
	c.at[name].membership = nil
	c.mu.Unlock()
	if m != nil {
		c.t.Within(10*time.Second, "Close of "+name, func() { m.Close() })
	}
}

// stop closes every site, so that the case can end.
func (c *sites) stop() {
	for _, name := range c.names {
		c.shut(name)
	}
}

// intervals is how long the patience and n more intervals take.
func (c *sites) intervals(n int) time.Duration {
	return time.Duration(c.layout.Patience+n) * interval
}
