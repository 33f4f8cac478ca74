package rpctest

import (
	"encoding/binary"
	"math"
	"slices"

	"faultline/labs/rpc/rpcapi"
)

// The builders below are the suite's own writing of the contract.

// number is a tag and the low bytes of n, so many.
func number(tag byte, size int, n uint64) []byte {
	b := binary.BigEndian.AppendUint64(nil, n)
	return append([]byte{tag}, b[8-size:]...)
}

func i64(n int64) []byte { return number(rpcapi.TagInt64, 8, uint64(n)) }

func f64(f float64) []byte { return number(rpcapi.TagFloat64, 8, math.Float64bits(f)) }

// head is a tag and a count.
func head(tag byte, n int) []byte { return number(tag, 4, uint64(n)) }

func text(s string) []byte { return append(head(rpcapi.TagString, len(s)), s...) }

func raw(s string) []byte { return append(head(rpcapi.TagBytes, len(s)), s...) }

func list(elements ...[]byte) []byte { return counted(rpcapi.TagSlice, elements...) }

func array(elements ...[]byte) []byte { return counted(rpcapi.TagArray, elements...) }

func record(fields ...[]byte) []byte { return counted(rpcapi.TagStruct, fields...) }

func counted(tag byte, parts ...[]byte) []byte {
	return append(head(tag, len(parts)), slices.Concat(parts...)...)
}

// table is a map; its entries are keys and values in turn.
func table(entries ...[]byte) []byte {
	return append(head(rpcapi.TagMap, len(entries)/2), slices.Concat(entries...)...)
}

func to(value []byte) []byte { return append([]byte{rpcapi.TagPointer}, value...) }

func ref(n int) []byte { return head(rpcapi.TagRef, n) }

// null is a nil slice, map or pointer.
func null() []byte { return []byte{rpcapi.TagNil} }
