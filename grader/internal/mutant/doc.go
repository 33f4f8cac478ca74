// Package mutant reads the wrong programs that show what the suites are worth. A
// mutant is the reference solution of a lab with one thing wrong, and the case
// that must catch it; a variant is another right solution, which must pass.
// Either is one text file:
//
//	A full mailbox takes messages, as many as it holds already.
//	ref: bounded buffer
//	kill: messaging/A/capacity messaging/A/linearizable
//	-- mailbox.go --
//	-	for len(m.queue) == m.capacity {
//	+	for len(m.queue) == 2*m.capacity {
//	 		m.changed.Wait()
//
//	 	m.queue = append(m.queue, msg)
//	-	m.changed.Broadcast()
//	+	m.changed.Signal()
//	== window.go ==
//	package messaging
//
// First comes the header: what is wrong, in a sentence or two, and lines that
// begin with a key.
//
//	ref    the idea or the sentence of a paper that is broken
//	kill   the cases that must catch it, separated by spaces
//	fails  the cases that a variant is known to fail, separated by spaces
//
// A section "-- file --" holds hunks with a blank line between them. A line of a
// hunk is a marker and a line of the file: '-' goes, '+' comes, and a space stays
// and shows the place. A marker alone stands for an empty line. A section
// "== file ==" holds the whole text of a new or replaced file.
//
// # Why hunks have no line numbers
//
// A number is wrong after the next change of the reference, and a patch that is
// applied a few lines further down may mean something else there. The old text
// of a hunk must occur exactly once: it is found, or the mutant is reported.
//
// All hunks refer to the reference, not to what an earlier hunk made of it, so
// that each can be read by itself.
package mutant
