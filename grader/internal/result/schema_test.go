package result_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/result"
	"faultline/grader/internal/schematest"
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

func TestRecordedResultsFitTheSchemaAndSurviveReading(t *testing.T) {
	schema := schematest.Load(t, schemaFile)
	for name, text := range recorded(t) {
		if err := schema.Validate(text); err != nil {
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
	schema := schematest.Load(t, schemaFile)
	for _, test := range []struct{ what, old, new string }{
		{"another version", `"faultline/result/v1"`, `"faultline/result/v2"`},
		{"a lab without a name", `"lab": "messaging"`, `"lab": ""`},
		{"points that are no number", `"points": 20`, `"points": "20"`},
		{"half a point", `"points": 2,`, `"points": 1.5,`},
		{"a verdict that nobody knows", `"verdict": "pass"`, `"verdict": "skipped"`},
		{"points for a case that failed", `"verdict": "pass"`, `"verdict": "fail"`},
		{"a case without a title", `"title": "messages are received`, `"titel": "messages are received`},
	} {
		schema.Refuses(t, test.what, string(recorded(t)["pass.json"]), test.old, test.new)
	}
}

func TestTheSchemaHasTheFieldsOfTheTypes(t *testing.T) {
	schematest.Load(t, schemaFile).Fits(t, map[string]any{
		"": result.Result{}, "stage": result.Stage{}, "case": result.Case{}, "failure": result.Failure{},
		"shrunk": result.Shrunk{}, "apart": result.Apart{}, "size": labtest.Size{},
	})
}
