// Package similar finds what the submissions of a class have in common, so that
// somebody can look at it. It compares Go code as a stream of tokens, by winnowing
// (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003).
//
// # How it works
//
// A submission becomes symbols, one for each token. Comments, layout, imports,
// semicolons and last commas are gone. Every name is the same symbol, every number
// another, and so on; only names that their author cannot choose stay: what Go
// declares itself (len, error), and what is taken from an imported package
// (binary.BigEndian). So to rename, to reformat or to comment changes nothing. The
// stream is cut where a declaration of the top level begins, and nothing looks
// across a cut, so the order of functions and their distribution over the files
// of the lab do not matter either.
//
// Each K symbols in a row have a hash; of each Window hashes in a row the least is
// kept. Where two submissions keep the same hash, the equal symbols around it are
// a passage. No symbol is in two passages with the same partner.
//
// # What is promised
//
// With the defaults, K = 25 and Window = 15:
//
//   - Two submissions that have Window+K-1 = 39 symbols in a row in common, in one
//     declaration and not all of them common to many, share a hash that is kept.
//     That is four or five lines of Go.
//   - No passage has less than K = 25 symbols that are not common to many. Two or
//     three lines can be alike because there is no other way to write them.
//   - About 2 of Window+1 hashes are kept, an eighth of all.
//
// The one exception is code that repeats itself: of a hash that one submission has
// more than 8 times, 8 places are looked at. It keeps a file that says one thing
// ten thousand times from taking all day.
//
// And a submission ends at 200,000 tokens, with a note.
//
// K and Window are starting values: there was no class of independent solutions to
// set them by. What is known: renamed, reordered and reformatted copies of our
// references are alike in 99 % and more; code that is drawn at random from a grammar,
// in a few percent. Our variants say little, since each began as a copy of
// its reference: four with little left of it are below 25 %, most are above 90 %.
// Look at the distribution of a real class before you trust a number.
//
// Half the K would find shorter copies and, in every pair, the loops and error
// checks that all Go has; much more would let a copy escape by one changed line in
// five. A larger Window costs less and misses more.
//
// # Why what many have is removed, and not what looks like the starter code
//
// Code that was given is not the student's, nor is what the lecture showed. It is
// removed by its hashes, wherever it stands: hashes of the starter code, and those
// that more than a quarter of the class has (never less than five, so that a
// group of five is seen in a class of any size). A declaration that begins like one of the
// starter code also has that beginning removed: a signature is too short to have a
// hash. What is left is a submission's own code, and shares are shares of it.
//
// A group that is larger than that hides itself. Then nearly nothing of its
// submissions is their own, and each has a note that says so.
//
// # What it cannot see
//
// A copy in which something is inserted or rewritten every few lines, a translation
// of another program's idea, two answers from the same source outside the class.
// And it cannot see why two submissions are alike, so nothing here says so.
package similar
