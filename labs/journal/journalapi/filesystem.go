package journalapi

import (
	"errors"
	"io/fs"

	"faultline/labs/disk"
)

// Errors, to be tested with errors.Is. Beside them there are fs.ErrExist,
// fs.ErrNotExist and fs.ErrInvalid. A name that goes through a file is ErrNotDirectory.
// Of several errors that apply, any will do. An operation that fails has changed nothing.
var (
	ErrDirectory    = errors.New("it is a directory")
	ErrNotDirectory = errors.New("it is not a directory")
	ErrNotEmpty     = errors.New("the directory is not empty")
	ErrNoSpace      = errors.New("there is no room left") // no block or no inode
	ErrTooBig       = errors.New("the file would be too big")
	ErrCorrupt      = errors.New("this is no sound file system")
	ErrClosed       = errors.New("the file system is closed")
)

// MaxWrite is how many bytes WriteAt writes at once. A longer write is carried out
// as several, in order: of MaxWrite bytes each, and the last of what is left.
const MaxWrite = 16 << 10

// Mkfs makes an empty file system on a device, whatever was there before. When it
// returns, it is durable. A crash before that leaves what was there, untouched, or
// nothing that Mount accepts, or the new file system. As after Close, everything is at
// its place, and a journal has no work.
type Mkfs func(d *disk.Device, g Geometry) error

// Mount opens the file system of a device, which nobody else uses meanwhile. After
// a crash it first recovers. It fails with ErrCorrupt if there is none. A journal
// without work is left as it is: mounting what was closed writes nothing.
type Mount func(d *disk.Device, o Options) (FileSystem, error)

// Options of Mount. The zero value is the safe one.
type Options struct {
	// Delayed means that an operation may return before it is durable (stage C).
	// Operations become durable in the order of their effects: a crash takes the
	// last ones, and none before them.
	Delayed bool
}

// Info is what Stat tells.
type Info struct {
	Inode uint32 // two names of one file have the same
	Dir   bool
	Size  int64 // of a file: bytes; of a directory: what the layout says
	Links int   // of a file: its names; of a directory: two, and one for each directory in it
}

// A FileSystem is a tree of directories and files. Names are those of io/fs:
// "a/b", and "." for the root; others are fs.ErrInvalid, and so are elements longer
// than MaxName and arguments that make no sense. All methods may be called by any
// number of goroutines at once; each operation takes effect at one moment.
//
// Unless the option Delayed says otherwise, an operation that has returned is
// durable. In any case, a crash leaves all of an operation or nothing. What is read may
// be an effect that is not durable yet.
//
// When the disk fails to flush (disk.ErrIO), nobody knows what is on it. From then
// on Sync fails, and every operation that changes something, until the next Mount.
type FileSystem interface {
	// Create makes an empty file. A name that is there is fs.ErrExist.
	Create(name string) error

	// ReadAt reads from a file into p, from byte off on, and returns how many bytes
	// it read. At the end of the file that is fewer than len(p), and io.EOF. What
	// was never written reads as zero.
	ReadAt(name string, p []byte, off int64) (n int, err error)

	// WriteAt writes p to a file, from byte off on. The file grows as needed, up to
	// MaxFile bytes: a write that goes beyond that, however far, is ErrTooBig. A write
	// of nothing changes nothing. See MaxWrite for what a crash, or a lack of room, may
	// leave of a long one.
	WriteAt(name string, p []byte, off int64) error

	// Truncate makes a file that long. If it grows, the new bytes are zero. Longer
	// than a file can be is ErrTooBig.
	Truncate(name string, size int64) error

	// Mkdir makes an empty directory, of one block. A name that is there is fs.ErrExist.
	Mkdir(name string) error

	// Link gives a file another name. Directories have one only: ErrDirectory.
	Link(name, other string) error

	// Remove takes away the name of a file, or an empty directory. What has no
	// name left is gone, and its blocks are free. The root stays: fs.ErrInvalid.
	Remove(name string) error

	// Rename gives a file or directory another name, and takes that from whoever
	// had it: a file from a file, a directory from an empty directory; else it is
	// ErrDirectory, ErrNotDirectory or ErrNotEmpty. Two names of one file both
	// stay. A directory cannot move into itself, and the root neither moves nor gives
	// its place to another: fs.ErrInvalid.
	Rename(name, other string) error

	// ReadDir returns the names in a directory, sorted, without "." and "..".
	ReadDir(name string) ([]string, error)

	// Stat says what is behind a name.
	Stat(name string) (Info, error)

	// View is the file system as io/fs has it, to be read only. Who opens a file
	// reads what it then was. Modes are fs.ModeDir|0o755 and 0o644, times are zero,
	// and its fs.FileInfo.Size of a directory is zero.
	View() fs.FS

	// Sync makes durable every operation that returned before Sync was called.
	Sync() error

	// Close syncs and leaves a disk on which everything is at its place, without
	// the journal. If the disk was closed before, and nothing was changed since Mount,
	// it writes nothing. Every call after it fails with ErrClosed.
	Close() error
}

// Fsck checks the file system of a device that is not mounted (stage D). It first
// does, in mind at least, what recovery would do. It returns a line for each
// problem that it finds, none if all is well. With repair it mends them: afterwards
// the file system is sound, and a second Fsck finds nothing. What the problems do
// not concern stays as it was. Files and directories that have no name any more
// are to be found in the directory "lost+found", which it makes if it needs one,
// under their inode number, "#12".
//
// Without repair it writes nothing; with repair, nothing to a sound file system that
// was closed. It fails with ErrCorrupt if the superblock is none.
type Fsck func(d *disk.Device, repair bool) (problems []string, err error)
