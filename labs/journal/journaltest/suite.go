package journaltest

import (
	"faultline/labs"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

// A Solution is what a solution of the lab exports: functions of these names and
// types.
type Solution struct {
	Mkfs  journalapi.Mkfs
	Mount journalapi.Mount
	Fsck  journalapi.Fsck
}

// Suite is the table of cases, bound to a solution.
func Suite(s Solution) labtest.Suite {
	suite := labtest.Suite{Lab: "journal", Package: labtest.PackageOf(s.Mount), Recoveries: 10_000}
	for _, stage := range [][]labtest.Case{s.casesA(), s.casesB(), s.casesC(), s.casesD()} {
		for _, c := range stage {
			c.Lab = suite.Lab
			suite.Cases = append(suite.Cases, c)
		}
	}
	return suite
}

func (s Solution) casesA() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "A", Name: "empty", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "a new file system has a root, and nothing else",
			Ref:   "the contract: Mkfs and the layout"},
		Run: s.empty,
	}, {
		Case: labs.Case{Stage: "A", Name: "files", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "a file holds what was written to it, and zeros where nothing was",
			Ref:   "the contract: ReadAt, WriteAt and Truncate"},
		Run: s.files,
	}, {
		Case: labs.Case{Stage: "A", Name: "big-file", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "a file can be as big as its inode and its indirect block allow",
			Ref:   "inodes: direct and indirect blocks"},
		Run: s.bigFile,
	}, {
		Case: labs.Case{Stage: "A", Name: "directories", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "a directory holds any number of names, and each name leads to one thing",
			Ref:   "directories are files of entries"},
		Run: s.directories,
	}, {
		Case: labs.Case{Stage: "A", Name: "links", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "a file lives as long as it has a name, and all its names are equal",
			Ref:   "hard links"},
		Run: s.links,
	}, {
		Case: labs.Case{Stage: "A", Name: "rename", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "a rename moves a name, and takes it from whoever had it",
			Ref:   "the contract: Rename"},
		Run: s.rename,
	}, {
		Case: labs.Case{Stage: "A", Name: "errors", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "an operation that fails says why, and has changed nothing",
			Ref:   "the contract: errors"},
		Run: s.errors,
	}, {
		Case: labs.Case{Stage: "A", Name: "full", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "a full disk refuses what there is no room for, and what is removed makes room",
			Ref:   "the contract: ErrNoSpace"},
		Run: s.full,
	}, {
		Case: labs.Case{Stage: "A", Name: "view", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "the view keeps the rules of io/fs",
			Ref:   "package io/fs; testing/fstest.TestFS"},
		Run: s.view,
	}, {
		Case: labs.Case{Stage: "A", Name: "random", Kind: labs.Random, Points: 3, Seeds: 30,
			Title: "whatever is done to it, a file system holds what a tree in memory holds",
			Ref:   "a model that is too simple to be wrong"},
		Run: s.random,
	}}
}

func (s Solution) casesB() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "B", Name: "mkfs", Kind: labs.Exhaustive, Points: 3, Seeds: 1,
			Title: "a crash of Mkfs leaves the old file system, none, or the new one",
			Ref:   "the contract: Mkfs; the superblock is the commit"},
		Run: s.crashMkfs,
	}, {
		Case: labs.Case{Stage: "B", Name: "restart", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "what has returned is there after a crash that loses all that was not flushed",
			Ref:   "durable at return"},
		Run: s.restart,
	}, {
		Case: labs.Case{Stage: "B", Name: "create", Kind: labs.Exhaustive, Points: 3, Seeds: 1,
			Title: "at every crash point a new name is there, with all that belongs to it, or is not",
			Ref:   "write-ahead logging: log, commit, install"},
		Run: s.crashCreate,
	}, {
		Case: labs.Case{Stage: "B", Name: "write", Kind: labs.Exhaustive, Points: 3, Seeds: 1,
			Title: "at every crash point a file has its old contents or its new ones",
			Ref:   "write-ahead logging: data is journaled like all else, or written where nobody looks"},
		Run: s.crashWrite,
	}, {
		Case: labs.Case{Stage: "B", Name: "truncate", Kind: labs.Exhaustive, Points: 3, Seeds: 1,
			Title: "at every crash point a file has its old size or its new one, and no block is lost",
			Ref:   "write-ahead logging: size, pointers and bitmap change together"},
		Run: s.crashTruncate,
	}, {
		Case: labs.Case{Stage: "B", Name: "remove", Kind: labs.Exhaustive, Points: 3, Seeds: 1,
			Title: "at every crash point a name is there or not, and what it had kept alive, too",
			Ref:   "write-ahead logging: entry, inode and bitmap change together"},
		Run: s.crashRemove,
	}, {
		Case: labs.Case{Stage: "B", Name: "rename", Kind: labs.Exhaustive, Points: 4, Seeds: 1,
			Title: "at every crash point a renamed file has its old name or its new one: never both, never none",
			Ref:   "write-ahead logging: a rename is one operation"},
		Run: s.crashRename,
	}, {
		Case: labs.Case{Stage: "B", Name: "pairs", Kind: labs.Random, Points: 3, Seeds: 48,
			Title: "at every crash point of operations that follow each other, the first ones are there, and whole",
			Ref:   "Mohan and others 2018: most crash bugs need two operations"},
		Run: s.crashPairs,
	}, {
		Case: labs.Case{Stage: "B", Name: "wrap", Kind: labs.Exhaustive, Points: 4, Seeds: 1,
			Title: "a log that begins again is right at every crash point, and what stood in it before counts no more",
			Ref:   "checkpoint: install, then free the log, then write over it",
		},
		Run: s.crashWrap,
	}, {
		Case: labs.Case{Stage: "B", Name: "failed-flush", Kind: labs.Scripted, Points: 2, Seeds: 2,
			Title: "after a flush that failed nothing more is promised, and nothing that was is broken",
			Ref:   "Rebello and others 2020: after a sync that failed, nobody knows what is on the disk"},
		Run: s.failedFlush,
	}}
}

