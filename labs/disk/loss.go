package disk

import (
	"fmt"
	"strconv"
	"strings"
)

// A Loss is a cell that a crash did not leave in its latest state.
type Loss struct {
	Cell
	Left int // which of its states is left: 0 is the oldest
}

// Losses are all that a crash took. Their text is the key of the crash's state:
//
//	sector 12 sector 40=1
//	sector kv.log#1:0 size kv.log#1 rename kv#7
//	tail 5=1
//
// An item is what, which, and after "=" which state is left, unless it is the
// oldest. Of a Volume, "#1" is the number of the file or the change: names come
// again.
type Losses []Loss

// nothing is the text of no losses.
const nothing = "nothing"

// String is the cell as a key has it: "sector kv.log#1:3".
func (c Cell) String() string {
	s := string(c.Kind) + " "
	if c.File == "" {
		return s + strconv.Itoa(c.N)
	}
	s += c.File + "#" + strconv.Itoa(c.ID)
	if c.Kind == Sector {
		s += ":" + strconv.Itoa(c.N)
	}
	return s
}

// String is the item of a key.
func (l Loss) String() string {
	if l.Left == 0 {
		return l.Cell.String()
	}
	return l.Cell.String() + "=" + strconv.Itoa(l.Left)
}

// String is the key, which ParseLosses reads back; "nothing" if it is empty.
func (list Losses) String() string {
	if len(list) == 0 {
		return nothing
	}
	items := make([]string, len(list))
	for i, l := range list {
		items[i] = l.String()
	}
	return strings.Join(items, " ")
}

// Fate is the fate that takes these losses and nothing else.
func (list Losses) Fate() Fate {
	left := make(map[Cell]int, len(list))
	for _, l := range list {
		left[l.Cell] = l.Left
	}
	return func(c Choice) int {
		if k, lost := left[c.Cell]; lost {
			return min(k, c.Options-1)
		}
		return Keep(c)
	}
}

// ParseLosses reads a key. Words may be separated by any spaces.
func ParseLosses(text string) (Losses, error) {
	words := strings.Fields(text)
	if len(words) == 1 && words[0] == nothing {
		return nil, nil
	}
	var list Losses
	for ; len(words) > 1; words = words[2:] {
		l, ok := parseLoss(CellKind(words[0]), words[1])
		if !ok {
			return nil, fmt.Errorf("%q is nothing that a disk loses: expected %s",
				words[0]+" "+words[1], `"sector 12", "sector FILE#1:0", "size FILE#1", "create FILE#1" and the like`)
		}
		list = append(list, l)
	}
	if len(words) > 0 || len(list) == 0 {
		return nil, fmt.Errorf("a list of what a disk loses has two words for each thing, such as %q", "sector 12")
	}
	return list, nil
}

func parseLoss(kind CellKind, which string) (l Loss, ok bool) {
	l.Kind = kind
	which, left, some := strings.Cut(which, "=")
	if some {
		if l.Left, ok = number(left, 1); !ok {
			return l, false
		}
	}
	name, which, inFile := strings.Cut(which, "#")
	if !inFile {
		l.N, ok = number(name, 0)
		return l, ok && (kind == Sector || kind == Tail && l.N > 0)
	}
	id, place, inSector := strings.Cut(which, ":")
	l.File = name
	if l.ID, ok = number(id, 1); !ok || !validName(name) {
		return l, false
	}
	switch kind {
	case Sector:
		l.N, ok = number(place, 0)
		return l, ok
	case Size, Create, Rename, Remove:
		return l, !inSector
	}
	return l, false
}

// number reads a number as it is written: in one way only.
func number(s string, least int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= least && strconv.Itoa(n) == s
}
