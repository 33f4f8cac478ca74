// Package html writes reports to be read in a browser: one for a student, one
// for the staff about the same work, and an index of a class.
//
// A report is a single file that needs nothing but itself. It works from a mail, a
// stick or a server, and it asks nobody for anything: its Content-Security-Policy
// forbids every request and every script but its own, which it names by hash.
//
// The text of a report is made here, by a template, and is complete without a
// script. The script draws the space-time diagrams, from the events of the
// failing runs, which stand in the page as JSON.
//
// # Why staff and students get different files
//
// What a student must not see is not in the student's file. Hidden by a style it
// would still be there, for everyone who looks at the source.
//
// # Why no framework
//
// A report is an answer to an appeal years later. It has to open then, and so it
// depends on the browser alone.
package html
