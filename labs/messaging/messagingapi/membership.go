package messagingapi

import (
	"context"
	"time"
)

// A Status says what a site knows of another one.
type Status int

// What can be known of a site. Which of them holds is found by asking; no other
// site's word is taken for it.
const (
	Up       Status = iota // it answers
	LinkDown               // it answers, but not over our direct link
	Down                   // it answers on no route, however many sites that route has
)

// String is "up", "link down" or "down".
func (s Status) String() string {
	switch s {
	case Up:
		return "up"
	case LinkDown:
		return "link down"
	}
	return "down"
}

// SiteOptions describe a site and its place in the network.
type SiteOptions struct {
	// Self is the site's name. The address of a site is labrpc.Addr(name).
	Self string

	// Sites are all sites, Self among them, in the same order at each of them.
	Sites []string

	// Neighbours are the sites with a direct link to Self. A datagram to any
	// other site is lost: it has to be passed on by a site between.
	Neighbours []string

	// Interval is the time between two I-am-ups. On a calm network a datagram
	// and its answer take less than a twentieth of it, also on the longest
	// route.
	Interval time.Duration

	// Patience is for how many intervals a site may give no sign of life before
	// it is asked. At least 2.
	Patience int

	// Incarnation tells one life of this site from the next: when it restarts,
	// it gets a higher one and knows nothing of what was. At least 1.
	Incarnation uint32
}

// A Change says that the status of a site has become another one.
type Change struct {
	Site   string
	Status Status
}

// A Membership is the part of a site that watches the others. Its methods may
// be called by any number of goroutines at once.
//
// At first every site counts as Up. In what follows an interval is
// SiteOptions.Interval, and the network is calm but for the failure.
//
//   - A crash, or a cut between two parts of the network, is found: (Patience+3)
//     intervals later every neighbour of a site that answers on no route says
//     Down, and (Patience+5) intervals later every other site that it cannot
//     reach. Nobody says anything else meanwhile.
//   - A link that carries nothing is found by both its ends within (Patience+3)
//     intervals: they say LinkDown, and the others say nothing. A link that
//     carries datagrams one way only is LinkDown too: at the deaf end within
//     (Patience+3), at the other within (2×Patience+5) intervals.
//   - A return is found: a site that answers again is Up everywhere within 3
//     intervals, and so is one whose link works again. Neighbours may say
//     LinkDown between Down and Up.
//   - A site that is silent for at most (Patience-1) intervals has not failed:
//     nobody says anything.
//   - With Patience 4 or more, and three or more routes of at most two links
//     between any two sites, nothing is said about a site that is up and linked while up to
//     a fifth of all datagrams is lost and others come late (by less than an
//     interval) or twice.
//   - A datagram that comes a second time, however late, changes nothing.
//   - While nothing fails, no more than two datagrams an interval pass each link
//     in each direction. While something is down, all sites together send no
//     more than 8 × the number of sites for each link, direction and interval.
//
// Datagrams may be lost, late or doubled. They are not damaged.
type Membership interface {
	// Status returns what is known of a site. The site itself is Up.
	Status(site string) Status

	// Next returns the next change of status: each is told once, in order, and
	// none is about the site itself. It waits for one. It returns ctx.Err() when
	// ctx ends first (no change is lost by that), and ErrClosed after Close.
	Next(ctx context.Context) (Change, error)

	// Close closes the connection, ends every goroutine of the membership and
	// makes waiting calls return ErrClosed. To the other sites it looks like a
	// crash. Closing twice does nothing.
	Close() error
}
