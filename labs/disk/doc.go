// Package disk simulates disks that crash: a [Device] of blocks, a [Volume] of
// files, and a [Log] of records. What was written is volatile until it is flushed, and a crash may
// lose or tear any of what was not.
//
// # What a crash leaves of a Device
//
// A block is eight sectors of 512 bytes. A sector is written wholly or not at
// all; a block is not. Each sector that was written since it was last flushed
// holds, on its own, either what was durable or any of the writes since, and
// never a mixture. So a later write may survive without an earlier one.
//
//   - Flush makes durable every write that returned before Flush was called.
//     A write that is made while a flush is under way may wait for the next.
//   - WriteFUA makes itself durable and nothing else. It is no barrier: an
//     earlier write may still be lost when it has survived.
//
// # What a crash leaves of a Volume
//
// A Volume is one flat directory. Three things about it are volatile, each on
// its own.
//
// The contents of a file, until [File.Sync]: each sector of the file holds what
// was durable or any of the writes since, and where nothing was before, zeros.
//
// The size of a file, until [File.Sync]: it is the durable one, any that an
// operation gave it since, or any sector boundary on the way when a write made
// it grow. It is independent of the contents: a file may have grown and hold
// zeros where the write went, or have its first sectors only. Of a file that was
// shortened and then written again, what was written after the shortening never
// appears before it.
//
// The directory, until [Volume.SyncDir]: each Create of a new name, Rename and
// Remove since has happened or has not, each on its own, and those that have
// did so in their order. A Rename happens wholly or not at all: a name that was
// durable is never without a file because of it. But nothing orders it after the contents of
// the file. That is the trap of the lecture: a file that was written, not synced,
// and renamed over the good one may be left under the good one's name with
// nothing in it.
//
// Sync of a file does not make its name durable. SyncDir makes no file's contents
// durable. An atomic update therefore takes five steps: write a copy, sync the
// copy, rename it over the original, sync the directory, and only then tell.
//
// # What a crash leaves of a Log
//
// A Log is what a program gets that need not know how a log is made of blocks: see
// there. Records survive in their order, so its only question is how many.
//
// # Lives
//
// A crash ends the life of a disk. [Volume.Crash] returns the next one; the old
// one answers everything with [ErrDead], so a program whose machine has crashed
// can run on without harm: nothing needs to be killed. [Volume.Fork] returns what
// a crash would leave and ends nothing. That is how a harness tries many crashes
// of one run.
//
// # Why choices are made when they are read
//
// With 40 sectors that were not flushed there are 2^40 disks that a crash may
// leave. But a log that recovers from its header reads that first, and when it is
// not committed, none of the other 39. A new life keeps the set of what each
// sector may hold, and asks its [Fate] when the program reads one. A [Search] goes
// through the fates by replaying the recovery; for a correct redo log, 16 replays
// stand for all crashes of a transaction of any size, and of recovering from it.
//
// # Why only before flushes
//
// A crash between two flushes leaves a disk that a crash just before the second
// may leave as well: the writes that were not made yet are lost. The latter has
// more that was acknowledged. So it is enough to crash there, and at the end.
//
// # Why a state has a key
//
// [Losses] is the text of what a crash took. It fits into the plan of a run, and
// gives that very state again:
//
//	lose kv-2 disk flush 5: sector kv.log#1:0 rename kv#7
//
// # Bad disks
//
// A crash is not the worst. A flush may fail: what it was to write is lost, though it
// still reads back, and the next flush succeeds. And a bit of what was durable may flip.
// Neither happens by itself: a store that tells a torn tail from a rotten middle is asked
// to on its own.
//
// A plan can have a flush fail, by its number, and Config.Fails is how:
//
//	fail kv-2 disk flush 5
//
// FailFlush and Rot are for scenarios, which say so in their story. They have no line in
// a plan because they are no accidents of a run, which are drawn from its seed, and left
// out one by one to see which of them matters: a case about a disk that goes bad demands
// something else when it does not, and when it does so at another place.
package disk
