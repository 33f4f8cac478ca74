package messagingtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// A lesson is what one site has to learn of another.
type lesson struct {
	who    string
	change messagingapi.Change
	bound  time.Duration // from now on
}

// allows reports whether a site may tell a change because of a lesson: it is the
// one, or a LinkDown that a neighbour says on the way from Down to Up.
func (c *sites) allows(l lesson, told messagingapi.Change) bool {
	return told == l.change || l.change.Status == messagingapi.Up && c.linked(l.who, told.Site) &&
		told == messagingapi.Change{Site: l.change.Site, Status: messagingapi.LinkDown}
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
				Actual: c.account(l),
				About:  c.between(l.who, l.change.Site),
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
// it was there. A neighbour's LinkDown on the way to Up goes with it.
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
	if half >= 0 && c.allows(l, s.told[half]) {
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
			due := slices.ContainsFunc(open, func(l lesson) bool { return l.who == name && c.allows(l, told) })
			c.t.Check(due, labtest.Finding{
				Expected: name + " says nothing else: " + c.truth(name, told.Site),
				Actual:   fmt.Sprintf("at %v it said that %s", s.times[i].Round(time.Millisecond), announce(told)),
				About:    c.between(name, told.Site),
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
		return site + " has not crashed; what became of the link to it is in the story and in the plan"
	}
	return fmt.Sprintf("%s has not crashed, and %s never had a direct link to it", site, who)
}

// account is the last that a site has said of another, for a failure. What it said
// before this lesson counts: a link that it called down then is no news now.
func (c *sites) account(l lesson) string {
	c.mu.Lock()
	s := c.at[l.who]
	m, last := s.membership, s.last[l.change.Site]
	c.mu.Unlock()
	status := "none"
	if m != nil {
		status = m.Status(l.change.Site).String()
	}
	if last.Site == "" {
		return fmt.Sprintf("it has said nothing of %s since it started (its Status is %q)", l.change.Site, status)
	}
	return fmt.Sprintf("the last that it has said of %s is that %s, at %v (its Status is %q)",
		l.change.Site, announce(last.Change), last.at.Round(time.Millisecond), status)
}

// between is what a failure is about that lies between two sites: their link, or,
// where they have none, the other site.
func (c *sites) between(who, site string) string {
	if c.linked(who, site) {
		return who + " - " + site
	}
	return site
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
	over, sent, since := c.budget == -1, c.allowed, c.t.Since()-c.allowedAt
	c.mu.Unlock()
	if over {
		each := float64(sent) / float64(2*len(c.links)) / max(1, float64(since)/float64(interval))
		c.t.Report(labtest.Finding{
			Property: "what is told to all is told once",
			Expected: "all sites together keep to the number of datagrams that the contract allows",
			Actual: fmt.Sprintf("%v later they had sent more than those %d: about %.0f for each link, direction and interval "+
				"(is a datagram passed on every time it comes, or is I-am-up said too often?)",
				since.Round(time.Millisecond), sent, each),
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
	c.budget, c.allowed, c.allowedAt = n, n, c.t.Since()
}
