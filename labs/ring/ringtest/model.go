package ringtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"faultline/labs/ring/ringapi"
)

// A model is what a ring must say, by the shortest way from the contract to a
// program: small rings only.
type model struct {
	bits   int
	places map[string][]ringapi.ID
}

func newModel(bits int) *model { return &model{bits, map[string][]ringapi.ID{}} }

// size is how many ids there are.
func (m *model) size() ringapi.ID { return 1 << m.bits }

// names are the nodes, in the order of strings.
func (m *model) names() []string { return slices.Sorted(maps.Keys(m.places)) }

// occupied returns the nodes that have a place, for each place in the order of
// strings.
func (m *model) occupied() map[ringapi.ID][]string {
	at := map[ringapi.ID][]string{}
	for _, name := range m.names() {
		for _, id := range m.places[name] {
			if !slices.Contains(at[id], name) { // a place that is given twice counts once
				at[id] = append(at[id], name)
			}
		}
	}
	return at
}

// replicas are the first r different nodes on the way up from id.
func (m *model) replicas(id ringapi.ID, r int) (nodes []string) {
	at := m.occupied()
	for i := range m.size() {
		for _, name := range at[(id+i)%m.size()] {
			if len(nodes) < r && !slices.Contains(nodes, name) {
				nodes = append(nodes, name)
			}
		}
	}
	return nodes
}

// owners are the owners of all ids, "" if there is no node. It goes down from the
// top twice: the first time finds who is behind 0.
func (m *model) owners() []string {
	at, all, owner := m.occupied(), make([]string, m.size()), ""
	for range 2 {
		for id := int(m.size()) - 1; id >= 0; id-- {
			if nodes := at[ringapi.ID(id)]; len(nodes) > 0 {
				owner = nodes[0]
			}
			all[id] = owner
		}
	}
	return all
}

// tie is the rule that says who owns an id where several nodes have its place; "" where
// one has.
func (m *model) tie(id ringapi.ID) string {
	at := m.occupied()
	for i := range m.size() {
		place := (id + i) % m.size()
		switch nodes := at[place]; {
		case len(nodes) > 1:
			return fmt.Sprintf(" (%s have the place %d: it belongs to %s, the first in the order of strings)",
				strings.Join(nodes, " and "), place, nodes[0])
		case len(nodes) == 1:
			return ""
		}
	}
	return ""
}

// String is the ring as the story shows it: "n4 at 4, n8 at 8 17".
func (m *model) String() string {
	var parts []string
	for _, name := range m.names() {
		parts = append(parts, name+" at "+list(m.places[name]))
	}
	if parts == nil {
		return "an empty ring"
	}
	return strings.Join(parts, ", ")
}

func list(ids []ringapi.ID) string {
	return strings.Trim(fmt.Sprint(ids), "[]")
}

// ids are the ids of a range on a ring of so many.
func ids(r ringapi.Range, size ringapi.ID) []ringapi.ID {
	all := []ringapi.ID{r.First}
	for id := r.First; id != r.Last; {
		id = (id + 1) % size
		all = append(all, id)
	}
	return all
}
