package commit

import "faultline/labs"

// await asks how a transaction ended until somebody knows. It decides nothing by itself:
// the others may have committed, and may have aborted.
func (b *participant) await(t *promise) {
	panic(labs.TODO("B"))
}

// askPeers asks the other participants, all at once. If one of them knows, it is over.
func (b *participant) askPeers(t *promise) {
	panic(labs.TODO("C"))
}
