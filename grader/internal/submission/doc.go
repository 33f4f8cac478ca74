// Package submission treats a student's folder as data: [Read] takes the lab's
// files out of it, [Solution.Check] holds them against the policy of the lab,
// and [Redirect] and [Meter] prepare one for the machine. Nothing here runs or compiles
// what it reads.
//
// # Why only the listed files
//
// Whatever else is in a folder can change a build: a go.mod with a replace, a
// vendor folder, an object file that is linked along, a test file with a
// TestMain, a link to somebody else's work. A list of what is taken leaves
// nothing to think of.
//
// # Why a policy when the machine is a sandbox
//
// The machine keeps a solution away from the host, not from the lab. A cache in
// a package-level variable is shared by all simulated nodes and survives the
// crash of each; linkname reaches into the harness that sits in the same memory;
// a //line comment moves a failure to a file that is not there. These rules are
// hygiene: they are read off the syntax, so they name a line that one can change.
package submission
