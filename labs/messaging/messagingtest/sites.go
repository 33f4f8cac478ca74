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
// of all but Links is a calm network and a patience of 3.
type layout struct {
	Links    string // "ab bc": sites a and b have a direct link, and so have b and c
	Patience int
	Faults   labrpc.Faults
}

// Links of stage E. In the house all but a and e are neighbours, and these
// two have three routes of two links.
const (
	house = "ab ac ad bc bd cd be ce de"
	ring  = "ab bc cd da"
	line  = "ab bc cd"
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
}

// A station is one site.
type station struct {
	name        string
	incarnation uint32
	membership  messagingapi.Membership // nil while it is down
	told        []messagingapi.Change   // by Next, since the last look
	times       []time.Duration         // of told
}

func (s Solution) sites(t *labtest.T, l layout) *sites {
	if l.Patience == 0 {
		l.Patience = 3
	}
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
	conn, err := c.net.Node(name).Listen()
	if err != nil {
		panic(err) // a fault of the suite
	}
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
	s.membership, s.told, s.times = m, nil, nil
	c.mu.Unlock()
	c.t.Go(func() { c.read(s, m) })
}

// read takes in what a site tells until it is closed.
func (c *sites) read(s *station, m messagingapi.Membership) {
	for {
		change, err := m.Next(context.Background())
		if err != nil {
			return
		}
		c.t.Note("%s says: %s", s.name, announce(change))
		c.mu.Lock()
		if s.membership == m {
			s.told = append(s.told, change)
			s.times = append(s.times, c.t.Since())
		}
		c.mu.Unlock()
	}
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

// intervals is the patience and n intervals more.
func (c *sites) intervals(n int) time.Duration {
	return time.Duration(c.layout.Patience+n) * interval
}

// A lesson is what one site has to learn of another.
type lesson struct {
	who    string
	change messagingapi.Change
	bound  time.Duration // from now on
}

// allows reports whether a site may tell a change because of a lesson: it is the
// one, or a LinkDown on the way from Down to Up.
func (l lesson) allows(told messagingapi.Change) bool {
	return told == l.change ||
		told.Site == l.change.Site && told.Status == messagingapi.LinkDown && l.change.Status == messagingapi.Up
}

// found is what everybody else has to learn of a site that answers no more.
func (c *sites) found(down string, who ...string) (list []lesson) {
	for _, name := range who {
		if name == down {
			continue
		}
		bound := c.intervals(5)
		if c.linked(name, down) {
			bound = c.intervals(3)
		}
		list = append(list, lesson{name, messagingapi.Change{Site: down, Status: messagingapi.Down}, bound})
	}
	return list
}

// back is what everybody else has to learn of a site that answers again.
func (c *sites) back(up string, who ...string) (list []lesson) {
	for _, name := range who {
		if name != up {
			list = append(list, lesson{name, messagingapi.Change{Site: up}, 3 * interval})
		}
	}
	return list
}

// learn waits until each lesson has been told, in time, and fails if a site tells
// anything else.
func (c *sites) learn(lessons ...lesson) {
	c.announceAll(lessons)
	begin := c.t.Since()
	for open := slices.Clone(lessons); ; c.t.Sleep(interval / 50) {
		open = slices.DeleteFunc(open, c.heed)
		for _, l := range open {
			c.t.Check(c.t.Since() <= begin+l.bound, labtest.Finding{
				Expected: fmt.Sprintf("%s says within %v (patience is %d intervals of %v) that %s",
					l.who, l.bound, c.layout.Patience, interval, announce(l.change)),
				Actual: c.account(l.who, l.change.Site),
			})
		}
		c.unasked(open)
		if len(open) == 0 {
			c.agree(lessons)
			return
		}
	}
}

// announceAll tells the story which lessons are to come, a line for those that are
// the same.
func (c *sites) announceAll(lessons []lesson) {
	for i, l := range lessons {
		same := func(other lesson) bool { return other.change == l.change && other.bound == l.bound }
		if slices.IndexFunc(lessons, same) < i {
			continue
		}
		var who []string
		for _, other := range lessons {
			if same(other) {
				who = append(who, other.who)
			}
		}
		c.t.Step("%s must say within %v that %s", strings.Join(who, " "), l.bound, announce(l.change))
	}
}

// heed takes a change that a site told off what it has told, and reports whether
// it was there. A LinkDown on the way to Up goes with it.
func (c *sites) heed(l lesson) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.at[l.who]
	i := slices.Index(s.told, l.change)
	if i < 0 {
		return false
	}
	drop := func(i int) {
		s.told = slices.Delete(s.told, i, i+1)
		s.times = slices.Delete(s.times, i, i+1)
	}
	drop(i)
	half := slices.Index(s.told[:i], messagingapi.Change{Site: l.change.Site, Status: messagingapi.LinkDown})
	if l.change.Status == messagingapi.Up && half >= 0 {
		drop(half)
	}
	return true
}

