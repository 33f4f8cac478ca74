package labrpc

// Draw returns the faults of one seed of a swarm: a mix of its own, within the
// limit. Each rate is zero for about one seed in three, and otherwise anything
// up to the limit's. The latencies are a range within the limit's. Each of the
// limit's timed faults is left out for about one seed in three. The rest
// (DelayBy, FIFO, Bandwidth, Queue, MTU) is the limit's own.
//
// This is swarm testing (Groce and others, 2012). With the same mix of faults
// in every run, a bug that needs the absence of one is never found: a
// retransmission timer that only runs away when nothing is lost, a buffer that
// only fills when nothing is late. It stands in one function so that all that
// can happen to a network can be read in one place.
func Draw(seed uint64, limit Faults) Faults {
	next := drawer(seed)
	rate := func(most float64) float64 {
		absent, level := next(), next()
		if chance(absent, 1.0/3) {
			return 0
		}
		return unit(level) * most
	}
	f := limit
	f.Loss = rate(limit.Loss)
	f.Duplicate = rate(limit.Duplicate)
	f.Corrupt = rate(limit.Corrupt)
	f.Delay = rate(limit.Delay)

	latency := limit.withDefaults().Latency
	f.Latency.Min = latency.pick(next())
	f.Latency.Max = Range{Min: f.Latency.Min, Max: latency.Max}.pick(next())

	f.Timed = nil
	for _, fault := range limit.Timed {
		if !chance(next(), 1.0/3) {
			f.Timed = append(f.Timed, fault)
		}
	}
	return f
}

// drawer returns a stream of random numbers for Draw. It always takes as many
// in the same order, so a new limit for one fault changes no other.
func drawer(seed uint64) func() uint64 {
	a, base := aspectDraw, mix(seed+golden)
	return func() uint64 {
		a++
		return roll(base, 0, a)
	}
}
