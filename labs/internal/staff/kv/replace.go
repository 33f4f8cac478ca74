package kv

import "faultline/labs/disk"

// Replace makes content the content of a file: see kvapi.Replace.
//
//lab:todo B
func Replace(v *disk.Volume, name string, content []byte) error {
	// The new content is durable under another name before it gets the name, and
	// the name is durable before Replace returns. Without the first, a crash may
	// leave the name with nothing behind it; without the second, the old content.
	temporary := name + ".new"
	if err := write(v, temporary, content); err != nil {
		v.Remove(temporary) // it would take room; if that fails, the next Create empties it
		return err
	}
	if err := v.Rename(temporary, name); err != nil {
		return err
	}
	return v.SyncDir()
}

// write makes a file with this content, and the content durable.
//
//lab:omit
func write(v *disk.Volume, name string, content []byte) error {
	f, err := v.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt(content, 0); err != nil {
		return err
	}
	return f.Sync()
}

// read returns the content of a file.
//
//lab:omit
func read(v *disk.Volume, name string) ([]byte, error) {
	f, err := v.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	content := make([]byte, size)
	if size > 0 {
		_, err = f.ReadAt(content, 0)
	}
	return content, err
}
