package messaging

import (
	"context"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/messaging/messagingapi"
)

// ticks is how often a site looks at the others in an interval, and how often it
// asks one that it misses.
//
//lab:omit
const ticks = 4

// A membership watches the other sites for one of them.
type membership struct {
	//lab:begin E
	// It believes of each site only what that site itself says, be it over the
	// direct link or by a route of several. What others tell is no more than a
	// reason to ask: it may be old, or true only from where they stand.

	conn    net.PacketConn
	opt     messagingapi.SiteOptions
	closed  chan struct{} // closed by Close
	closing sync.Once
	running sync.WaitGroup

	mu      sync.Mutex // guards what follows
	number  uint64     // of our last datagram: the incarnation and a count
	others  map[string]*member
	passed  map[string]uint64 // the last question that was passed on, by who asks for whom
	changes []messagingapi.Change
	changed chan struct{} // closed, and replaced, when there is a change
	//lab:end
}

// A member is what we know of another site.
//
//lab:omit
type member struct {
	status    messagingapi.Status
	neighbour bool
	doubted   bool      // no neighbour, and somebody misses it: nobody else gets I-am-ups of it
	arrived   time.Time // when we last heard it over the direct link
	direct    time.Time // when we last knew that the link works in both directions
	heard     time.Time // when we last heard it on any route
	greeted   uint64    // the number of its last I-am-up
	answered  uint64    // the last question of ours that it answered
}

// NewMembership returns a membership that owns conn.
//
//lab:todo E
func NewMembership(conn net.PacketConn, opt messagingapi.SiteOptions) messagingapi.Membership {
	m := &membership{
		conn:    conn,
		opt:     opt,
		closed:  make(chan struct{}),
		number:  uint64(opt.Incarnation) << 32,
		others:  make(map[string]*member),
		passed:  make(map[string]uint64),
		changed: make(chan struct{}),
	}
	now := time.Now()
	for _, site := range opt.Sites {
		if site != opt.Self {
			near := slices.Contains(opt.Neighbours, site)
			m.others[site] = &member{neighbour: near, arrived: now, direct: now, heard: now}
		}
	}
	m.running.Add(2)
	go m.watch()
	go m.listen()
	return m
}

// Status implements messagingapi.Membership.
//
//lab:todo E
func (m *membership) Status(site string) messagingapi.Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o := m.others[site]; o != nil {
		return o.status
	}
	return messagingapi.Up // ourselves
}

// Next implements messagingapi.Membership.
//
//lab:todo E
func (m *membership) Next(ctx context.Context) (messagingapi.Change, error) {
	for {
		m.mu.Lock()
		changed := m.changed
		select {
		case <-m.closed:
			m.mu.Unlock()
			return messagingapi.Change{}, messagingapi.ErrClosed
		default:
		}
		if len(m.changes) > 0 && ctx.Err() == nil {
			c := m.changes[0]
			m.changes = m.changes[1:]
			m.mu.Unlock()
			return c, nil
		}
		m.mu.Unlock()
		select {
		case <-changed:
		case <-m.closed:
		case <-ctx.Done():
			return messagingapi.Change{}, ctx.Err()
		}
	}
}

// Close implements messagingapi.Membership.
//
//lab:todo E
func (m *membership) Close() (err error) {
	m.closing.Do(func() {
		close(m.closed)
		err = m.conn.Close() // ends the ReadFrom of listen
	})
	m.running.Wait()
	return err
}

// watch says I am up and looks at the others until Close.
//
//lab:omit
func (m *membership) watch() {
	defer m.running.Done()
	ticker := time.NewTicker(m.opt.Interval / ticks)
	defer ticker.Stop()
	for n := 0; ; n++ {
		m.tick(n%ticks == 0)
		select {
		case <-ticker.C:
		case <-m.closed:
			return
		}
	}
}

// tick looks at each site. Once an interval it also says that we are up.
//
//lab:omit
func (m *membership) tick(interval bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if interval {
		m.greet(now)
	}
	for _, site := range m.opt.Sites {
		if o := m.others[site]; o != nil && (o.neighbour || o.doubted) {
			m.ask(site, o, now, interval)
			m.update(site, o, now)
		}
	}
}

// greet sends an I-am-up to every neighbour. It names those whom we hear: a
// neighbour that is not among them learns that its side of the link is dead.
//
//lab:omit
func (m *membership) greet(now time.Time) {
	var heard []string
	for _, site := range m.opt.Neighbours {
		if now.Sub(m.others[site].arrived) <= m.intervals(0) {
			heard = append(heard, site)
		}
	}
	m.number++
	for _, site := range m.opt.Neighbours {
		m.send(site, datagram{kind: iAmUp, number: m.number, site: m.opt.Self, sites: heard})
	}
}

// ask asks a site that we miss, first over the direct link, then by all others
// as well. One that is down is asked once an interval.
//
//lab:omit
func (m *membership) ask(site string, o *member, now time.Time, interval bool) {
	link, silent := now.Sub(o.direct), now.Sub(o.heard)
	question := datagram{kind: areYouUp, site: site, sites: []string{m.opt.Self}}
	if o.neighbour && link > m.intervals(0) && link <= m.verdict() {
		m.number++
		question.number = m.number
		m.send(site, question)
	}
	if silent <= m.intervals(0) || o.neighbour && link <= m.intervals(1) || silent > m.verdict() && !interval {
		return
	}
	m.number++
	question.number = m.number
	for _, next := range m.opt.Neighbours {
		if next != site {
			m.send(next, question)
		}
	}
	for _, behind := range m.others { // who was reached through it may be lost as well
		m.doubt(behind, now)
	}
}

