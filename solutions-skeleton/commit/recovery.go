package commit

import "faultline/labs"

// recover goes on with what earlier lives have decided and not everybody has
// acknowledged. Of all else nothing is known, and so it was aborted: who had voted will
// ask.
func (c *coordinator) recover() error {
	panic(labs.TODO("B"))
}

// recover does again what was committed, and takes again the locks of what is not
// decided.
func (b *participant) recover() error {
	panic(labs.TODO("B"))
}
