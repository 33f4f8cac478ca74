package machine

import "syscall"

// large asks for large pages: a guest touches tens of megabytes in a run of a tenth
// of a second, and small pages cost explorations a quarter of their time.
func large(buf []byte) {
	syscall.Madvise(buf, syscall.MADV_HUGEPAGE) // a wish: without it, it is only slower
}
