package commitapi

import (
	"errors"
	"time"
)

// Errors of Participant.Balance.
var (
	ErrLocked    = errors.New("a transaction holds the account")
	ErrNoAccount = errors.New("there is no such account")
)

// ParticipantConfig describes a participant.
type ParticipantConfig struct {
	Accounts map[string]int64 // balances before the first transaction; nobody changes this map
	Timeout  time.Duration    // how long to wait for an answer
}

// A Participant is a branch with accounts. Its methods may be called by any number of
// goroutines at once.
//
// A function OpenParticipant makes it, from a process, which it owns, its log, and a
// config. The log is empty at first and holds later what earlier lives of this
// participant have written. A balance is what it was before the first transaction, and
// what committed transactions have added since, each once.
//
// It votes yes if all its accounts of a transaction exist, no other transaction holds
// one of them, and none would become negative. It does not wait for locks: it votes no.
// What a transaction means for it:
//
//   - From its yes until it knows the outcome it holds the accounts: other transactions
//     that want one get a no, and Balance gives ErrLocked. Before that it may abort by
//     itself. After that it may not, however long it takes, and through any number of
//     crashes.
//   - It votes yes when its record Ready is durable. It acknowledges a commit when its
//     record Commit is durable. What it does not promise to anybody need not be.
//   - A participant that holds accounts asks the coordinator how it ended, at least
//     once in every 2×Timeout. From stage C on it asks the other participants, too,
//     when the coordinator does not know or does not answer.
//   - An Inquiry is answered by what it knows: Committed, Aborted, or, if it has
//     promised a yes itself, Unknown. If it has not voted, it aborts: once its record
//     Abort is durable it answers Aborted, and will vote no.
//   - The first decision counts. What comes later is acknowledged and changes nothing.
type Participant interface {
	// Balance returns the balance of an account, or ErrLocked, or ErrNoAccount. It
	// returns at once.
	Balance(account string) (int64, error)

	// Close closes the process and ends every goroutine of the participant. Closing
	// twice does nothing.
	Close()
}
