package rpctest

import (
	"bytes"
	"fmt"
	"strings"

	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

// alone is an interface with one method.
func alone(m rpcapi.Method) rpcapi.Service {
	return rpcapi.Service{Package: "shop", Name: "Shop", Methods: []rpcapi.Method{method("Open", "", ""), m},
		Imports: []rpcapi.Import{{Name: "context", Path: "context"}}}
}

// cannot generates the stubs of what has none.
func (s Solution) cannot(t *labtest.T) {
	for _, types := range []string{
		"chan int", "<-chan string", "[]chan bool", "map[string]chan int", "func()", "func(int) error", "[]func(string) int",
		"any", "[]any", "map[string]any", "...any", "interface{}", "*interface{ Close() }", "error", "[]error",
		"complex64", "complex128", "[2]complex128", "uintptr", "struct{ Done chan bool }", "struct{ Call func() }",
	} {
		t.Step("Generate for a method with a parameter of type %s", types)
		s.cannotCross(t, method("Watch", "name string, events "+types, "int64"), "Watch", "events")
		if !strings.HasPrefix(types, "...") {
			t.Step("Generate for a method with a result of type %s", types)
			s.cannotCross(t, method("Listen", "name string", "count int64, failures "+types), "Listen", "failures")
			m := method("Listen", "name string", "int64, int64")
			m.Results[0].Type = types
			s.cannotCross(t, m, "Listen")
		}
	}
	t.Step("Generate for methods without a context first or an error last")
	late := method("Late", "name string", "")
	late.Params[0], late.Params[1] = late.Params[1], late.Params[0]
	early := method("Early", "", "int64")
	early.Results[0], early.Results[1] = early.Results[1], early.Results[0]
	for _, m := range []rpcapi.Method{
		{Name: "Neither"}, late, early,
		{Name: "Forever", Params: late.Params[1:]},
		{Name: "Count", Params: late.Params[1:], Results: early.Results[1:]},
		{Name: "Lonely", Results: early.Results[:1]},
		{Name: "Rename", Params: late.Params[:1], Results: early.Results[:1]},
	} {
		s.cannotCross(t, m, m.Name)
	}
	s.takes(t)
}

// cannotCross wants an error for a method, with the words in it.
func (s Solution) cannotCross(t *labtest.T, m rpcapi.Method, words ...string) {
	source, err := s.Generate(alone(m))
	for _, word := range words {
		t.Check(err != nil && strings.Contains(err.Error(), word), labtest.Finding{
			Expected: fmt.Sprintf("an error for the method %s, which names %s", signature(m), word),
			Actual:   outcome(fmt.Sprintf("%d bytes of source and no error", len(source)), err),
		})
	}
}

// takes wants stubs where the name of a type only looks like that of another.
func (s Solution) takes(t *labtest.T) {
	t.Step("Generate for types whose names are like those that cannot cross")
	for _, typ := range []string{
		"Channel", "channel", "[]chance", "function", "map[string]*Func", "anything", "company", "struct{ Many int64 }",
		"errorCode", "Error", "*interfaces", "uintptrs", "complex", "...Functions",
	} {
		m := method("Take", "error string, any "+typ, "")
		_, err := s.Generate(alone(m))
		t.Check(err == nil, labtest.Finding{
			Expected: "the stubs of the method " + signature(m) + ", all types of which are the package's own",
			Actual:   outcome("", err),
		})
	}
}

// sameSource generates stubs again and again.
func (s Solution) sameSource(t *labtest.T) {
	t.Step("Generate for the same interfaces several times, in another order")
	sources := map[string][]byte{}
	for round := range 6 {
		services := append(packageFor("imports", 0).services, packageFor("kinds", 0).services...)
		t.Rand(fmt.Sprint("order", round)).Shuffle(len(services), func(i, j int) {
			services[i], services[j] = services[j], services[i]
		})
		for _, service := range services {
			got, err := s.Generate(service)
			declared := "New" + service.Name + "Client"
			t.Check(err == nil && bytes.Contains(got, []byte(declared)), labtest.Finding{ // what is empty is equal, too
				Expected: fmt.Sprintf("the source for interface %s declares %s", service.Name, declared),
				Actual:   outcome(fmt.Sprintf("that is nowhere in it; it begins with %q", cut(string(got), 80)), err),
			})
			first, again := sources[service.Name]
			sources[service.Name] = got
			t.Check(!again || bytes.Equal(first, got), labtest.Finding{
				Expected: "Generate gives the same source for interface " + service.Name + " each time",
				Actual: fmt.Sprintf("in round %d it differs from byte %d on: %q instead of %q", round+1,
					firstDifference(first, got), excerpt(got, first), excerpt(first, got)),
			})
		}
	}
}

// excerpt is what stands in a where it begins to differ from b.
func excerpt(a, b []byte) string { return cut(string(a[firstDifference(a, b):]), 40) }
