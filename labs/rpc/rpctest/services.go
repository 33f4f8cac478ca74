package rpctest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

// A pkg is a Go package with interfaces that are to be called over a network. Its
// names do not begin with stub, which is the solution's, nor with driver.
type pkg struct {
	name     string
	imports  []rpcapi.Import
	types    string // declarations beside the interfaces
	services []rpcapi.Service
}

// packageFor is the package of a case. Only drawn ones depend on the seed.
func packageFor(name string, seed uint64) pkg {
	var p pkg
	switch name {
	case "kinds":
		p = kindsPackage()
	case "results", "dispatch":
		p = bankPackage()
	case "names":
		p = namesPackage()
	case "imports":
		p = importsPackage()
	default:
		p = drawnPackage(labtest.Rand(seed, "interface"))
	}
	p.imports = append([]rpcapi.Import{{Name: "context", Path: "context"}}, p.imports...)
	for i := range p.services {
		p.services[i].Package, p.services[i].Imports = p.name, p.imports
	}
	return p
}

// method reads a method, written as in Go but without its context and its error.
func method(name, params, results string) rpcapi.Method {
	m := rpcapi.Method{Name: name, Params: paramsOf(params), Results: paramsOf(results)}
	first, last := rpcapi.Param{Type: "context.Context"}, rpcapi.Param{Type: "error"}
	if len(m.Params) == 0 || m.Params[0].Name != "" { // all have names, or none
		first.Name = "ctx"
	}
	if len(m.Results) > 0 && m.Results[0].Name != "" {
		last.Name = "failure"
	}
	m.Params = append([]rpcapi.Param{first}, m.Params...)
	m.Results = append(m.Results, last)
	return m
}

// paramsOf reads "name type, name type" or "type, type".
func paramsOf(text string) (params []rpcapi.Param) {
	open, start := 0, 0
	for i, r := range text + "," {
		switch {
		case strings.ContainsRune("([{", r):
			open++
		case strings.ContainsRune(")]}", r):
			open--
		case r == ',' && open == 0 && i > start:
			name, typ, named := strings.Cut(strings.TrimSpace(text[start:i]), " ")
			if !named || strings.Contains(name, "{") {
				name, typ = "", strings.TrimSpace(text[start:i])
			}
			params = append(params, rpcapi.Param{Name: name, Type: typ})
			start = i + 1
		}
	}
	return params
}

// signature is a method as it stands in its interface.
func signature(m rpcapi.Method) string {
	return fmt.Sprintf("%s(%s) (%s)", m.Name, listed(m.Params), listed(m.Results))
}

func listed(params []rpcapi.Param) string {
	var texts []string
	for _, p := range params {
		texts = append(texts, strings.TrimSpace(p.Name+" "+p.Type))
	}
	return strings.Join(texts, ", ")
}

const kindTypes = `
type (
	Color  int8
	Digest []byte
	Point  struct{ X, Y int64 }
	Node   struct {
		Name  string
		Next  *Node
		Peers []*Node
	}
)
`

func kindsPackage() pkg {
	return pkg{name: "kinds", types: kindTypes, services: []rpcapi.Service{{Name: "Kinds", Methods: []rpcapi.Method{
		method("Signed", "a int8, b int16, c int32, d int64, e int, f rune", "int, int64, int32, int16, int8"),
		method("Unsigned", "a uint8, b uint16, c uint32, d uint64, e uint, f byte", "uint, uint64, uint32, uint16, uint8"),
		method("Others", "a bool, b float32, c float64, d string, e Color", "Color, string, float64, float32, bool"),
		method("Bytes", "a []byte, b Digest, c [3]byte", "[]byte, Digest, [3]byte"),
		method("Lists", "a []int64, b [2]bool, c [][]string, d []Color", "[][]string, []int64"),
		method("Maps", "a map[string]Point, b map[Color][]int32, c map[Point]*Point", "map[Point]string, map[string]Point"),
		method("Structs", "a Point, b *Point, c struct{ A, B string }", "Point, *Point, struct{ A, B string }"),
		method("Graph", "a *Node, b *Node, c []*Node", "*Node, *Node, []*Node"),
		method("Variadic", "first string, rest ...Point", "int"),
		method("Words", "words ...string", "string"),
	}}}}
}

func bankPackage() pkg {
	return pkg{name: "bank", services: []rpcapi.Service{{Name: "Bank", Methods: []rpcapi.Method{
		method("Ping", "", ""),
		method("Deposit", "account string, amount int64", ""),
		method("Balance", "account string", "int64"),
		method("Transfer", "from string, to string, amount int64", "fromBalance int64, toBalance int64"),
		method("Statement", "account string, months ...int32", "lines []string, total *int64, complete bool"),
		method("Accounts", "", "map[string]int64"),
	}}}}
}

