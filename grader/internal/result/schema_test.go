package result_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"faultline/grader/internal/result"
	"faultline/labs/labtest"
)

const schemaFile = "schema/result-v1.schema.json"

// recorded are results that the grader has written, and that the exporters are
// tested with.
func recorded(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "export", "testdata", "results", "*.json"))
	if err != nil || len(files) < 5 {
		t.Fatalf("only %d results: %v", len(files), err)
	}
	texts := map[string][]byte{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(file)] = text
	}
	return texts
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRecordedResultsFitTheSchemaAndSurviveReading(t *testing.T) {
	schema := compiled(t)
	for name, text := range recorded(t) {
		if err := schema.Validate(decoded(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		r, err := result.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(text), string(again)); diff != "" {
			t.Errorf("%s is another text when it has been read and written:\n%s", name, diff)
		}
	}
}

func TestTheSchemaRefusesWhatNoResultCanBe(t *testing.T) {
	schema := compiled(t)
	for _, test := range []struct{ name, old, new string }{
		{"another version", `"faultline/result/v1"`, `"faultline/result/v2"`},
		{"a lab without a name", `"lab": "messaging"`, `"lab": ""`},
		{"points that are no number", `"points": 20`, `"points": "20"`},
		{"half a point", `"points": 2,`, `"points": 1.5,`},
		{"a verdict that nobody knows", `"verdict": "pass"`, `"verdict": "skipped"`},
		{"points for a case that failed", `"verdict": "pass"`, `"verdict": "fail"`},
		{"a case without a title", `"title": "messages are received`, `"titel": "messages are received`},
	} {
		text := bytes.Replace(recorded(t)["pass.json"], []byte(test.old), []byte(test.new), 1)
		if bytes.Equal(text, recorded(t)["pass.json"]) {
			t.Errorf("%s: nothing was replaced", test.name)
		}
		if schema.Validate(decoded(t, text)) == nil {
			t.Errorf("%s is accepted", test.name)
		}
	}
}

// TestTheSchemaHasTheFieldsOfTheTypes finds a field that was added to a type and
// forgotten in the schema, or the other way round, or that is always written and
// not required.
func TestTheSchemaHasTheFieldsOfTheTypes(t *testing.T) {
	type object struct {
		Required   []string
		Properties map[string]any
	}
	var schema struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		of   any
		in   object
	}{
		{"Result", result.Result{}, schema.object},
		{"Stage", result.Stage{}, schema.Defs["stage"]},
		{"Case", result.Case{}, schema.Defs["case"]},
		{"Failure", result.Failure{}, schema.Defs["failure"]},
		{"Shrunk", result.Shrunk{}, schema.Defs["shrunk"]},
		{"Apart", result.Apart{}, schema.Defs["apart"]},
		{"Size", labtest.Size{}, schema.Defs["size"]},
	} {
		fields := jsonFields(reflect.TypeOf(test.of))
		all := slices.Sorted(maps.Keys(fields))
		if diff := cmp.Diff(all, slices.Sorted(maps.Keys(test.in.Properties))); diff != "" {
			t.Errorf("%s (- type, + schema):\n%s", test.name, diff)
		}
		always := slices.DeleteFunc(all, func(name string) bool { return !fields[name] })
		if diff := cmp.Diff(always, slices.Sorted(slices.Values(test.in.Required))); diff != "" {
			t.Errorf("%s is required (- type, + schema):\n%s", test.name, diff)
		}
	}
}

// jsonFields are the names that a struct has as JSON, and whether each is always
// written.
func jsonFields(of reflect.Type) map[string]bool {
	fields := map[string]bool{}
	for f := range of.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			maps.Copy(fields, jsonFields(f.Type))
		case name != "-":
			fields[name] = !strings.Contains(options, "omitempty")
		}
	}
	return fields
}
