package messagingtest

import (
	"net"

	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// A Solution is what a solution of the lab exports: functions of these names
// and types.
type Solution struct {
	NewMailbox        func(capacity int) messagingapi.Mailbox
	Marshal           func(messagingapi.Packet) []byte
	Unmarshal         func([]byte) (messagingapi.Packet, error)
	NewSender         func(net.PacketConn, net.Addr, messagingapi.Options) messagingapi.Sender
	NewReceiver       func(net.PacketConn, messagingapi.Options) messagingapi.Receiver
	NewWindowSender   func(net.PacketConn, net.Addr, messagingapi.Options) messagingapi.Sender
	NewWindowReceiver func(net.PacketConn, messagingapi.Options) messagingapi.Receiver
	NewFileSender     func(messagingapi.Path) messagingapi.FileSender
	NewFileReceiver   func(messagingapi.Path) messagingapi.FileReceiver
	NewMembership     func(net.PacketConn, messagingapi.SiteOptions) messagingapi.Membership
	General           messagingapi.General
}

// Suite is the table of cases, bound to a solution.
func Suite(s Solution) labtest.Suite {
	suite := labtest.Suite{Lab: "messaging", Package: labtest.PackageOf(s.NewMailbox)}
	for _, stage := range [][]labtest.Case{s.mailboxCases(), s.stopAndWaitCases(), s.windowCases(),
		s.endToEndCases(), s.membershipCases()} {
		for _, c := range stage {
			c.Lab = suite.Lab
			suite.Cases = append(suite.Cases, c)
		}
	}
	return suite
}

func (s Solution) mailboxCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "A", Name: "fifo", Kind: labs.Random, Points: 2, Seeds: 10,
			Title: "messages are received in the order in which they were sent",
			Ref:   "messages and mailboxes: a mailbox is a queue"},
		Run: s.fifo,
	}, {
		Case: labs.Case{Stage: "A", Name: "full-waits", Kind: labs.Scripted, Points: 3, Seeds: 5,
			Title: "a full mailbox makes the sender wait, an empty one the receiver",
			Ref:   "the bounded buffer"},
		Run: s.fullWaits,
	}, {
		Case: labs.Case{Stage: "A", Name: "linearizable", Kind: labs.Random, Points: 5, Seeds: 60,
			Title:      "many senders and receivers see one queue",
			Ref:        "Herlihy and Wing, Linearizability, §2",
			Situations: []string{"a sender waited for room", "a receiver waited for a message"}},
		Run: s.linearizable,
	}, {
		Case: labs.Case{Stage: "A", Name: "whole-messages", Kind: labs.Random, Points: 2, Seeds: 20,
			Title: "a receiver gets a whole message, and no two get the same",
			Ref:   "messages and mailboxes: send copies the message, receive takes it out"},
		Run: s.wholeMessages,
	}, {
		Case: labs.Case{Stage: "A", Name: "close", Kind: labs.Scripted, Points: 3, Seeds: 10,
			Title: "a closed mailbox hands out what it holds and then says that it is closed",
			Ref:   "the contract: Close"},
		Run: s.closeMailbox,
	}, {
		Case: labs.Case{Stage: "A", Name: "cancel", Kind: labs.Random, Points: 3, Seeds: 30,
			Title:      "a call that gives up has no effect",
			Ref:        "the contract: ctx",
			Situations: []string{"a Receive gave up", "a Send gave up"}},
		Run: s.cancel,
	}, {
		Case: labs.Case{Stage: "A", Name: "wake-up", Kind: labs.Scripted, Points: 2, Seeds: 10,
			Title: "nobody waits for what is already there",
			Ref:   "monitors: the lost wake-up"},
		Run: s.wakeUp,
	}}
}

