package messagingtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

func (s Solution) membershipCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "E", Name: "steady", Kind: labs.Budget, Points: 2, Seeds: 2,
			Title: "while nothing fails, nothing is said, and little is sent",
			Ref:   "failure detection: I am up, at intervals"},
		Run: s.steady, Limit: time.Hour,
	}, {
		Case: labs.Case{Stage: "E", Name: "crash", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a crash is found in time, and all sites learn of it",
			Ref:   "failure detection: are you up, and reconfiguration told to all"},
		Run: s.crash, Slow: true,
	}, {
		Case: labs.Case{Stage: "E", Name: "return", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a site that comes back is up again everywhere, each time",
			Ref:   "reconfiguration: the return is told as well"},
		Run: s.returns, Slow: true,
	}, {
		Case: labs.Case{Stage: "E", Name: "link", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a link that fails is not taken for a site that fails",
			Ref:   "failure detection: the alternate route"},
		Run: s.link, Slow: true,
	}, {
		Case: labs.Case{Stage: "E", Name: "one-way", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a link that works one way only is down at both ends",
			Ref:   "the contract: a link that carries datagrams one way only is LinkDown too"},
		Run: s.oneWay, Slow: true,
	}, {
		Case: labs.Case{Stage: "E", Name: "cut-off", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a site that is cut off takes all others for crashed, and they take it for crashed: nobody can tell",
			Ref:   "failure detection: what cannot be told apart"},
		Run: s.cutOff, Slow: true,
	}, {
		Case: labs.Case{Stage: "E", Name: "loss", Kind: labs.Random, Points: 2, Seeds: 10,
			Title:      "a network that loses a fifth of everything makes nobody suspect a site that is up",
			Ref:        "failure detection: false suspicion",
			Situations: []string{"a datagram was lost", "a datagram came twice", "a datagram was late"}},
		Run: s.loss, Limit: time.Hour, Slow: true,
	}, {
		Case: labs.Case{Stage: "E", Name: "pause", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a short pause is no failure, and a long one ends",
			Ref:   "failure detection: the price of impatience"},
		Run: s.pause, Slow: true,
	}, {
		Case: labs.Case{Stage: "E", Name: "stale-news", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a late copy of old news changes nothing",
			Ref:   "reconfiguration: news has an incarnation and a number"},
		Run: s.staleNews, Slow: true,
	}, {
		Case: labs.Case{Stage: "E", Name: "close", Kind: labs.Scripted, Points: 1, Seeds: 5,
			Title: "Close ends every waiting call",
			Ref:   "the contract: Close"},
		Run: s.closeSites, Slow: true,
	}, {
		Case: labs.Case{Stage: "E", Name: "two-generals", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title:      "whatever two generals agree on, some lost messenger makes one attack alone",
			Ref:        "the two generals: Gray 1978",
			Situations: []string{"the two disagree"}},
		Run: s.generals, Limit: time.Hour, Slow: true,
	}}
}

func (s Solution) steady(t *labtest.T) {
	c := s.sites(t, layout{Links: house})
	const calm = 200 * interval
	c.allow(2, calm)
	c.quiet(calm, "nothing fails")
	c.stop()
}

// storming is how many datagrams pass each link, in each direction and interval,
// at most while something is down.
func (c *sites) storming() int { return 8 * len(c.names) }

// crash ends a site of the house, and then one of seven that all have links to each
// other: there, a question that takes every route takes hundreds. Two goroutines
// read what each site tells, and each change is for one of them.
func (s Solution) crash(t *labtest.T) {
	s.sites(t, layout{Links: house, Readers: 2}).crashes(20 * interval)
	s.sites(t, layout{Links: mesh, Readers: 2}).crashes(2 * interval)
}

// crashes ends site e, and goes on for a while after all have learned of it.
func (c *sites) crashes(after time.Duration) {
	c.warm()
	c.allow(c.storming(), c.intervals(5)+after)
	c.kill("e")
	c.learn(c.found("e", c.names...)...)
	c.quiet(after, "all of it has been said")
	c.stop()
}

// warm lets a few intervals pass, and part of one as the seed says: a crash comes
// at any time.
func (c *sites) warm() {
	part := time.Duration(c.t.Rand("when").Int64N(int64(interval)))
	c.quiet((5*interval + part).Truncate(time.Millisecond), "nothing has failed yet")
}

func (s Solution) returns(t *labtest.T) {
	c := s.sites(t, layout{Links: house})
	c.warm()
	for _, down := range []string{"e", "b", "e"} {
		c.kill(down)
		c.learn(c.found(down, c.others(down)...)...)
		c.quiet(5*interval, "all of it has been said")
		c.revive(down)
		c.learn(c.back(down, c.others(down)...)...)
		c.quiet(15*interval, "all are up")
	}
	c.stop()
}

