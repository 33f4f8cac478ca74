//go:build !wasip1

package rpctest

import (
	"fmt"
	"slices"
	"strings"

	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

// Driver returns what is compiled with the stubs that a solution generates in a
// run of a case: the file with the interfaces, and one that calls the stubs.
func Driver(c labs.Case, seed uint64) labtest.Driver {
	p := packageFor(c.Name, seed)
	return labtest.Driver{
		Package: p.name,
		Files:   map[string]string{"service.go": p.service(), "driver.go": p.driver()},
	}
}

// service is the file with the interfaces and types of the package.
func (p pkg) service() string {
	var b strings.Builder
	body := p.types
	for _, s := range p.services {
		body += fmt.Sprintf("\ntype %s interface {\n", s.Name)
		for _, m := range s.Methods {
			body += "\t" + signature(m) + "\n"
		}
		body += "}\n"
	}
	fmt.Fprintf(&b, "package %s\n\nimport (\n", p.name)
	for _, i := range p.imports {
		if uses(body, i.Name) {
			fmt.Fprintf(&b, "\t%s %q\n", i.Name, i.Path)
		}
	}
	return b.String() + ")\n" + body
}

// uses reports whether Go text has something of a package in it.
func uses(text, name string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("[](){}*,;= \t\n", r) })
	return slices.ContainsFunc(words, func(word string) bool {
		return strings.HasPrefix(strings.TrimPrefix(word, "..."), name+".")
	})
}

// driver is the file that lends the stubs to the suite.
func (p pkg) driver() string {
	var b strings.Builder
	for _, s := range p.services {
		fmt.Fprintf(&b, "\nvar _ func(driverapi.Caller) %s = New%sClient\n", s.Name, s.Name)
		fmt.Fprintf(&b, "\nvar _ func(%s) driverapi.Handler = New%sHandler\n", s.Name, s.Name)
		driverType(&b, s)
	}
	b.WriteString("\nfunc DriverProgram() any {\n\treturn drivertest.Program{\n")
	for _, s := range p.services {
		driverStubs(&b, s)
	}
	b.WriteString("\t}\n}\n")
	head := fmt.Sprintf("package %s\n\nimport (\n\tdrivercontext \"context\"\n\tdriverreflect \"reflect\"\n\n"+
		"\tdriverapi \"faultline/labs/rpc/rpcapi\"\n\tdrivertest \"faultline/labs/rpc/rpctest\"\n", p.name)
	for _, i := range p.imports {
		if i.Path != "context" && uses(b.String(), i.Name) {
			head += fmt.Sprintf("\t%s %q\n", i.Name, i.Path)
		}
	}
	return head + ")\n\nvar _ = driverreflect.TypeFor[drivercontext.Context]\n" + b.String()
}

// driverType writes the implementation of an interface by a function.
func driverType(b *strings.Builder, s rpcapi.Service) {
	fmt.Fprintf(b, "\ntype driver%s struct{ driverexecute drivertest.Implementation }\n", s.Name)
	for _, m := range s.Methods {
		params, args := "driverctx drivercontext.Context", ""
		for i, p := range m.Params[1:] {
			params += fmt.Sprintf(", driver%d %s", i, p.Type)
			args += fmt.Sprintf("driver%d, ", i)
		}
		types, values := "", ""
		for i, r := range m.Results[:len(m.Results)-1] {
			types += r.Type + ", "
			values += fmt.Sprintf("driverout[%d].(%s), ", i, r.Type)
		}
		out := "_"
		if values != "" {
			out = "driverout"
		}
		fmt.Fprintf(b, "\nfunc (driver driver%s) %s(%s) (%serror) {\n", s.Name, m.Name, params, types)
		fmt.Fprintf(b, "\t%s, drivererr := driver.driverexecute(driverctx, %q, []any{%s})\n", out, m.Name, args)
		fmt.Fprintf(b, "\treturn %sdrivererr\n}\n", values)
	}
}

func driverStubs(b *strings.Builder, s rpcapi.Service) {
	fmt.Fprintf(b, "\t\t{\n\t\t\tInterface: %q,\n", s.Name)
	fmt.Fprintf(b, "\t\t\tNewClient: func(caller driverapi.Caller) any { return New%sClient(caller) },\n", s.Name)
	fmt.Fprintf(b, "\t\t\tNewHandler: func(driver drivertest.Implementation) driverapi.Handler {\n"+
		"\t\t\t\treturn New%sHandler(driver%s{driver})\n\t\t\t},\n\t\t\tMethods: []drivertest.StubMethod{\n", s.Name, s.Name)
	for _, m := range s.Methods {
		types := func(values []rpcapi.Param) (list string) {
			for _, v := range values {
				list += fmt.Sprintf("driverreflect.TypeFor[%s](), ", slice(v.Type))
			}
			return list
		}
		args, out, results := "driverctx", "", ""
		for i, p := range m.Params[1:] {
			args += fmt.Sprintf(", driverargs[%d].(%s)", i, slice(p.Type))
			if slice(p.Type) != p.Type {
				args += "..."
			}
		}
		for i := range m.Results[1:] {
			out += fmt.Sprintf("driver%d, ", i)
			results = out
		}
		fmt.Fprintf(b, "\t\t\t\t{%q, []driverreflect.Type{%s}, []driverreflect.Type{%s},\n"+
			"\t\t\t\t\tfunc(driverctx drivercontext.Context, driver any, driverargs []any) ([]any, error) {\n",
			m.Name, types(m.Params[1:]), types(m.Results[:len(m.Results)-1]))
		fmt.Fprintf(b, "\t\t\t\t\t\t%sdrivererr := driver.(%s).%s(%s)\n", out, s.Name, m.Name, args)
		fmt.Fprintf(b, "\t\t\t\t\t\treturn []any{%s}, drivererr\n\t\t\t\t\t}},\n", results)
	}
	b.WriteString("\t\t\t},\n\t\t},\n")
}

// slice is a type as it is in a message: that of a variadic parameter is a slice.
func slice(typ string) string {
	if element, variadic := strings.CutPrefix(typ, "..."); variadic {
		return "[]" + element
	}
	return typ
}
