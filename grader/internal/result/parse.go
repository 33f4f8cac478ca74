package result

import (
	"encoding/json"
	"fmt"
)

// Parse reads the JSON form of a result. It refuses a text of another version.
func Parse(text []byte) (*Result, error) {
	r := &Result{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("not the JSON form of a result: %w", err)
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("a result of version %q, expected %q", r.Schema, Schema)
	}
	return r, nil
}
