// Package skeleton makes the starter code of a lab from its reference solution.
// The reference carries markers, which are comments, and [Strip] takes out what
// they mark:
//
//	marker               where                            what is left
//	//lab:todo A         last line of the doc of a func   doc and signature, body panic(labs.TODO("A"))
//	//lab:begin A        a line in a struct or a body     // Your code here (A).
//	//lab:end            a line further down, same block
//	//lab:stub return 0  the line before a begin          that statement, below "Your code here"
//	//lab:omit           last line of the doc of a decl   nothing
//	//lab:omit           before the package clause        no file at all
//
// The letter is the stage in which a student writes the code. Imports that have
// lost their last use go too, and an import of faultline/labs comes where TODO
// needs it. [Generate] does this for a folder, and [Drift] says where a folder
// of starter code is no longer what its reference gives.
//
// # Why generate it
//
// Starter code that is written by hand drifts: a comment is improved in the
// reference and not there, a parameter is renamed on one side. One source and a
// check in CI cannot disagree.
//
// # Why cut text instead of printing a syntax tree
//
// A printed tree moves comments: they are placed by position, and a removed
// node leaves its own behind. The text around a cut stays exactly as its author
// wrote it; only the result is run through gofmt.
package skeleton
