package kit

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// check fails if one of the files is the staff's, or quotes one of them.
func (s Staff) check(all map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(name, "solutions-skeleton/") && !bytes.Equal(all[name], s.Starter[name]) {
			return fmt.Errorf("%s is not the starter code, and may be a solution: move what you wrote elsewhere, "+
				"then \"make skeleton\" makes it anew", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Starter)) {
		if _, ok := all[name]; !ok {
			return fmt.Errorf("%s is missing: run \"make skeleton\"", name)
		}
	}
	secret := s.passages()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if strings.Contains("/"+name, "/internal/staff/") {
			return fmt.Errorf("%s is the staff's: a kit has none of that", name)
		}
		for _, p := range passages(all[name]) {
			if from, ok := secret[p]; ok {
				return fmt.Errorf("%s has a passage of %s, which is the staff's:\n%s", name, from, p)
			}
		}
	}
	return nil
}

// passages are those of the staff's files, and where each is from. What the starter
// code has too is no secret.
func (s Staff) passages() map[string]string {
	secret := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		for _, p := range passages(s.Files[name]) {
			secret[p] = name
		}
	}
	for _, text := range s.Starter {
		for _, p := range passages(text) {
			delete(secret, p)
		}
	}
	return secret
}

// A passage is so many lines in a row, of so many letters each; shorter lines stand
// in every program. A single line that two files share may be chance.
const (
	passageLines = 3
	lineLetters  = 20
)

// passages are those of a text, without what indents them.
func passages(text []byte) (all []string) {
	var last []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if len(line) < lineLetters || strings.HasPrefix(line, "//lab:") || strings.HasPrefix(line, `"`) { // an import
			continue
		}
		if last = append(last, line); len(last) > passageLines {
			last = last[1:]
		}
		if len(last) == passageLines {
			all = append(all, strings.Join(last, "\n"))
		}
	}
	return all
}
