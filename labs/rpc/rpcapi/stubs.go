package rpcapi

import "context"

// A Service describes a Go interface, as somebody who has read its file sees it.
type Service struct {
	Package string   // the name of its package
	Name    string   // its own, which is exported
	Imports []Import // of its file; the methods may need all of them, or some, or none
	Methods []Method // in the order of the file
}

// An Import is a package that a file imports.
type Import struct {
	Name string // by which the file calls it; that of "context" is always context
	Path string
}

// A Method is one of an interface. Its first parameter is a context.Context and
// its last result an error: a call can take long, and can fail.
type Method struct {
	Name    string
	Params  []Param
	Results []Param
}

// A Param is a parameter or a result.
type Param struct {
	Name string // any that Go allows here: also "", "_", and that of a package, a type or a builtin
	Type string // as it stands in the file: "*Account", "[]time.Duration"; "...string" where it is variadic
}

// A Caller carries a call to a server and brings back its reply. The Client of
// stage C is one.
type Caller interface {
	Call(ctx context.Context, method string, args []byte) ([]byte, error)
}

// Generate has these promises:
//
//	func Generate(s rpcapi.Service) ([]byte, error)
//
// Generate returns the source of one Go file of the package that the interface is
// in. The file declares, for an interface Bank,
//
//	func NewBankClient(caller rpcapi.Caller) Bank
//	func NewBankHandler(impl Bank) rpcapi.Handler
//
// and whatever else has a name that begins with stub and the name of the
// interface: stubBank…. No name in a Service begins with stub. Every other name
// may be taken: the package has its own declarations, and stubs of more
// interfaces. Marshal and Unmarshal come from RuntimePath. Equal descriptions give
// equal sources.
//
// What cannot cross the network is an error that names the method and, if it has
// a name, the parameter or the result: a type with a channel, a function, an
// interface (any and error among them), a complex number or a uintptr in it. A
// method without a context first or an error last is an error that names it.
//
// The client calls the Caller with the name of the method, and with the bytes of
// a struct that has a field for each parameter but the context, in their order; a
// variadic parameter is a slice. The reply is the bytes of a struct that has a
// field for each result but the error. The context goes along on both sides. An
// error of the Caller is returned as it is, with zero results, and so is an error
// for a reply that cannot be unmarshaled. Any number of goroutines may use a
// client and a handler at once, and no call waits for another.
//
// The handler returns the error of the implementation as it is, and no reply. An
// unknown method, which the error names, and arguments that cannot be unmarshaled
// are errors too, and then the implementation is not called.

// RuntimePath is the package that generated code imports for Marshal and
// Unmarshal: the solution itself. Its name is rpc.
const RuntimePath = "faultline/solutions-skeleton/rpc"
