package kv

// A Status is the word that an answer begins with.
type Status int