func (s Solution) stopAndWaitCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "B", Name: "packet-format", Kind: labs.Random, Points: 2, Seeds: 5,
			Title: "a packet is exactly the bytes of the contract",
			Ref:   "the contract: Packet"},
		Run: s.packetFormat,
	}, {
		Case: labs.Case{Stage: "B", Name: "packet-damage", Kind: labs.Random, Points: 3, Seeds: 5,
			Title: "damaged bytes are never taken for a packet",
			Ref:   "reliable messages: the checksum"},
		Run: s.packetDamage,
	}, {
		Case: labs.Case{Stage: "B", Name: "calm", Kind: labs.Budget, Points: 2, Seeds: 3,
			Title: "a network without faults carries one packet and one ack for each message",
			Ref:   "stop and wait"},
		Run: s.calm,
	}, {
		Case: labs.Case{Stage: "B", Name: "lost-data", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a lost message is sent again until it arrives",
			Ref:   "stop and wait: timeout and retransmission"},
		Run: s.lostData,
	}, {
		Case: labs.Case{Stage: "B", Name: "lost-ack", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a message whose ack was lost is delivered once",
			Ref:   "stop and wait: sequence numbers"},
		Run: s.lostAck,
	}, {
		Case: labs.Case{Stage: "B", Name: "alternating-bit", Kind: labs.Random, Points: 2, Seeds: 20,
			Title:      "one bit of number is enough where nothing overtakes",
			Ref:        "Bartlett, Scantlebury and Wilkinson 1969: the alternating-bit protocol",
			Situations: []string{"a packet was lost", "a packet came twice"}},
		Run: s.alternatingBit,
	}, {
		Case: labs.Case{Stage: "B", Name: "late-copies", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a late copy is neither delivered again nor taken for the ack of a later message",
			Ref:   "stop and wait: an ack names what it acknowledges"},
		Run: s.lateCopies,
	}, {
		Case: labs.Case{Stage: "B", Name: "storm", Kind: labs.Random, Points: 3, Seeds: 40,
			Title:      "every message arrives once and in order, whatever the network does",
			Ref:        "reliable messages: exactly once",
			Situations: []string{"a packet was lost", "a packet came twice", "a packet was damaged", "a packet was late"}},
		Run: s.storm,
	}, {
		Case: labs.Case{Stage: "B", Name: "silence", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "Send never claims what it does not know",
			Ref:   "the two generals: without an ack the sender cannot know"},
		Run: s.silence,
	}, {
		Case: labs.Case{Stage: "B", Name: "give-up", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a message whose Send gave up arrives before later ones or not at all",
			Ref:   "the contract: Sender.Send"},
		Run: s.giveUp,
	}, {
		Case: labs.Case{Stage: "B", Name: "restart", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a sender that restarts is a new sender",
			Ref:   "the contract: Options.Session"},
		Run: s.restart,
	}, {
		Case: labs.Case{Stage: "B", Name: "no-room", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a message is acknowledged only once it has a place",
			Ref:   "reliable messages: an ack is a promise"},
		Run: s.noRoom,
	}, {
		Case: labs.Case{Stage: "B", Name: "close", Kind: labs.Scripted, Points: 1, Seeds: 5,
			Title: "a call ends when its context does, and every waiting one with Close",
			Ref:   "the contract: Sender, Receiver"},
		Run: s.closeStopAndWait,
	}}
}

func (s Solution) windowCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "C", Name: "pipeline", Kind: labs.Budget, Points: 3, Seeds: 3,
			Title: "a window of packets fills a long pipe",
			Ref:   "sliding window: throughput is window / round trip"},
		Run: s.pipeline,
	}, {
		Case: labs.Case{Stage: "C", Name: "gap", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "packets behind a gap wait for it, and the gap is filled",
			Ref:   "sliding window: cumulative acks and the receiver's buffer"},
		Run: s.gap,
	}, {
		Case: labs.Case{Stage: "C", Name: "old-window", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a window that was sent twice is delivered once",
			Ref:   "selective repeat: the number space holds two windows"},
		Run: s.oldWindow,
	}, {
		Case: labs.Case{Stage: "C", Name: "flow-control", Kind: labs.Budget, Points: 2, Seeds: 5,
			Title: "a slow reader slows the sender, and nothing is sent in vain",
			Ref:   "flow control: the receiver's window"},
		Run: s.flowControl,
	}, {
		Case: labs.Case{Stage: "C", Name: "stalled-reader", Kind: labs.Budget, Points: 1, Seeds: 3,
			Title: "a reader that comes back is served at once",
			Ref:   "flow control: the receiver tells of new room"},
		Run: s.stalledReader,
	}, {
		Case: labs.Case{Stage: "C", Name: "lost-update", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a lost window update stops nothing for good",
			Ref:   "RFC 9293 §3.8.6.1: probing a zero window"},
		Run: s.lostUpdate,
	}, {
		Case: labs.Case{Stage: "C", Name: "wrap", Kind: labs.Random, Points: 2, Seeds: 30,
			Title:      "numbers wrap around and nothing notices",
			Ref:        "sequence numbers: comparison modulo 2^n",
			Situations: []string{"a packet was lost", "the numbers wrapped"}},
		Run: s.wrap,
	}, {
		Case: labs.Case{Stage: "C", Name: "adapts", Kind: labs.Budget, Points: 2, Seeds: 9,
			Title: "the timeout follows the round trip",
			Ref:   "RFC 6298: smoothed round trip and variance; Karn's rule"},
		Run: s.adapts,
	}, {
		Case: labs.Case{Stage: "C", Name: "outage", Kind: labs.Budget, Points: 2, Seeds: 3,
			Title: "a dead network is probed ever more slowly, and used at once when it is back",
			Ref:   "RFC 6298 §5: exponential backoff"},
		Run: s.outage, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "storm", Kind: labs.Random, Points: 3, Seeds: 40,
			Title:      "every message arrives once and in order through the window, whatever the network does",
			Ref:        "reliable messages: exactly once",
			Situations: []string{"a packet was lost", "a packet came twice", "a packet was damaged", "a packet was late"}},
		Run: s.windowStorm,
	}, {
		Case: labs.Case{Stage: "C", Name: "packets", Kind: labs.Budget, Points: 2, Seeds: 5,
			Title: "only what was lost is sent again",
			Ref:   "selective repeat"},
		Run: s.packets,
	}, {
		Case: labs.Case{Stage: "C", Name: "restart", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a sender with a window that restarts is a new sender",
			Ref:   "the contract: Options.Session"},
		Run: s.restartWindow,
	}, {
		Case: labs.Case{Stage: "C", Name: "close", Kind: labs.Scripted, Points: 1, Seeds: 5,
			Title: "a call ends when its context does, and every waiting one with Close",
			Ref:   "the contract: Sender, Receiver"},
		Run: s.closeWindow,
	}}
}
