package class_test

import (
	"testing"

	"faultline/grader/internal/class"
	"faultline/grader/internal/schematest"
)

const (
	recordSchema   = "schema/submission-v1.schema.json"
	manifestSchema = "schema/class-v1.schema.json"
	hash           = "0123456789abcdef0123456789abcdef"
)

// What the grader writes of a whole class is held against the schemas by the scripts
// in grader/testdata.
func TestTheSchemasHaveTheFieldsOfTheTypes(t *testing.T) {
	schematest.Load(t, recordSchema).Fits(t, map[string]any{"": class.Record{}, "lab": class.Lab{}})
	schematest.Load(t, manifestSchema).Fits(t, map[string]any{"": class.Manifest{}, "shard": class.Shard{}})
}

func TestTheSchemaRefusesWhatNoRecordCanBe(t *testing.T) {
	schema := schematest.Load(t, recordSchema)
	rec := class.Record{Schema: class.Schema, Name: "carl", Refused: "it is no archive", Labs: []class.Lab{
		{Name: "kv", HandedIn: true, Points: 3, MaxPoints: 5, Gist: "1 fail", Key: hash},
		{Name: "ring", Gist: "not handed in"},
	}}
	text, err := rec.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ what, old, new string }{
		{"another version", `submission/v1`, `submission/v2`},
		{"nobody", `"carl"`, `""`},
		{"half a point", `"points": 3`, `"points": 3.5`},
		{"no points", `"points": 3,`, ``},
		{"points for nothing", `"handed_in": true`, `"handed_in": false`},
		{"a key that is no hash", hash, `kv`},
		{"no gist", `"not handed in"`, `""`},
	} {
		schema.Refuses(t, test.what, string(text), test.old, test.new)
	}
}

func TestTheSchemaRefusesWhatNoManifestCanBe(t *testing.T) {
	schema := schematest.Load(t, manifestSchema)
	m := class.Manifest{Schema: class.ManifestSchema, Class: "class", Submissions: []string{"anna", "carl"}, Labs: []string{"kv"},
		Tree: hash, Order: hash, Seeds: []uint64{0, 1<<64 - 1}, All: true, Shard: &class.Shard{I: 1, N: 4}}
	text, err := m.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ what, old, new string }{
		{"another version", `class/v1`, `class/v2`},
		{"no labs", `"kv"`, ``},
		{"somebody twice", `"carl"`, `"anna"`},
		{"a seed that does not fit", `18446744073709551615`, `18446744073709551616`},
		{"a part before the first", `"i": 1`, `"i": 0`},
		{"a part of nothing", `"n": 4`, `"n": 0`},
		{"a tree without a hash", `"tree": "` + hash + `"`, `"tree": ""`},
	} {
		schema.Refuses(t, test.what, string(text), test.old, test.new)
	}
}
