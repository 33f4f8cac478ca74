package journal

import "faultline/labs"

// walk goes from the root to what a name stands for.
func (c *change) walk(name string) (n uint32, err error) {
	panic(labs.TODO("A"))
}
