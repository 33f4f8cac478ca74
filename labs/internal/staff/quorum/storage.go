package quorum

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"faultline/labs/disk"
)

// storage keeps each item in a file of its own, which is replaced as a whole: so what
// a crash leaves is the old item or the new one.
type storage struct {
	//lab:begin C
	volume *disk.Volume
	//lab:end
}

// The file of a key is called item- and the key in hexadecimal. While it is written it
// has another name.
//
//lab:omit
const (
	itemPrefix = "item-"
	unfinished = ".new"
	complete   = "complete" // a file that is there when all has been copied
)

// save makes an item durable.
//
//lab:omit
func (s *storage) save(c Change) error {
	b := binary.AppendUvarint(nil, c.Item.Version.Counter)
	b = binary.AppendUvarint(b, uint64(len(c.Item.Version.Writer)))
	b = append(b, c.Item.Version.Writer...)
	return s.replace(itemPrefix+hex.EncodeToString([]byte(c.Key)), append(b, c.Item.Value...))
}

// replace makes content the content of a file. It is durable under another name before
// it gets the name, and the name is durable before replace returns.
//
//lab:omit
func (s *storage) replace(name string, content []byte) error {
	f, err := s.volume.Create(name + unfinished)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt(content, 0); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := s.volume.Rename(name+unfinished, name); err != nil {
		return err
	}
	return s.volume.SyncDir()
}

// load reads all items, and says whether they are all that there should be.
//
//lab:omit
func (s *storage) load() (items map[string]Item, isComplete bool, err error) {
	items = map[string]Item{}
	names, err := s.volume.Names()
	for _, name := range names {
		isComplete = isComplete || name == complete
		code, isItem := strings.CutPrefix(name, itemPrefix)
		key, hexErr := hex.DecodeString(code)
		if !isItem || hexErr != nil { // a crash has left it before it had its name
			continue
		}
		item, err := s.read(name)
		if err != nil {
			return nil, false, err
		}
		items[string(key)] = item
	}
	return items, isComplete, err
}

//lab:omit
func (s *storage) read(name string) (item Item, err error) {
	f, err := s.volume.Open(name)
	if err != nil {
		return item, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return item, err
	}
	b := make([]byte, size)
	if _, err := f.ReadAt(b, 0); err != nil {
		return item, err
	}
	counter, n := binary.Uvarint(b)
	b = b[max(n, 0):]
	length, m := binary.Uvarint(b)
	b = b[max(m, 0):]
	if n <= 0 || m <= 0 || length > uint64(len(b)) {
		return item, fmt.Errorf("%s is damaged, and no crash can have done that", name)
	}
	return Item{Version: Version{Counter: counter, Writer: string(b[:length])}, Value: b[length:]}, nil
}
