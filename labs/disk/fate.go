package disk

import "strconv"

// A Cell is one thing on a disk that a crash leaves in one of several states,
// independent of the others.
type Cell struct {
	Kind CellKind
	File string // of a Volume: the name under which the file was created, or that of the entry
	ID   int    // of a Volume: the number of the file or of the change, since the volume was made
	N    int    // of a Sector: its number on the device or in the file, from 0
}

// A CellKind says what a cell is.
type CellKind string

// The kinds of cells.
const (
	Sector CellKind = "sector" // 512 bytes of a device or a file
	Size   CellKind = "size"   // how long a file is
	Entry  CellKind = "entry"  // a change of the directory: create, rename or remove
)

// A Choice is what a crash left open about a cell. It is made when somebody
// reads the cell, and not before.
type Choice struct {
	Cell
	Options int // states that the cell may have: 0 is the oldest, Options-1 the latest
}

// Fate makes the choices for a crash. It returns a number from 0, the oldest
// state, to Options-1, the latest. It is asked once for each cell in the life of
// a disk, with the disk's lock held.
type Fate func(Choice) int

// Keep is the fate that loses nothing.
func Keep(c Choice) int { return c.Options - 1 }

// Lose is the fate that loses everything that was not flushed.
func Lose(Choice) int { return 0 }

// String is the cell as the key of a crash state names it.
func (c Cell) String() string {
	switch {
	case c.Kind == Sector && c.File == "":
		return "sector " + strconv.Itoa(c.N)
	case c.Kind == Sector:
		return "sector " + c.File + "#" + strconv.Itoa(c.ID) + ":" + strconv.Itoa(c.N)
	}
	return string(c.Kind) + " " + c.File + "#" + strconv.Itoa(c.ID)
}
