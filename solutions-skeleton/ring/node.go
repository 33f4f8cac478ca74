package ring

import (
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/ring/ringapi"
)

// node is a member of a ring whose members come and go. What it knows of the others
// may be wrong at any time; its rounds make it right again.
type node struct {
	// Your code here (C).

	// Your code here (D).
}

// NewNode returns a node that runs as process, and registers its methods there. It is
// no member of a ring before its Join.
func NewNode(process *labrpc.Process, cfg ringapi.NodeConfig) ringapi.Node {
	panic(labs.TODO("C"))
}

// nodeService is the name under which a node registers its methods.
const nodeService = "Node"

// A desk is the node as others see it.
type desk struct {
	// Your code here (C).
}

// Successors implements ringapi.Node.
func (n *node) Successors() []ringapi.Member {
	panic(labs.TODO("C"))
}

// Predecessor implements ringapi.Node.
func (n *node) Predecessor() (ringapi.Member, bool) {
	panic(labs.TODO("C"))
}

// Close implements ringapi.Node. All that runs for the node ends with its process.
func (n *node) Close() {
	panic(labs.TODO("C"))
}
