package commitapi

import "errors"

// ErrConflict is returned by a View when another transaction is in the way.
var ErrConflict = errors.New("another transaction is in the way")

// A Body is what a transaction does. It reads balances, and returns what is to change,
// perhaps nothing. If Balance fails, it returns that error.
//
// Transact calls body and commits what it has read and what it returns, as Run would:
// everybody who was read from or is to change something is a participant. When a vote is
// no, or Balance gave ErrConflict, this attempt is aborted, and the next one, under a
// new name, calls body again, until one commits. Nobody says why a vote was no, so body
// should read what it takes from: what is impossible is tried again and again.
//
//   - A transaction that commits is as if it had happened at one moment between the call
//     of Transact and its return, and nothing else then: what it has read is what those
//     before have left, and nobody sees a half of it. That is strict serializability.
//   - Another error of body ends the transaction: Transact returns Aborted and this error.
//   - When ctx ends before the decision, Transact returns Aborted and the error of ctx,
//     at most 2×Timeout later. As with Run, the outcome is Unknown only with ErrClosed.
//   - When all nodes are up, the network does nothing wrong, and n transactions are under
//     way, then each has committed after n×20×Timeout, whatever they read and change, and
//     whatever those before have left. A coordinator that is down holds up only those who
//     want an account that somebody has said yes for.
//
// How you get there is yours: whether a Read locks, who waits for whom, who gives way.
type Body func(View) ([]Part, error)

// A View is the accounts as an attempt of a transaction sees them. It is for one goroutine
// at a time, and ends when body returns.
type View interface {
	// Balance returns the balance of an account at a participant, or ErrNoAccount, or
	// an error that is (errors.Is) ErrConflict or ErrClosed, or that of ctx.
	Balance(participant, account string) (int64, error)
}

// Read asks a participant for a balance. Its answer is a Reading.
type Read struct {
	Txn         Txn
	Coordinator string // who carries it out
	Age         int64  // the smaller, the older; for those who let one wait for another. Yours to choose.
	Account     string
}

// A Reading is the answer to a Read: a balance, or why there is none. It is no promise.
// Whoever reads from a participant may crash and never be heard of again, so what a
// participant locks for a Read it lets go within 10×Timeout, also if nobody tells it to.
type Reading struct {
	Txn     Txn
	Balance int64
	Missing bool // there is no such account
	Busy    bool // another transaction is in the way
}

// An Observation is a balance that a transaction has read. In a Prepare it says: vote yes
// only if the account still has this balance, and no other transaction to which you have
// said yes changes it. From the yes until the participant knows the outcome, through any
// number of crashes, nobody else gets a yes to change what was read. (Two who only read
// an account may both get one. Balance may give ErrLocked meanwhile.)
type Observation struct {
	Account string
	Balance int64
}
