package ring

import (
	"faultline/labs"
	"faultline/labs/ring/ringapi"
)

// KeyID is a ringapi.KeyID: the highest bits of a hash whose every bit depends on
// every bit of the key.
func KeyID(key string, bits int) ringapi.ID {
	panic(labs.TODO("A"))
}

// Places is a ringapi.Places: each virtual node has a name of its own.
func Places(node string, weight, bits int) []ringapi.ID {
	panic(labs.TODO("A"))
}