// namesPackage has names that generated code may want for itself.
func namesPackage() pkg {
	store := rpcapi.Service{Name: "Store", Methods: []rpcapi.Method{
		method("Call", "err string, c int64, s []byte", "string"),
		method("Caller", "caller string, client int64, impl bool", "caller2 string"),
		method("Marshal", "rpc string, rpcapi string, context string, fmt string, errors string", "int64"),
		method("Unmarshal", "nil string, string int64, len bool, error []byte", "[]string, int64"),
		method("Get", "_ string, _ int64", "string"),
		method("get", "string, int64", "string"),
		method("GetArgs", "args ...string", "int64"),
		method("Client", "reply reply, args args, result []result", "*reply"),
		method("Handler", "x impl, message message", "caller, method"),
		method("Close", "out *data, in *ctx", "err"),
		method("String", "", "string"),
		method("Error", "", ""),
	}}
	store.Methods[2].Params[0].Name = "_"
	store.Methods[3].Params[0].Name = "c"
	stores := rpcapi.Service{Name: "Stores", Methods: []rpcapi.Method{
		method("Call", "c []string", "int64"),
		method("Get", "name string", "string"),
	}}
	return pkg{name: "names", services: []rpcapi.Service{store, stores}, types: `
type (
	args   struct{ A string }
	reply  struct{ R string }
	result string
	impl   int64
	caller []string
	method string
	data   struct{ D []byte }
	ctx    map[string]int64
	err    [2]int64
	message bool
	StoreClient  struct{}
	StoreHandler struct{}
	storeClient  struct{}
	storeHandler struct{}
	client  struct{}
	server  struct{}
	handler struct{}
	request struct{}
	response struct{}
	GetReply struct{}
)

func call()      {}
func marshal()   {}
func unmarshal() {}
func dispatch()  {}
func invoke()    {}
func zero()      {}
`}
}

// importsPackage has imports that its interfaces need, and others.
func importsPackage() pkg {
	return pkg{name: "clock", imports: []rpcapi.Import{
		{Name: "rpc", Path: "time"}, // not what generated code knows by this name
		{Name: "fmt", Path: "sort"},
		{Name: "me", Path: "strings"}, // ends the name of another
		{Name: "time", Path: "time"},
		{Name: "bytes", Path: "bytes"},
		{Name: "reflect", Path: "reflect"},
	}, types: `
type Bytes struct{ Data string }

func size(s string, b []byte) int { return len(me.TrimSpace(s)) + len(bytes.TrimSpace(b)) }
`, services: []rpcapi.Service{
		{Name: "Clock", Methods: []rpcapi.Method{
			method("Wait", "d time.Duration", "time.Duration"),
			method("Zones", "bytes Bytes, me string", "map[string]rpc.Duration"),
			method("Months", "months ...time.Month", "[]rpc.Weekday"),
		}},
		{Name: "Sorter", Methods: []rpcapi.Method{
			method("Sort", "list fmt.IntSlice", "fmt.IntSlice, reflect.Kind"),
		}},
		{Name: "Plain", Methods: []rpcapi.Method{
			method("Add", "time int64, reflect int64", "int64"),
		}},
		{Name: "Empty"},
	}}
}

// drawnPackage draws an interface.
func drawnPackage(rng *rand.Rand) pkg {
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	var typ func(depth int) string
	typ = func(depth int) string {
		switch n := rng.IntN(14); {
		case depth < 3 && n == 0:
			return "map[" + pick("string", "int32", "Color", "Point", "bool") + "]" + typ(depth+1)
		case depth < 3 && n == 1:
			return "*" + typ(depth+1)
		case depth < 3 && n < 5:
			return pick("[]", "[]", "[2]") + typ(depth+1)
		case n < 9:
			return pick("Point", "*Node", "Color", "Digest", "time.Duration", "struct{ A int64 }")
		}
		return pick("bool", "int", "int8", "int64", "uint16", "uint", "float32", "float64", "string", "byte", "rune")
	}
	names := []string{"err", "args", "reply", "client", "handler", "impl", "caller", "method", "rpc", "fmt", "nil", "string",
		"len", "result", "c", "ok", "data", "message", "x", "true"}
	methods := []string{"Get", "Put", "Call", "Close", "String", "Client", "Handler", "Marshal", "Do", "List", "Caller", "Len"}
	s := rpcapi.Service{Name: pick("Store", "Queue", "Lock", "Directory")}
	for _, i := range rng.Perm(len(methods))[:1+rng.IntN(6)] {
		var params, results []string
		for _, j := range rng.Perm(len(names))[:rng.IntN(5)] {
			params = append(params, names[j]+" "+typ(0))
		}
		if n := len(params); n > 0 && rng.IntN(3) == 0 {
			params[n-1] = strings.Replace(params[n-1], " ", " ...", 1)
		}
		for range rng.IntN(4) {
			results = append(results, typ(0))
		}
		s.Methods = append(s.Methods, method(methods[i], strings.Join(params, ", "), ""))
		last := &s.Methods[len(s.Methods)-1]
		last.Results = nil
		for _, r := range append(results, "error") {
			last.Results = append(last.Results, rpcapi.Param{Type: r})
		}
	}
	return pkg{name: pick("shop", "office", "depot"), types: kindTypes, services: []rpcapi.Service{s},
		imports: []rpcapi.Import{{Name: "bytes", Path: "bytes"}, {Name: "time", Path: "time"}}}
}
