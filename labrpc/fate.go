package labrpc

import (
	"math/bits"
	"time"
)

// An aspect is one question about the fate of a message. Each has a random
// number of its own, so that the answer to one tells nothing about another.
type aspect uint64

const (
	aspectLoss aspect = iota + 1
	aspectDuplicate
	aspectDuplicateAfter
	aspectCorrupt
	aspectCorruptBit
	aspectDelay
	aspectDelayBy
	aspectLatency
	aspectDraw // and those that follow: see Draw
)

// golden is 2^64 divided by the golden ratio: multiples of it are spread evenly
// over the 64-bit numbers.
const golden = 0x9e3779b97f4a7c15

// mix is the output function of SplitMix64 (Steele, Lea, Flood 2014): every bit
// of x changes half the bits of the result.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// linkSeed is the seed of all fates on a directed link. The byte between the
// names keeps "a" -> "bc" apart from "ab" -> "c".
func linkSeed(seed uint64, from, to string) uint64 {
	h := uint64(0xcbf29ce484222325) // FNV-1a
	for _, s := range [...]string{from, "\x00", to} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 0x100000001b3
		}
	}
	return mix(mix(seed+golden) ^ h)
}

// roll is the random number of one aspect of message n on a link.
func roll(linkSeed uint64, n int, a aspect) uint64 {
	return mix(mix(linkSeed+uint64(n)*golden) + uint64(a)*golden)
}

// chance maps a random number to a decision that is true with probability rate.
func chance(h uint64, rate float64) bool { return unit(h) < rate }

// unit maps a random number to [0, 1).
func unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// below maps a random number to 0 … n-1.
func below(h, n uint64) uint64 {
	hi, _ := bits.Mul64(h, n)
	return hi
}

// pick maps a random number to a duration of the range, in whole nanoseconds.
func (r Range) pick(h uint64) time.Duration {
	if r.Max <= r.Min {
		return r.Min
	}
	return r.Min + time.Duration(below(h, uint64(r.Max-r.Min)+1))
}

// drawFaults returns what random faults do to message n of a link. A lost
// message has no other fault; the others combine.
func (f *Faults) drawFaults(l *link, n, size int) []Fault {
	if chance(roll(l.seed, n, aspectLoss), f.Loss) {
		return []Fault{{Kind: Drop, From: l.from, To: l.to, N: n}}
	}
	var list []Fault
	if size > 0 && chance(roll(l.seed, n, aspectCorrupt), f.Corrupt) {
		bit := int(below(roll(l.seed, n, aspectCorruptBit), uint64(size)*8))
		list = append(list, Fault{Kind: Corrupt, From: l.from, To: l.to, N: n, Bit: bit})
	}
	if chance(roll(l.seed, n, aspectDelay), f.Delay) {
		by := f.DelayBy.pick(roll(l.seed, n, aspectDelayBy))
		list = append(list, Fault{Kind: Delay, From: l.from, To: l.to, N: n, By: by})
	}
	if chance(roll(l.seed, n, aspectDuplicate), f.Duplicate) {
		by := f.DelayBy.pick(roll(l.seed, n, aspectDuplicateAfter))
		list = append(list, Fault{Kind: Duplicate, From: l.from, To: l.to, N: n, By: by})
	}
	return list
}
