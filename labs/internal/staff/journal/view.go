package journal

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"time"

	"faultline/labs/journal/journalapi"
)

// View implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) View() fs.FS { return view{f} }

//lab:omit
type view struct{ f *fileSystem }

// Open implements fs.FS.
//
//lab:omit
func (v view) Open(name string) (fs.File, error) {
	file, err := v.open(name)
	if err == nil {
		return file, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: err}
}

//lab:omit
func (v view) open(name string) (fs.File, error) {
	info, err := v.f.Stat(name)
	if err != nil {
		return nil, err
	}
	about := fileInfo{path.Base(name), info}
	if !info.Dir {
		content := make([]byte, info.Size)
		if _, err := v.f.ReadAt(name, content, 0); err != nil && err != io.EOF {
			return nil, err
		}
		return &openFile{about, bytes.NewReader(content)}, nil
	}
	names, err := v.f.ReadDir(name)
	if err != nil {
		return nil, err
	}
	d := &openDirectory{fileInfo: about}
	for _, base := range names {
		info, err := v.f.Stat(path.Join(name, base))
		if err == nil { // else it has gone meanwhile
			d.left = append(d.left, fs.FileInfoToDirEntry(fileInfo{base, info}))
		}
	}
	return d, nil
}

// A fileInfo implements fs.FileInfo.
//
//lab:omit
type fileInfo struct {
	name string
	info journalapi.Info
}

//lab:omit
func (i fileInfo) Name() string { return i.name }

//lab:omit
func (i fileInfo) Size() int64 {
	if i.info.Dir {
		return 0
	}
	return i.info.Size
}

//lab:omit
func (i fileInfo) Mode() fs.FileMode {
	if i.info.Dir {
		return fs.ModeDir | 0o755
	}
	return 0o644
}

//lab:omit
func (i fileInfo) ModTime() time.Time { return time.Time{} }

//lab:omit
func (i fileInfo) IsDir() bool { return i.info.Dir }

//lab:omit
func (i fileInfo) Sys() any { return nil }

//lab:omit
type openFile struct {
	about fileInfo
	*bytes.Reader
}

//lab:omit
func (f *openFile) Stat() (fs.FileInfo, error) { return f.about, nil }

//lab:omit
func (f *openFile) Close() error { return nil }

// An openDirectory implements fs.ReadDirFile.
//
//lab:omit
type openDirectory struct {
	fileInfo
	left []fs.DirEntry
}

//lab:omit
func (d *openDirectory) Stat() (fs.FileInfo, error) { return d.fileInfo, nil }

//lab:omit
func (d *openDirectory) Close() error { return nil }

//lab:omit
func (d *openDirectory) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: journalapi.ErrDirectory}
}

// ReadDir implements fs.ReadDirFile.
//
//lab:omit
func (d *openDirectory) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(d.left)
	} else if len(d.left) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.left))
	list := d.left[:n:n]
	d.left = d.left[n:]
	return list, nil
}