// unasked fails if a site has told what is no lesson of its own.
func (c *sites) unasked(open []lesson) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range c.names {
		s := c.at[name]
		for i, told := range s.told {
			due := slices.ContainsFunc(open, func(l lesson) bool { return l.who == name && l.allows(told) })
			c.t.Check(due, labtest.Finding{
				Expected: name + " says nothing else: " + c.truth(name, told.Site),
				Actual:   fmt.Sprintf("at %v it said that %s", s.times[i].Round(time.Millisecond), announce(told)),
			})
		}
	}
}

func (c *sites) truth(who, site string) string {
	switch {
	case who == site:
		return "a site does not watch itself"
	case c.at[site] == nil:
		return fmt.Sprintf("there is no site %q", site)
	case c.at[site].membership == nil:
		return site + " has crashed, and answers on no route"
	case c.linked(who, site):
		return site + " has not crashed, and the story says what became of the link to it"
	}
	return fmt.Sprintf("%s has not crashed, and %s never had a direct link to it", site, who)
}

// account is what a site has said so far, for a failure.
func (c *sites) account(who, site string) string {
	status := "none"
	c.mu.Lock()
	m := c.at[who].membership
	c.mu.Unlock()
	if m != nil {
		status = m.Status(site).String()
	}
	return fmt.Sprintf("it has said nothing of %s by then (its Status is %q)", site, status)
}

// agree fails if Status says something else than Next did.
func (c *sites) agree(lessons []lesson) {
	for _, l := range lessons {
		c.mu.Lock()
		m := c.at[l.who].membership
		c.mu.Unlock()
		if m == nil {
			continue
		}
		got := m.Status(l.change.Site)
		c.t.Check(got == l.change.Status, labtest.Finding{
			Property: "Status is what Next told last",
			Expected: fmt.Sprintf("Status(%q) at %s is %q", l.change.Site, l.who, l.change.Status),
			Actual:   fmt.Sprintf("it is %q", got),
		})
		self := m.Status(l.who)
		c.t.Check(self == messagingapi.Up, labtest.Finding{
			Property: "a site is up for itself",
			Expected: fmt.Sprintf("Status(%q) at %s is %q", l.who, l.who, messagingapi.Up),
			Actual:   fmt.Sprintf("it is %q", self),
		})
	}
}

// quiet lets time pass in which no site may say anything.
func (c *sites) quiet(d time.Duration, why string) {
	c.t.Step("for %v nobody may say anything: %s", d, why)
	for end := c.t.Since() + d; c.t.Since() < end; c.t.Sleep(interval / 10) {
		c.unasked(nil)
	}
	c.unasked(nil)
}

// spend counts a message. The limit keeps a storm from filling the memory.
func (c *sites) spend() {
	c.mu.Lock()
	c.budget--
	over := c.budget == -1
	c.mu.Unlock()
	if over {
		c.t.Report(labtest.Finding{
			Property: "what is told to all is told once",
			Expected: "all sites together keep to the number of datagrams that the contract allows",
			Actual:   "they have sent more: does a datagram go in circles, or is it passed on every time it comes?",
		})
	}
}

// allow lets the sites send so many messages for each link, direction and
// interval from now on.
func (c *sites) allow(each int, d time.Duration) {
	n := each * 2 * len(c.links) * (int(d/interval) + 1)
	c.t.Step("from now on, for %v, all sites may send %d datagrams: %d for each link, direction and interval", d, n, each)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.budget = n
}
