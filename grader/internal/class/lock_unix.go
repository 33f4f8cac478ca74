//go:build linux || darwin || freebsd || netbsd || openbsd

package class

import (
	"errors"
	"os"
	"syscall"
)

// Lock keeps other graders out of a folder of results until unlock is called or the
// process ends, however it does. It leaves nothing in the folder.
func Lock(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return func() {}, nil // a file system without locks
	}
	return func() { f.Close() }, nil
}
