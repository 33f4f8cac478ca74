//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package class

// Lock cannot keep other graders out here.
func Lock(string) (unlock func(), err error) { return func() {}, nil }
