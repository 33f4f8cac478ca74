// Package ringapi is the contract of lab 4: what a solution offers. Read it beside
// the handout.
//
// Stage A is consistent hashing as a calculation: a [Ring] says which node an id
// belongs to, and what changes hands when a node comes or goes.
//
// Stage B is the same ring over a network: each [Peer] knows a few of the others,
// and together they find the owner of any id.
//
// Stage C lets members come, go and fail: each [Node] finds its place in the ring,
// and the ring becomes right again after every change.
//
// Stage D gives the nodes keys to hold: each is a [Store], and keys move and are copied
// as members come and go.
//
// # Why an id is a number and not a key
//
// A ring that is given ids can be drawn on paper and compared with the lecture.
// How keys and nodes become ids is a question of its own, with one answer for a
// whole system: everybody who hashes must come to the same place.
package ringapi
