package quorumapi

import (
	"time"

	"faultline/labrpc"
)

// HedgedConfig describes a client that hedges its Gets.
type HedgedConfig struct {
	Config

	// HedgeAfter is how long a Get waits before it asks one more replica. On a calm
	// network an answer takes less; and it is at most a tenth of Timeout.
	HedgeAfter time.Duration
}

// NewHedged returns a client like that of NewClient, whose Gets ask few replicas and
// are quick nevertheless:
//
//   - A Get asks R replicas. Each time that HedgeAfter has passed and too few have
//     answered, it may ask one more. After Timeout it asks all.
//   - Any g Gets send at most 2R×g messages, and besides g/5 and 20 more, answers
//     included. That is one hedge in ten Gets, and ten in reserve. Those that have
//     waited for Timeout do not count.
//   - Where there are at least R+2 replicas, and fewer than one answer in 40 is late, by
//     chance, or one replica alone is slow or silent, 999 of 1,000 Gets take at most
//     4×HedgeAfter.
//   - Of the replicas that answer in time each is asked about equally often: from half
//     to twice the average.
//   - A replica that has been slow or silent, and is not any more, is asked again, at
//     least half as often as the others, 300 Gets later.
type NewHedged func(*labrpc.Process, HedgedConfig) Client
