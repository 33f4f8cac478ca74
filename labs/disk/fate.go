package disk

import "strconv"

// A Cell is one thing on a disk that a crash leaves in one of several states,
// independent of the others.
type Cell struct {
	Kind CellKind
	File string // of a Volume: the name under which the file was created, or which the change is about
	ID   int    // of a Volume: the number of the file or the change, counted since the volume was made
	N    int    // of a Sector: its number on the device or in the file, from 0; of a Tail: its first record, from 1
}

// A CellKind says what a cell is.
type CellKind string

// The kinds of cells. Create, Rename and Remove are changes of the directory, which
// happen or do not.
const (
	Sector CellKind = "sector" // 512 bytes of a device or a file
	Size   CellKind = "size"   // how long a file is
	Create CellKind = "create" // a new name
	Rename CellKind = "rename" // to this name
	Remove CellKind = "remove" // of this name
	Tail   CellKind = "tail"   // what was not forced of a log: a prefix of it is left, whose last record may be torn
)

// A Choice is what a crash left open about a cell. It is made when somebody
// reads the cell, and not before.
type Choice struct {
	Cell
	Name    string // of a Volume: what the file is called now, for people; Cell.File is what it was called first
	Options int    // states that the cell may have: 0 is the oldest, Options-1 the latest
	Write   uint64 // the number of the write that made the latest: see Writes
}

// Fate makes the choices for a crash. It returns a number from 0, the oldest
// state, to Options-1, the latest. It is asked once for each cell in the life of
// a disk, with the disk's lock held: it must not use the disk.
type Fate func(Choice) int

// Keep is the fate that loses nothing.
func Keep(c Choice) int { return c.Options - 1 }

// Lose is the fate that loses everything that was not flushed.
func Lose(Choice) int { return 0 }

// Draw returns the fate that a seed draws. What it does to a cell depends on the
// seed and the cell only, so taking one loss out of a run leaves the others. Of
// eight seeds one loses nothing and one everything; the others lose each cell
// with the same chance, which may be small or large.
func Draw(seed uint64) Fate {
	chance := [8]uint64{0, 8, 32, 64, 64, 96, 120, 128}[mix(seed)>>61] // of 128
	return func(c Choice) int {
		h := mix(seed ^ c.Cell.hash())
		if h>>57 >= chance {
			return Keep(c)
		}
		if chance == 128 {
			return 0
		}
		return int(mix(h) % uint64(c.Options-1))
	}
}

// hash is a number that looks random and depends on the cell only.
func (c Cell) hash() uint64 {
	return hashName(c.File) ^ mix(hashName(string(c.Kind))^uint64(c.ID)<<32^uint64(c.N))
}

// Words is what the choice is about, in words: "sector 3 of kv.log", by the name that
// the file has now.
func (c Choice) Words() string {
	if c.Name != "" {
		c.File = c.Name
	}
	return c.Cell.Words()
}

// Words is the cell in words, by the name under which the file was created.
func (c Cell) Words() string {
	switch {
	case c.Kind == Tail:
		return "what was not forced from record " + strconv.Itoa(c.N) + " on"
	case c.Kind == Sector && c.File == "":
		return "sector " + strconv.Itoa(c.N)
	case c.Kind == Sector:
		return "sector " + strconv.Itoa(c.N) + " of " + c.File
	case c.Kind == Size:
		return "the size of " + c.File
	case c.Kind == Rename:
		return "the rename to " + c.File
	}
	return "the " + string(c.Kind) + " of " + c.File
}