func (c *sites) others(than string) []string {
	return slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return name == than })
}

// link cuts a link of a ring, where the only other route leads through all sites.
func (s Solution) link(t *labtest.T) {
	c := s.sites(t, layout{Links: ring})
	c.warm()
	c.allow(c.storming(), 60*interval)
	for range 2 {
		t.Step("the link between a and b carries nothing any more")
		c.net.Cut([]string{"a"}, []string{"b"})
		c.learn(c.linkDown("a", "b", c.intervals(3)), c.linkDown("b", "a", c.intervals(3)))
		c.quiet(15*interval, "a and b still reach each other through c and d")
		t.Step("the link works again")
		c.net.Heal()
		c.learn(append(c.back("a", "b"), c.back("b", "a")...)...)
		c.quiet(3*interval, "all is well")
	}
	t.Step("the link is cut again, and then b crashes")
	c.net.Cut([]string{"a"}, []string{"b"})
	c.learn(c.linkDown("a", "b", c.intervals(3)), c.linkDown("b", "a", c.intervals(3)))
	c.kill("b")
	found := c.found("b", "a", "c", "d")
	found[0].bound = c.intervals(5) // a has no link to b now
	c.learn(found...)
	c.stop()
}

func (c *sites) linkDown(who, other string, bound time.Duration) lesson {
	return lesson{who, messagingapi.Change{Site: other, Status: messagingapi.LinkDown}, bound}
}

func (s Solution) oneWay(t *labtest.T) {
	c := s.sites(t, layout{Links: house})
	c.warm()
	t.Step("the link between a and b carries nothing from a to b any more")
	c.net.CutOneWay([]string{"a"}, []string{"b"})
	c.learn(c.linkDown("b", "a", c.intervals(3)), c.linkDown("a", "b", 2*c.intervals(0)+5*interval))
	c.quiet(10*interval, "a and b still reach each other through c and d")
	t.Step("the link works again")
	c.net.Heal()
	c.learn(append(c.back("a", "b"), c.back("b", "a")...)...)
	c.quiet(5*interval, "all is well")
	c.stop()
}

// cutOff first cuts off one site, and then halves a line, where the far site of
// the other half fails without any neighbour of it noticing.
func (s Solution) cutOff(t *labtest.T) {
	c := s.sites(t, layout{Links: house})
	c.warm()
	t.Step("e is cut off from all others")
	c.parts([]string{"a", "b", "c", "d"}, []string{"e"})
	c.stop()

	c = s.sites(t, layout{Links: line})
	c.warm()
	t.Step("the link between b and c, the only one between two halves, is cut")
	c.parts([]string{"a", "b"}, []string{"c", "d"})
	c.stop()
}

// parts cuts the network in two, and heals it once all sites have learned of it.
func (c *sites) parts(left, right []string) {
	c.net.Cut(left, right)
	var down, up []lesson
	for _, name := range right {
		down, up = append(down, c.found(name, left...)...), append(up, c.back(name, left...)...)
	}
	for _, name := range left {
		down, up = append(down, c.found(name, right...)...), append(up, c.back(name, right...)...)
	}
	c.learn(down...)
	c.quiet(5*interval, "all of it has been said")
	c.t.Step("the network is whole again")
	c.net.Heal()
	c.learn(up...)
	c.quiet(10*interval, "all is well")
}

// loss lets a network lose a fifth of all datagrams for 120 intervals. In the
// calm that follows, a crash must still be found: who never suspects anybody is
// no failure detector.
func (s Solution) loss(t *labtest.T) {
	faults := labrpc.Draw(t.Seed(), labrpc.Faults{Duplicate: 0.2, Delay: 0.2,
		Latency: labrpc.Range{Min: time.Millisecond, Max: 20 * time.Millisecond},
		DelayBy: labrpc.Range{Min: 5 * time.Millisecond, Max: interval / 2}})
	faults.Loss = 0.2
	c := s.sites(t, layout{Links: house, Patience: 4, Faults: faults})
	t.Step("the network loses a fifth of all datagrams")
	c.quiet(120*interval, "all sites are up")
	t.ReachFaults("a datagram")
	c.net.Calm()
	t.Step("the network does nothing wrong any more")
	c.quiet(5*interval, "all sites are up")
	c.kill("e")
	c.learn(c.found("e", c.others("e")...)...)
	c.stop()
}

