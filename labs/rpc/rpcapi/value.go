package rpcapi

// A message is one value. A value is a tag of one byte and what follows. Every
// number has its high byte first, and every count and length takes 4 bytes.
//
// The tag must be that of the type which the reader expects. A defined type is
// marshaled like its underlying type. Whatever is not listed (interfaces,
// channels, functions, complex numbers, uintptr) cannot be marshaled.
const (
	TagNil     = 0  // nil slice, map or pointer; nothing follows
	TagBool    = 1  // 1 byte: 0 is false, 1 is true
	TagInt8    = 2  // 1 byte, two's complement
	TagInt16   = 3  // 2 bytes
	TagInt32   = 4  // 4 bytes
	TagInt64   = 5  // 8 bytes; also int
	TagUint8   = 6  // 1 byte
	TagUint16  = 7  // 2 bytes
	TagUint32  = 8  // 4 bytes
	TagUint64  = 9  // 8 bytes; also uint
	TagFloat32 = 10 // 4 bytes: the bits of IEEE 754
	TagFloat64 = 11 // 8 bytes: the same
	TagString  = 12 // length, bytes
	TagBytes   = 13 // []T where T is a uint8: length, bytes
	TagSlice   = 14 // any other slice: count, elements
	TagArray   = 15 // count, elements; also arrays of bytes
	TagMap     = 16 // count, then key and value in turn; see below
	TagStruct  = 17 // count of the fields, their values in the order of the declaration
	TagPointer = 18 // a pointer that the message has not had yet: the value that it points to
	TagRef     = 19 // a pointer that the message has had: its number, 4 bytes
)

// Maps: the entries are in ascending order of the bytes of their keys, so that
// equal maps have equal bytes. A reader refuses any other order, and a key that
// comes twice. A key holds booleans, numbers and strings only, maybe in arrays
// and structs.
//
// Structs: every field must be exported. One that is not is an error that names
// the field; a struct without it would be another struct.
//
// Pointers: the pointers of a message are numbered from 0 in the order in which
// they begin: the first TagPointer is number 0, also if it holds others. Two
// pointers of the same type that are equal before Marshal are equal after
// Unmarshal, so a list of two names for one thing stays that, and a ring stays a
// ring. Slices and maps are copied: two slices of one array become two arrays.

// MaxDepth is how many values may stand in each other: an element, a key, a
// field and what a pointer points to are one deeper than what holds them, and
// the value of the message has depth 1. Marshal and Unmarshal refuse what is
// deeper. So a slice that holds itself is an error, and so is a message that
// opens a million pointers.
const MaxDepth = 1000

// Marshal and Unmarshal have these promises:
//
//	func Marshal(v any) ([]byte, error)
//	func Unmarshal(data []byte, v any) error
//
// Marshal returns the bytes of v. It returns an error for what cannot be
// marshaled, nil among it, and never panics.
//
// Unmarshal needs a pointer and replaces what it points to, all of it: nothing
// of an earlier value stays, and the maps and slices that it held are not changed,
// but replaced by new ones. It returns an error, and leaves the value as it was,
// unless data is exactly one value of that type in this format. It keeps no
// reference to data. It never panics, and the memory that it allocates for a
// message of n bytes is at most proportional to n: what a message says that it
// holds is believed when it is there.
