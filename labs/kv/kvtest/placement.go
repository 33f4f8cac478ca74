package kvtest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// where is on which nodes a key is, in order.
func (c *cluster) where(key string) []string {
	return slices.Sorted(slices.Values(c.directory.Where(key)))
}

// whereNow says on which nodes a key is, and who lives, for a failure.
func (c *cluster) whereNow(key string) string {
	var hold []string
	holdings := c.holdings()
	for _, name := range c.living() {
		if slices.Contains(holdings[name], key) {
			hold = append(hold, name)
		}
	}
	return fmt.Sprintf("by now the directory has %s on %s, it is held by %s, and these nodes live: %s",
		key, list(c.where(key)), list(hold), list(c.living()))
}

// requests are those that a client has sent so far, by where they went, and those of
// the directory if it asks the nodes for the client.
func (c *cluster) requests(u *user) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	sent := map[string]int{}
	for way, n := range c.asked {
		from, to, _ := strings.Cut(way, " ")
		if from == u.name || from == directoryNode && u.mode == kvapi.Recursive && isNode(to) {
			sent[way] += n
		}
	}
	return sent
}

// asked says which requests were sent between two looks.
func asked(before, after map[string]int) string {
	var parts []string
	sender := ""
	for _, way := range slices.Sorted(maps.Keys(after)) {
		n := after[way] - before[way]
		if n == 0 {
			continue
		}
		from, to, _ := strings.Cut(way, " ")
		part := fmt.Sprintf("%d to %s", n, to)
		if from != sender {
			part = fmt.Sprintf("%s has sent %s to %s", from, labtest.Count(n, "request"), to)
		}
		parts, sender = append(parts, part), from
	}
	if parts == nil {
		return "nobody has sent a request for it"
	}
	return strings.Join(parts, ", ")
}

// holdings are the keys at each living node. No lock of ours is held while the
// solution is called, and the nodes have an order: a call is a scheduling point.
func (c *cluster) holdings() map[string][]string {
	all := map[string][]string{}
	for _, name := range c.living() {
		c.mu.Lock()
		n := c.nodes[name]
		c.mu.Unlock()
		if n != nil {
			all[name] = n.Keys()
		}
	}
	return all
}

// racks is in how many racks some nodes are.
func racks(nodes []string) int {
	seen := map[byte]bool{}
	for _, name := range nodes {
		seen[name[0]] = true
	}
	return len(seen)
}

// misplaced says what is wrong with the place of a key, "" if nothing is. It may be
// on more nodes than replicas if it is hot.
func (c *cluster) misplaced(key string, holdings map[string][]string, hot bool) string {
	where, living := c.where(key), c.living()
	at := key + " is on " + list(where)
	for i, name := range where {
		switch {
		case i > 0 && where[i-1] == name:
			return at + ": one node twice"
		case !slices.Contains(living, name):
			return at + ", and " + name + " is down"
		case !slices.Contains(holdings[name], key):
			return at + ", but " + name + " does not hold it"
		}
	}
	want := min(c.floor.Replicas, len(living))
	if len(where) < want || len(where) > want && !hot {
		return fmt.Sprintf("%s: %s, want %d", at, labtest.Count(len(where), "node"), want)
	}
	if want := min(len(where), racks(living)); racks(where) < want {
		return fmt.Sprintf("%s, in %s; there are living nodes in %s", at, labtest.Count(racks(where), "rack"), labtest.Count(racks(living), "rack"))
	}
	return ""
}

func list(names []string) string {
	if len(names) == 0 {
		return "no node"
	}
	return strings.Join(names, " ")
}

// leftover says which node holds a key that it is not listed for, "" if none does.
func (c *cluster) leftover(holdings map[string][]string) string {
	for _, name := range c.living() {
		for _, key := range holdings[name] {
			if where := c.where(key); !slices.Contains(where, name) {
				return fmt.Sprintf("%s still holds %s, which the directory has on %s: it was never dropped", name, key, list(where))
			}
		}
	}
	return ""
}

// overfull holds every node to its capacity.
func (c *cluster) overfull(holdings map[string][]string) {
	for _, name := range c.living() {
		c.t.Check(len(holdings[name]) <= c.floor.Capacity, labtest.Finding{
			Property: "no node is ever given more keys than its Capacity",
			Expected: fmt.Sprintf("%s holds at most %d keys", name, c.floor.Capacity),
			Actual:   fmt.Sprintf("it holds %d", len(holdings[name]))})
	}
}

// allPlaced says what is wrong with the places of keys and of what the nodes hold.
func (c *cluster) allPlaced(keys []string) string {
	holdings := c.holdings()
	c.overfull(holdings)
	for _, key := range keys {
		if wrong := c.misplaced(key, holdings, false); wrong != "" {
			return wrong
		}
	}
	return c.leftover(holdings)
}

// settle waits until a condition holds; wrong says what is missing, "" if nothing.
func (c *cluster) settle(bound time.Duration, property string, wrong func() string) {
	c.settleNode("", bound, property, wrong)
}

// settleNode is settle where a failure is about a node; "" is the key that it names.
func (c *cluster) settleNode(node string, bound time.Duration, property string, wrong func() string) {
	c.t.Step("within %v: %s", bound, property)
	what, end := wrong(), c.t.Since()+bound
	for what != "" && c.t.Since() < end {
		c.t.Sleep(heartbeat)
		what = wrong()
	}
	c.t.Check(what == "", labtest.Finding{Property: property, About: cmp.Or(node, c.record.about(what)),
		Expected: fmt.Sprintf("%s, %v later at the latest", property, bound), Actual: what})
}

// repaired waits until every key is on as many nodes and racks as it should be, and
// nowhere else.
func (c *cluster) repaired(keys []string, bound time.Duration) {
	c.settle(bound, c.inPlace(), func() string { return c.allPlaced(keys) })
}

// inPlace is what every key must come to be.
func (c *cluster) inPlace() string {
	return fmt.Sprintf("every key is on %d nodes, in different racks if it can be, and nowhere else", c.floor.Replicas)
}

// off waits until a node is on no list.
func (c *cluster) off(keys []string, nodes ...string) {
	c.settle(offTheLists, "a node that is dead is on no list", func() string {
		for _, key := range keys {
			for _, name := range c.where(key) {
				if slices.Contains(nodes, name) {
					return fmt.Sprintf("%s is still on %s, and %s has given no sign of life for so long", key, list(c.where(key)), name)
				}
			}
		}
		return ""
	})
}