// pause stops a site as a long garbage collection or a closed laptop does.
func (s Solution) pause(t *labtest.T) {
	c := s.sites(t, layout{Links: house, Patience: 6})
	c.warm()
	t.Step("e pauses for a little less than patience - 1 intervals")
	c.net.Node("e").Pause()
	c.quiet(5*interval-interval/10, "that is no failure")
	c.net.Node("e").Resume()
	t.Step("e goes on")
	c.quiet(15*interval, "e is up")

	t.Step("e pauses for longer")
	c.net.Node("e").Pause()
	mine := c.found("e", c.others("e")...)
	for _, name := range c.others("e") { // what a site must think that hears nobody
		mine = append(mine, c.found(name, "e")...)
	}
	c.learn(mine...)
	c.net.Node("e").Resume()
	t.Step("e goes on")
	yours := c.back("e", c.others("e")...)
	for _, name := range c.others("e") {
		yours = append(yours, c.back(name, "e")...)
	}
	c.learn(yours...)
	c.quiet(10*interval, "all are up")
	c.stop()
}

// staleNews delivers copies late: what e said before its crash comes while it is
// down, and what was said of the crash comes when e is up again.
func (s Solution) staleNews(t *labtest.T) {
	c := s.sites(t, layout{Links: house})
	c.mu.Lock()
	c.copies = func(m labrpc.Message) []time.Duration {
		switch {
		case m.At < 5*interval && m.From == "e":
			return []time.Duration{8 * interval}
		case 5*interval <= m.At && m.At < 17*interval:
			return []time.Duration{25 * interval}
		}
		return nil
	}
	c.mu.Unlock()
	t.Step("what e sends in the next 5 intervals is delivered a second time 8 intervals later")
	t.Step("what is sent in the 12 intervals after that is delivered a second time 25 intervals later")
	t.Sleep(5*interval - t.Since())
	c.kill("e")
	c.learn(c.found("e", c.names...)...)
	c.quiet(17*interval-t.Since(), "what e said before its crash is no sign of life")
	c.revive("e")
	c.learn(c.back("e", c.names...)...)
	c.quiet(45*interval-t.Since(), "the crash of e is old news")
	c.staleAnswers()
	c.stop()
}

// staleAnswers has e answer questions that come by other ways than the direct link,
// and delivers these answers again after its crash.
func (c *sites) staleAnswers() {
	c.t.Step("the link between b and e carries nothing any more")
	c.net.Cut([]string{"b"}, []string{"e"})
	c.learn(c.linkDown("b", "e", c.intervals(3)), c.linkDown("e", "b", c.intervals(3)))
	until := c.t.Since() + 5*interval
	c.t.Step("what is sent in the next 5 intervals is delivered a second time 15 intervals later")
	c.mu.Lock()
	c.copies = func(m labrpc.Message) []time.Duration {
		if m.At < until {
			return []time.Duration{15 * interval}
		}
		return nil
	}
	c.mu.Unlock()
	c.quiet(until-c.t.Since(), "b and e still reach each other through the others")
	c.kill("e")
	found := c.found("e", "b", "a", "c", "d")
	found[0].bound = c.intervals(5) // b has no link to e now
	c.learn(found...)
	c.quiet(until+17*interval-c.t.Since(), "what e answered before its crash is no sign of life")
}

func (s Solution) closeSites(t *labtest.T) {
	c := s.sites(t, layout{Links: "ab"})
	m := c.at["a"].membership
	t.Step("Next with a second of patience: must give up")
	t.Within(2*time.Second, "Next with a context of one second", func() {
		ctx, cancel := t.Patient(time.Second)
		defer cancel()
		_, err := m.Next(ctx)
		t.Check(errors.Is(err, context.DeadlineExceeded), labtest.Finding{
			Expected: "Next returns ctx.Err(): nothing has changed", Actual: fmt.Sprintf("it returned %v", err)})
	})
	t.Step("a is closed, while calls of Next wait")
	var told atomic.Bool
	t.Go(func() {
		_, err := m.Next(context.Background())
		t.Check(errors.Is(err, messagingapi.ErrClosed), labtest.Finding{
			Expected: "the Next of a that waited when a was closed returns ErrClosed", Actual: fmt.Sprintf("it returned %v", err)})
		told.Store(true)
	})
	t.Sleep(time.Millisecond)
	t.Within(10*time.Second, "Close of a, twice,", func() {
		m.Close()
		m.Close()
	})
	t.Eventually(soon, "the Next of a that waited when a was closed", told.Load)
	_, err := m.Next(context.Background())
	t.Check(errors.Is(err, messagingapi.ErrClosed), labtest.Finding{
		Expected: "Next after Close returns ErrClosed", Actual: fmt.Sprintf("it returned %v", err)})
	conn, err := c.net.Node("a").Listen()
	t.Check(err == nil, labtest.Finding{
		Property: "Close closes the connection",
		Expected: "the connection is closed after Close", Actual: "it is still open"})
	conn.Close()
	c.shut("a")
	t.Step("b has to find that out")
	c.learn(c.found("a", "b")...)
	c.stop()
}
