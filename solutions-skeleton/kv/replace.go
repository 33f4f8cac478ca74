package kv

import (
	"faultline/labs"
	"faultline/labs/disk"
)

// Replace makes content the content of a file: see kvapi.Replace.
func Replace(v *disk.Volume, name string, content []byte) error {
	panic(labs.TODO("B"))
}
