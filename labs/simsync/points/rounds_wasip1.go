package points

// work is package state because the loops of a solution must find it, as its locks
// must find current. A guest has one thread.
var work meter

func begin()      { work.begin() }
func spend(n int) { work.spend(n) }

// Round counts a round of a loop. The grader puts it into the loops of a solution when
// it compiles it for the machine.
func Round() { work.spend(1) }