func (s Solution) casesC() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "C", Name: "sync", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "Sync and Close make durable what came before",
			Ref:   "the contract: Delayed and Sync"},
		Run: s.synced,
	}, {
		Case: labs.Case{Stage: "C", Name: "delayed-crash", Kind: labs.Exhaustive, Points: 4, Seeds: 1,
			Title: "at every crash point of delayed operations, those before the last Sync are there, and of the others the first ones",
			Ref:   "the contract: Delayed; a crash takes the last operations, and none before them"},
		Run: s.crashDelayed,
	}, {
		Case: labs.Case{Stage: "C", Name: "delayed-pairs", Kind: labs.Random, Points: 3, Seeds: 48,
			Title: "the same of operations that a seed draws",
			Ref:   "Mohan and others 2018: most crash bugs need two operations"},
		Run: s.crashDelayedPairs,
	}, {
		Case: labs.Case{Stage: "C", Name: "reuse", Kind: labs.Exhaustive, Points: 3, Seeds: 2,
			Title: "a block that was freed and is used again holds what was written last, at every crash point",
			Ref:   "jbd2: revoke records; blocks are free when it is committed that they are"},
		Run: s.crashReuse,
	}, {
		Case: labs.Case{Stage: "C", Name: "long-write", Kind: labs.Exhaustive, Points: 3, Seeds: 1,
			Title: "a write that is longer than the log is carried out in parts, and a crash leaves the first ones",
			Ref:   "the contract: MaxWrite"},
		Run: s.crashLongWrite,
	}, {
		Case: labs.Case{Stage: "C", Name: "crowd", Kind: labs.Exhaustive, Points: 3, Seeds: 4,
			Title: "what clients do beside each other is whole, and in order, at every crash point",
			Ref:   "group commit: no commit takes half of an operation"},
		Run: s.crashCrowd,
	}, {
		Case: labs.Case{Stage: "C", Name: "concurrent", Kind: labs.Random, Points: 3, Seeds: 30,
			Title: "all clients see one file system, in which operations happen one after the other",
			Ref:   "Herlihy and Wing, Linearizability, §2"},
		Run: s.concurrent,
	}, {
		Case: labs.Case{Stage: "C", Name: "group-commit", Kind: labs.Budget, Points: 2, Seeds: 2,
			Title: "operations that come together are committed together",
			Ref:   "group commit"},
		Run: s.groupCommit,
	}, {
		Case: labs.Case{Stage: "C", Name: "delayed", Kind: labs.Budget, Points: 1, Seeds: 1,
			Title: "operations that need not be durable cost no flush each",
			Ref:   "the contract: Delayed"},
		Run: s.delayed,
	}, {
		Case: labs.Case{Stage: "C", Name: "written-once", Kind: labs.Budget, Points: 1, Seeds: 1,
			Title: "the contents of a new file are written once",
			Ref:   "ordered mode: what nobody can see yet needs no log"},
		Run: s.writtenOnce,
	}, {
		Case: labs.Case{Stage: "C", Name: "room", Kind: labs.Scripted, Points: 1, Seeds: 1,
			Title: "what was freed makes room, also while it is not committed",
			Ref:   "the contract: ErrNoSpace"},
		Run: s.room,
	}}
}

func (s Solution) casesD() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "D", Name: "clean", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "Fsck finds nothing wrong with a sound disk, and leaves it alone",
			Ref:   "the contract: Fsck"},
		Run: s.clean,
	}, {
		Case: labs.Case{Stage: "D", Name: "bitmap", Kind: labs.Scripted, Points: 2, Seeds: 1,
			Title: "the bitmap is what the inodes say",
			Ref:   "Arpaci-Dusseau, OSTEP, Crash Consistency: a block in use is marked, a marked block is in use"},
		Run: s.fsckBitmap,
	}, {
		Case: labs.Case{Stage: "D", Name: "inodes", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "an inode has a type, a size and links that it can have",
			Ref:   "the layout: inodes"},
		Run: s.fsckInodes,
	}, {
		Case: labs.Case{Stage: "D", Name: "pointers", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "a block belongs to one inode, and is one that holds data",
			Ref:   "the layout: regions and pointers"},
		Run: s.fsckPointers,
	}, {
		Case: labs.Case{Stage: "D", Name: "entries", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "an entry has a name and leads somewhere, and dots lead where they should",
			Ref:   "the layout: entries"},
		Run: s.fsckEntries,
	}, {
		Case: labs.Case{Stage: "D", Name: "tree", Kind: labs.Scripted, Points: 3, Seeds: 1,
			Title: "everything can be reached from the root, directories in one way only",
			Ref:   "McKusick and Kowalski, Fsck: connectivity, and lost+found"},
		Run: s.fsckTree,
	}, {
		Case: labs.Case{Stage: "D", Name: "random", Kind: labs.Random, Points: 2, Seeds: 40,
			Title:      "whatever is damaged is found, and mended",
			Ref:        "the contract: afterwards the file system is sound, and a second Fsck finds nothing",
			Situations: []string{"a disk was damaged"}},
		Run: s.fsckRandom,
	}, {
		Case: labs.Case{Stage: "D", Name: "interrupted", Kind: labs.Exhaustive, Points: 2, Seeds: 1,
			Title: "a repair that a crash interrupts is completed by the next one",
			Ref:   "recovery can be interrupted, and done again"},
		Run: s.fsckInterrupted,
	}}
}
