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
// With the defaults, K = 20 and Window = 15:
//
//   - Two submissions that have Window+K-1 = 34 symbols in a row in common, in one
//     declaration and not all of them common to many, share a hash that is kept.
//     That is about four lines of Go.
//   - No passage has less than K = 20 symbols that are not common to many. Two lines
//     can be alike because there is no other way to write them.
//   - About 2 of Window+1 hashes are kept, an eighth of all.
//
// The one exception is code that repeats itself: of a hash that one submission has
// more than 8 times, 8 places are looked at. It keeps a file that says one thing
// ten thousand times from taking all day.
//
// And a submission ends at 200,000 tokens, with a note.
//
// # How pairs are ranked
//
// The share of a submission that is in another says how much is alike, and not how
// much that tells. In a small lab two honest people who chose the same three idioms
// have most of their code in common, and so have ten others. So pairs are ranked by a
// weighted share: what just two persons have counts fully, and what n of N persons
// have counts log(N/n)/log(N/2), down to a third at a quarter of the class, where it
// is removed.
//
// # How the numbers were chosen
//
// By four classes of a hundred of which it is known who has copied (see
// TestCopiesStandAboveHonestWork): eleven solutions of the first stages of lab 1 that
// were written by hand, independently and in different designs, and the reference; a
// copy of each that looks different; five more copies of the reference; and students
// made of code by choices among a few idioms, which is less independent than people
// are. The least weighted share of a copy, and the greatest of another pair:
//
//	K   Window   copies   by choices   by hand
//	10     8       61         47         15
//	15    10       62         47         14
//	20    15       64         54          9
//	25    15       62         56          9
//	30    15       56         53          8
//	40    20       39         62          6
//
// Unweighted, copies of which every fourth statement has another before it had 78, and
// students by choices up to 86. Below K = 20 the passages become two lines long, of
// which people say at once that everybody writes them so; above 25 the copies with
// idle code between the lines sink among the honest ones. So a weighted share of 60
// and more is to be looked at first, and one below 20 says nothing. A real class has
// its own distribution: look at that before you trust a number.
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
