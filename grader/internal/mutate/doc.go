// Package mutate makes mechanical mutants of a solution: copies with one small
// change each, made by rule and not by imagination. A suite that catches them is
// not only good at the bugs that its authors had thought of.
//
//	negate     a condition is the opposite
//	operand    of a && b, one side is forgotten
//	logic      && is ||, or the other way round
//	compare    < is <=, > is >=, or the other way round
//	equal      == is !=, or the other way round, inside a condition
//	not        !x is x, inside a condition
//	arith      + is -, ++ is --, += is -=, or the other way round
//	number     a number is one more, or one less; a large one half or double
//	duration   a length of time is nothing, or ten times as long
//	length     len(x) is one more, or one less
//	slice      of x[a:b], one bound is forgotten
//	bool       true is false, or the other way round
//	min        min is max, or the other way round
//	arguments  two arguments of one type are swapped
//	drop       a statement is missing
//	guard      an if that leaves the function or the loop is missing
//	clause     a clause of a switch or a select is missing
//	lock       a lock is not taken, and not given back
//	defer      what should happen at the end happens at once
//	go         what should happen beside happens at once
//	branch     break is continue, or the other way round
//	swallow    an error is not returned
//	swap       two statements that follow each other are swapped
//
// A text that is only for people is left alone: panics, the texts of errors, and
// the methods String and Error.
//
// A mutant is known by its file, function and operator, and by its number among
// those: "window.go/Sender.Send/negate/2". So what changes elsewhere in the file
// does not rename it. Mutants that the compiler would refuse are not made.
package mutate
