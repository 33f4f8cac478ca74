package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// survivorsFile is beside a reference. It says of each mechanical mutant that no case
// catches, and of each part of the reference that no case comes to, why that is no
// fault of the suite's.
const survivorsFile = "survivors.txt"

// survivorsHead begins the file.
const survivorsHead = `# Mechanical mutants that no case catches, and parts of the reference that no case
# comes to ("unreached"), each with the reason why no case has to. "make mutate" holds
# the suite to it.
`

// A survivors is that file: the reasons, by ID.
type survivors map[string]string

func readSurvivors(path string) (survivors, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	all := survivors{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, why, _ := strings.Cut(line, ":")
		if _, twice := all[id]; twice {
			return nil, fmt.Errorf("%s: %s stands there twice: make it one line", survivorsFile, id)
		}
		all[id] = strings.TrimSpace(why)
	}
	return all, nil
}

// String is the text of the file.
func (s survivors) String() string {
	text := survivorsHead
	for _, id := range slices.Sorted(maps.Keys(s)) {
		text += strings.TrimSpace(id+": "+s[id]) + "\n"
	}
	return text
}

// judge notes the reasons beside what survived, and what is wrong.
func (s survivors) judge(b *bank, p *bankProof) {
	var open []string
	for _, list := range [][]survivor{p.Survivors, p.Gaps} {
		for i := range list {
			if list[i].Why = s[list[i].ID]; list[i].Why == "" {
				open = append(open, list[i].ID)
			}
		}
	}
	for _, f := range []struct {
		ids  []string
		what string
	}{
		{open, "strengthen a case, or say in " + survivorsFile + " why no case has to catch it"},
		{s.stale(b, *p), "it is caught now, or there is no such thing: take it out of " + survivorsFile},
	} {
		for _, id := range f.ids {
			p.Wrong = append(p.Wrong, fmt.Sprintf("%s: %s: %s", p.Lab, id, f.what))
		}
	}
}

// stale lists what stands in the file and does not belong there. A mutant that was
// not drawn this time stays.
func (s survivors) stale(b *bank, p bankProof) (ids []string) {
	belongs := map[string]bool{}
	for _, m := range b.source.Mutants() {
		belongs[m.ID()] = true
	}
	for _, m := range b.mutants {
		belongs[m.ID()] = false
	}
	for _, one := range slices.Concat(p.Survivors, p.Gaps) {
		belongs[one.ID] = true
	}
	for _, id := range slices.Sorted(maps.Keys(s)) {
		if !belongs[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// update takes out what does not belong there, and adds what is new, without a reason.
func (s survivors) update(b *bank, p bankProof) {
	for _, id := range s.stale(b, p) {
		delete(s, id)
	}
	for _, one := range slices.Concat(p.Survivors, p.Gaps) {
		s[one.ID] += ""
	}
}
