package ring

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	"faultline/labs/ring/ringapi"
)

// KeyID is a ringapi.KeyID: the highest bits of a hash whose every bit depends on
// every bit of the key.
//
//lab:todo A
func KeyID(key string, bits int) ringapi.ID {
	sum := sha256.Sum256([]byte(key))
	return ringapi.ID(binary.BigEndian.Uint64(sum[:]) >> (64 - bits))
}

// Places is a ringapi.Places: each virtual node has a name of its own.
//
//lab:todo A
func Places(node string, weight, bits int) []ringapi.ID {
	places := make([]ringapi.ID, weight)
	for i := range places {
		places[i] = KeyID(node+"#"+strconv.Itoa(i), bits)
	}
	return places
}
