package ring

import "faultline/labs"

// Keys implements ringapi.Store.
func (n *node) Keys() (keys []string) {
	panic(labs.TODO("D"))
}
