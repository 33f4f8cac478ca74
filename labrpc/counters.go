package labrpc

// Counters count the messages of a directed link, or those about one method.
type Counters struct {
	Sent      int // messages handed to the network
	Bytes     int // of those messages
	Delivered int // copies that reached the receiver's buffer; may exceed Sent
	Dropped   int // copies that never will
	Calls     int // how many of the messages sent are requests of calls; copies are not counted
}

// Count returns the counters of the link from one node to another. An empty
// name stands for every node: Count("", "kv-1") is what kv-1 was sent.
func (n *Network) Count(from, to string) Counters {
	n.mu.Lock()
	defer n.unlock()
	return n.sum(from, to, func(l *link) *Counters { return &l.count })
}

// CountMethod is Count of the requests and answers of one method, such as
// "KV.Get". From a client to a server it counts requests, back it counts answers.
func (n *Network) CountMethod(from, to, method string) Counters {
	n.mu.Lock()
	defer n.unlock()
	return n.sum(from, to, func(l *link) *Counters { return l.methods[method] })
}

func (n *Network) sum(from, to string, of func(*link) *Counters) (sum Counters) {
	for _, l := range n.linkOrder {
		if c := of(l); c != nil && (from == "" || from == l.from) && (to == "" || to == l.to) {
			sum.Sent += c.Sent
			sum.Bytes += c.Bytes
			sum.Delivered += c.Delivered
			sum.Dropped += c.Dropped
			sum.Calls += c.Calls
		}
	}
	return sum
}

// count changes the counters that the message belongs to.
func (m *flight) count(change func(*Counters)) {
	change(&m.link.count)
	if m.kind == kindPacket {
		return
	}
	c := m.link.methods[m.method]
	if c == nil {
		c = new(Counters)
		if m.link.methods == nil {
			m.link.methods = make(map[string]*Counters)
		}
		m.link.methods[m.method] = c
	}
	change(c)
}

// sent counts the message as sent.
func (m *flight) sent(c *Counters) {
	c.Sent++
	c.Bytes += len(m.packet)
	if m.kind == kindRequest {
		c.Calls++
	}
}
