package similar

import (
	"cmp"
	"math/bits"
	"slices"
)

// mostPlaces is how many places of one hash in one submission are looked at.
const mostPlaces = 8

// A fingerprint is a hash that is kept, and the first of its symbols.
type fingerprint struct {
	hash uint64
	at   int
}

// none is no hash: fewer than k symbols follow in the declaration.
const none = 0

// The hash of k symbols is a polynomial modulo a prime, so that the next comes
// from the last one.
const (
	prime = 1<<61 - 1
	base  = 0x9e3779b97f4a7c1 % prime
)

func times(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return plus(low&prime, high<<3|low>>61)
}

func plus(a, b uint64) uint64 {
	sum := a + b
	if sum >= prime {
		sum -= prime
	}
	return sum
}

// mix spreads a hash over 64 bits: the least of a window is to be any of them,
// and not the one with the smallest symbol at its end. It is never none.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return max(none+1, h^h>>31)
}

// hashes returns for each symbol the hash of the k symbols from there, or none.
func (s *stream) hashes(k int) []uint64 {
	all := make([]uint64, len(s.symbols))
	first := uint64(1) // what the first of k symbols is multiplied with
	for range k - 1 {
		first = times(first, base)
	}
	for _, d := range s.decls {
		h := uint64(0)
		for i := d.start; i < d.end; i++ {
			if gone := i - k; gone >= d.start {
				h = plus(h, prime-times(s.symbols[gone]%prime, first))
			}
			h = plus(times(h, base), s.symbols[i]%prime)
			if at := i - k + 1; at >= d.start {
				all[at] = mix(h)
			}
		}
	}
	return all
}

// winnow keeps of each window of hashes the least that is not ignored: the last
// one if there are several, but one that an earlier window kept rather than that,
// which keeps less of code that repeats itself. A declaration with fewer hashes
// than a window is one window. The result is in the order of hash and place.
//
// Ignored hashes are left out before a window is looked at. Left out afterwards,
// one would take the place of the hash that shows what stands beside it.
func (s *stream) winnow(hashes []uint64, k, window int, ignored map[uint64]bool) []fingerprint {
	var kept []fingerprint
	for _, d := range s.decls {
		last := d.end - k // the last hash
		least := -1
		for end := d.start; end <= last; end++ {
			start := max(d.start, end-window+1)
			if least >= 0 && least < start {
				least = -1
				for i := start; i < end; i++ {
					if !ignored[hashes[i]] && (least < 0 || hashes[i] <= hashes[least]) {
						least = i
					}
				}
			}
			if !ignored[hashes[end]] && (least < 0 || hashes[end] < hashes[least]) {
				least = end
			}
			full := end-d.start+1 >= window || end == last
			if full && least >= 0 && (len(kept) == 0 || kept[len(kept)-1].at != least) {
				kept = append(kept, fingerprint{hashes[least], least})
			}
		}
	}
	return bounded(kept)
}

// bounded sorts fingerprints and keeps the first few of each hash.
func bounded(all []fingerprint) []fingerprint {
	slices.SortFunc(all, func(a, b fingerprint) int { return cmp.Or(cmp.Compare(a.hash, b.hash), a.at-b.at) })
	kept := all[:0]
	for i, f := range all {
		if i < mostPlaces || all[i-mostPlaces].hash != f.hash {
			kept = append(kept, f)
		}
	}
	return kept
}
