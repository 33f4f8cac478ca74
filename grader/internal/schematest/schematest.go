// Package schematest holds JSON Schemas against the types that write what they
// describe. It is for tests.
package schematest

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A Schema is a JSON Schema in a file.
type Schema struct {
	file     string
	compiled *jsonschema.Schema
}

// Load reads a schema.
func Load(t testing.TB, file string) Schema {
	t.Helper()
	compiled, err := jsonschema.NewCompiler().Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	return Schema{file, compiled}
}

// Validate says what is wrong with a text.
func (s Schema) Validate(text []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.compiled.Validate(v)
}

// Refuses checks that a text that fits does not do so any more once old, which must
// be in it, is replaced by new.
func (s Schema) Refuses(t *testing.T, what, text, old, new string) {
	t.Helper()
	if err := s.Validate([]byte(text)); err != nil {
		t.Errorf("%s: it is wrong before: %v", what, err)
	}
	if !strings.Contains(text, old) {
		t.Errorf("%s: nothing is replaced", what)
	}
	if s.Validate([]byte(strings.Replace(text, old, new, 1))) == nil {
		t.Errorf("%s is accepted", what)
	}
}

// Fits finds a field that was added to a type and forgotten in the schema, or the
// other way round, or that is always written and not required. Types are by the name
// of their definition; "" is what the schema as a whole describes.
func (s Schema) Fits(t *testing.T, types map[string]any) {
	t.Helper()
	type object struct {
		Required   []string
		Properties map[string]any
	}
	var schema struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	text, err := os.ReadFile(s.file)
	if err == nil {
		err = json.Unmarshal(text, &schema)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range types {
		in, known := schema.Defs[name], true
		if name == "" {
			in = schema.object
		} else if _, known = schema.Defs[name]; !known {
			t.Errorf("%s does not define %q", s.file, name)
		}
		fields := fieldsOf(reflect.TypeOf(value))
		all := slices.Sorted(maps.Keys(fields))
		if described := slices.Sorted(maps.Keys(in.Properties)); !slices.Equal(all, described) {
			t.Errorf("%T has the fields\n%v\nand the schema\n%v", value, all, described)
		}
		always := slices.DeleteFunc(all, func(name string) bool { return !fields[name] })
		if required := slices.Sorted(slices.Values(in.Required)); !slices.Equal(always, required) {
			t.Errorf("%T always writes\n%v\nand the schema requires\n%v", value, always, required)
		}
	}
}

// fieldsOf are the names that a struct has as JSON, and whether each is always
// written.
func fieldsOf(of reflect.Type) map[string]bool {
	fields := map[string]bool{}
	for f := range of.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			maps.Copy(fields, fieldsOf(f.Type))
		case name != "-":
			fields[name] = !strings.Contains(options, "omitempty")
		}
	}
	return fields
}
