// A guest whose cases explore the crashes of a toy store.
package main

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"faultline/labs"
	"faultline/labs/disk"
	"faultline/labs/labtest"
)

var suite = labtest.Suite{Lab: "toy", Package: "main", Cases: []labtest.Case{
	{Case: labs.Case{Lab: "toy", Stage: "A", Name: "holds"}, Run: explore("")},
	{Case: labs.Case{Lab: "toy", Stage: "A", Name: "panics"}, Run: explore("panics")},
	{Case: labs.Case{Lab: "toy", Stage: "A", Name: "panics-beside"}, Run: explore("panics beside")},
	{Case: labs.Case{Lab: "toy", Stage: "A", Name: "hangs"}, Run: explore("hangs")},
}}

//go:wasmexport run
func run(int32) { labtest.Serve(suite) }

func init() { labtest.Prepare() }

func main() {}

// A store is a map. Each change is a record at the end of a log; a snapshot takes
// the place of a log that has grown long.
type store struct {
	v       *disk.Volume
	bug     string
	log     *disk.File
	records int
	content map[string]string
}

const mostRecords = 16

func open(v *disk.Volume, bug string) (*store, error) {
	s := &store{v: v, bug: bug, content: map[string]string{}}
	f, err := v.Open("log")
	if errors.Is(err, fs.ErrNotExist) {
		return s, s.rewrite()
	}
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	text := make([]byte, size)
	if _, err := f.ReadAt(text, 0); err != nil {
		return nil, err
	}
	s.log = f
	return s, s.replay(text)
}

// replay reads the records up to the first that is not whole, and cuts it off.
func (s *store) replay(text []byte) error {
	at := 0
	for at+8 <= len(text) {
		n := int(binary.LittleEndian.Uint32(text[at:]))
		sum := binary.LittleEndian.Uint32(text[at+4:])
		if n == 0 || n > len(text)-at-8 || crc32.ChecksumIEEE(text[at+8:at+8+n]) != sum {
			break
		}
		key, value, _ := strings.Cut(string(text[at+8:at+8+n]), "=")
		s.content[key] = value
		s.records++
		at += 8 + n
	}
	if at == len(text) {
		return nil
	}
	switch s.bug {
	case "panics":
		panic("half a record")
	case "panics beside":
		done := make(chan bool)
		go func() { panic("half a record") }()
		<-done
	case "hangs":
		<-make(chan bool)
	}
	return errors.Join(s.log.Truncate(int64(at)), s.log.Sync())
}

func record(key, value string) []byte {
	text := key + "=" + value
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(text)))
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(text)))
	return append(b, text...)
}

func (s *store) put(key, value string) error {
	if s.records == mostRecords {
		if err := s.rewrite(); err != nil {
			return err
		}
	}
	if _, err := s.log.Append(record(key, value)); err != nil {
		return err
	}
	s.records++
	s.content[key] = value
	return s.log.Sync()
}

// rewrite makes a log that holds just what the store does.
func (s *store) rewrite() error {
	f, err := s.v.Create("log.new")
	if err != nil {
		return err
	}
	var text []byte
	for _, key := range slices.Sorted(maps.Keys(s.content)) {
		text = append(text, record(key, s.content[key])...)
	}
	_, err = f.WriteAt(text, 0)
	s.log, s.records = f, len(s.content)
	return errors.Join(err, f.Sync(), s.v.Rename("log.new", "log"), s.v.SyncDir())
}

func (s *store) String() string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(s.content)) {
		b.WriteString(key + "=" + s.content[key] + " ")
	}
	return b.String()
}

func explore(bug string) func(*labtest.T) {
	return func(t *labtest.T) {
		states := []string{""}
		labtest.Explore(t, labtest.Exploration[*disk.Volume]{
			New: disk.NewVolume,
			Workload: func(v *disk.Volume, w *labtest.Work) {
				states = states[:1]
				s, err := open(v, bug)
				for i := range 60 {
					key, value := string(rune('a'+i%8)), strings.Repeat(string(rune('A'+i%26)), 40)
					w.Op("put "+key+"="+value, func() error { err = errors.Join(err, s.put(key, value)); return nil })
					states = append(states, s.String())
				}
				t.Check(err == nil, labtest.Finding{Actual: "a calm disk fails"})
			},
			Recover: func(v *disk.Volume) (string, error) {
				s, err := open(v, bug)
				if err != nil {
					return "", err
				}
				return s.String(), s.log.Close()
			},
			Check: func(at labtest.Crash, contents string) labtest.Finding { return labtest.Prefix(states)(at, contents) },
		})
	}
}
