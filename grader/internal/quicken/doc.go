// Package quicken rewrites a WebAssembly module that the Go compiler has made, so that
// wazero runs it two to three times as fast. What the module does stays the same, to
// the byte of its memory that a program can see.
//
// # Where the time went
//
// wazero checks before each load and store that the address is inside the memory, and
// writes the way out, some forty bytes of code, between the check and the access. Nearly
// two thirds of a guest's time went into that: with the checks taken out (which a sandbox
// must not do) it ran 2.7 times as fast. wazero leaves a check out where it has already
// made one for the same value and an offset at least as large. But Go's code never lets
// it know that two addresses are the same:
//
//   - Go keeps variables, arguments and results in its own stack, in the memory. Four of
//     five accesses are to the frame of the function, from the stack pointer, which is
//     read anew after each call.
//   - A function begins with a table of the places where it may be resumed, after a
//     switch of goroutines. All its jumps, too, go through that table. So each place can
//     be come to from everywhere, and nothing is known there of what was checked before.
//   - wazero forgets what it has checked at a br_table and at an if without an else.
//
// # What is done
//
// A function computes the address of its frame once, when it is entered or resumed, in a
// local variable that nothing else sets, and reads the frame's last byte there: one
// check. All accesses to the frame then start from that variable (see frame.go). Jumps
// forward go straight to where they lead, the table becomes comparisons, and each if has
// an else (see jumps.go). wazero still makes every check that it wants to make: a wrong
// rewriting could be a wrong program, but no way out of the sandbox.
//
// The memory gets a page more, of which the program does not know (see module.go). For
// the byte that is read once may lie behind those that the function does read: in front
// of the end of the stack, but perhaps behind that of the memory.
//
// # What it relies on
//
// That a frame stays where it is while the function runs: Go moves the stack of a
// goroutine only when that is not running, or asks for more of it; in both cases all its
// functions are resumed, and the address is computed anew. And that the compiler writes
// prologues, calls and returns as it does. A function in which the stack pointer changes
// in any other way, as in the runtime's assembly, is left alone; so is a module with
// instructions that are not known here.
package quicken