// doubt begins to ask a site that is no neighbour, unless it was heard since the
// trouble can have begun.
//
//lab:omit
func (m *membership) doubt(o *member, now time.Time) {
	if !o.neighbour && !o.doubted && now.Sub(o.heard) > m.intervals(0) {
		o.doubted = true
		o.heard = now.Add(-m.intervals(0))
	}
}

// intervals is the patience and n intervals more.
//
//lab:omit
func (m *membership) intervals(n int) time.Duration {
	return time.Duration(m.opt.Patience+n) * m.opt.Interval
}

// verdict is how long a site may be silent before it counts as down: one interval
// of direct questions after the patience, and one and a half of all routes.
//
//lab:omit
func (m *membership) verdict() time.Duration { return m.intervals(1) + 3*m.opt.Interval/2 }

// update works out the status of a site and tells of a change.
//
//lab:omit
func (m *membership) update(site string, o *member, now time.Time) {
	status := messagingapi.Up
	switch {
	case o.neighbour && now.Sub(o.direct) <= m.verdict():
	case now.Sub(o.heard) > m.verdict():
		status = messagingapi.Down
	case o.neighbour:
		status = messagingapi.LinkDown
	}
	if status == o.status {
		return
	}
	o.status = status
	m.changes = append(m.changes, messagingapi.Change{Site: site, Status: status})
	close(m.changed)
	m.changed = make(chan struct{})
}

// listen takes in datagrams until the connection is closed.
//
//lab:omit
func (m *membership) listen() {
	defer m.running.Done()
	buf := make([]byte, 1500)
	for {
		n, from, err := m.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if d, ok := parse(string(buf[:n])); ok {
			m.take(d, from.String())
		}
	}
}

//lab:omit
func (m *membership) take(d datagram, from string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	switch d.kind {
	case iAmUp:
		m.takeGreeting(d, now)
	case areYouUp:
		m.takeQuestion(d, now)
	case yes:
		m.takeAnswer(d, from, now)
	}
}

// takeGreeting takes in an I-am-up. One that is not newer than the last is a late
// copy, and says nothing about now.
//
//lab:omit
func (m *membership) takeGreeting(d datagram, now time.Time) {
	o := m.others[d.site]
	if o == nil || d.number <= o.greeted {
		return
	}
	o.greeted, o.arrived, o.heard = d.number, now, now
	if slices.Contains(d.sites, m.opt.Self) {
		o.direct = now
	}
	m.update(d.site, o, now)
}

// takeQuestion answers a question that is for us, the way it came. Another one is
// passed on to all who have not seen it, but only the first time that it comes.
// Whoever it is about is missed by somebody.
//
//lab:omit
func (m *membership) takeQuestion(d datagram, now time.Time) {
	if d.site == m.opt.Self {
		m.send(d.sites[len(d.sites)-1], datagram{kind: yes, number: d.number, site: d.site, sites: d.sites})
		return
	}
	key := d.sites[0] + " " + d.site
	o := m.others[d.site]
	if o == nil || d.sites[0] == m.opt.Self || d.number <= m.passed[key] {
		return
	}
	m.passed[key] = d.number
	m.doubt(o, now)
	d.sites = append(d.sites, m.opt.Self)
	for _, next := range m.opt.Neighbours {
		if !slices.Contains(d.sites, next) {
			m.send(next, d)
		}
	}
}

// takeAnswer takes in an answer to a question of ours, or passes it back towards
// the one who asked.
//
//lab:omit
func (m *membership) takeAnswer(d datagram, from string, now time.Time) {
	last := len(d.sites) - 1
	if last > 0 {
		d.sites = d.sites[:last]
		m.send(d.sites[last-1], d)
		return
	}
	o := m.others[d.site]
	if o == nil || d.number <= o.answered {
		return // it answered a later question already: a late copy
	}
	o.answered, o.heard, o.doubted = d.number, now, false
	if from == d.site {
		o.arrived, o.direct = now, now
	}
	m.update(d.site, o, now)
}

// send sends a datagram. That takes no time, so it may be done under the lock. An
// error is one more way to lose it.
//
//lab:omit
func (m *membership) send(to string, d datagram) { m.conn.WriteTo([]byte(d.String()), labrpc.Addr(to)) }

// The kinds of datagrams.
//
//lab:omit
const (
	iAmUp    = "I-am-up"    // sites: the neighbours that the sender hears
	areYouUp = "are-you-up" // sites: who asks, and who passed the question on
	yes      = "yes"        // sites: the way back that is left, the asker first
)

// A datagram is what sites exchange: text, so that a trace can be read.
//
//lab:omit
type datagram struct {
	kind   string
	number uint64 // rises with each I-am-up and each question of a site; an answer repeats it
	site   string // who is up, or who is asked
	sites  []string
}

//lab:omit
func (d datagram) String() string {
	words := append([]string{d.kind, strconv.FormatUint(d.number, 10), d.site}, d.sites...)
	return strings.Join(words, " ")
}

// parse reads a datagram. Questions and answers have at least one site.
//
//lab:omit
func parse(text string) (d datagram, ok bool) {
	words := strings.Fields(text)
	if len(words) < 3 || words[0] != iAmUp && len(words) == 3 {
		return datagram{}, false
	}
	number, err := strconv.ParseUint(words[1], 10, 64)
	return datagram{kind: words[0], number: number, site: words[2], sites: words[3:]}, err == nil
}
