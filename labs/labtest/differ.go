package labtest

import (
	"slices"
	"strings"
)

// partMark is what stands between the parts of what a recovery holds.
const partMark = "; "

// differ says how what was found differs from what was wanted: the parts that are
// the same in all of them are left out.
func differ(found string, wanted ...string) (foundPart string, wantedParts []string, rest bool) {
	parts := strings.Split(found, partMark)
	same := make([]bool, len(parts))
	for i, part := range parts {
		same[i] = !slices.ContainsFunc(wanted, func(w string) bool {
			other := strings.Split(w, partMark)
			return len(other) != len(parts) || other[i] != part
		})
	}
	if !slices.Contains(same, true) || !slices.Contains(same, false) {
		return found, wanted, false
	}
	for _, w := range wanted {
		wantedParts = append(wantedParts, without(same, w))
	}
	return without(same, found), wantedParts, true
}

// without leaves parts out of contents.
func without(same []bool, contents string) string {
	var left []string
	for i, part := range strings.Split(contents, partMark) {
		if !same[i] {
			left = append(left, part)
		}
	}
	return strings.Join(left, partMark)
}

// theRest is what is said of parts that were left out.
func theRest(any bool) string {
	if any {
		return " (all else is right)"
	}
	return ""
}
