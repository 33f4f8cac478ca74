package ringapi

// A KeyID function says where a key is on a ring of 2^bits ids. It is the same each
// time, in every process and on every machine. Keys that look alike are spread over
// the whole ring: of 10,000 keys "user-0", "user-1" and so on, none of 64 equal
// parts of the ring gets less than half or more than 1.75 times its share.
type KeyID func(key string, bits int) ID

// A Places function says where the virtual nodes of a node are, as many as its
// weight. It is the same each time, in every process and on every machine. A larger
// weight only adds places: the others stay. The places of nodes whose names look
// alike are spread over the whole ring: among up to 1,000 nodes with 64 places each
// on a ring of 2^40 ids, none owns more than 2 times or less than 0.4 times its
// share of the ids. A node with twice the weight has twice the share. Of 30 nodes with
// 40 places each, what one leaves behind goes to at least 8 others.
type Places func(node string, weight, bits int) []ID
