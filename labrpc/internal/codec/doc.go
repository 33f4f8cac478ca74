// Package codec writes Go values as bytes, reads them back, and shows them in a
// line: what a call carries.
//
// A [Plan] is made once for a type, and says how each part of it is written. The
// bytes hold no names and no types. Integers take as many bytes as they need, low
// ones few; a string begins with its length, a slice and a map with theirs plus
// one, so that zero is nil; a map has its entries in the order of its keys. Every value takes a byte at
// least, so a length that is greater than the number of bytes left is wrong, and
// is found before there is memory for it.
//
// # Why not encoding/gob
//
// A gob encoder describes each type the first time it writes it. One encoder for
// each message describes all of them each time, which costs ten times as much as
// the values; one encoder for all messages breaks with the first that is lost.
// Besides, gob leaves out unexported fields, and makes nil of what is empty, without
// a word. A student would look for the lost value everywhere but there.
package codec
