package commitapi

// A Txn names a transaction. No two transactions ever have the same name, whoever
// coordinates them and however often he has restarted.
type Txn string

// An Outcome is how a transaction ended.
type Outcome string

// The outcomes. The zero value is Unknown.
const (
	Unknown   Outcome = ""          // nothing is decided, or the one who says this does not know
	Committed Outcome = "committed" // all of it happens
	Aborted   Outcome = "aborted"   // nothing of it happens
)

// A Change adds By to the balance of an account. By may be negative.
type Change struct {
	Account string
	By      int64
}

// A Part is what a transaction does at one participant. No account is in it twice.
type Part struct {
	Participant string // the name of its process
	Changes     []Change
}

// A participant registers these methods under the name "Participant":
//
//	Prepare(Prepare, *Vote) error
//	Decide(Decision, *Ack) error
//	Inquire(Inquiry, *Answer) error   // stage C
//	Read(Read, *Reading) error        // stage D
//
// and a coordinator registers under the name "Coordinator":
//
//	Inquire(Inquiry, *Answer) error
//
// Each may be called again, by a retry or by a copy that the network made, and late.
// Where a method returns an error, the caller has no answer.
const (
	ParticipantService = "Participant"
	CoordinatorService = "Coordinator"
)

// Prepare asks a participant to vote. Its answer is a Vote.
type Prepare struct {
	Txn          Txn
	Coordinator  string        // whom to ask how it ended
	Participants []string      // all of the transaction
	Changes      []Change      // of the one who is asked
	ReadSet      []Observation // stage D: what the transaction has read there; empty before
}

// A Vote is the answer to a Prepare. Yes is a promise: whatever happens, also a crash,
// the participant can do its part, and until it knows the outcome it can leave it, too.
type Vote struct {
	Txn         Txn
	Participant string // who votes
	Yes         bool
}

// A Decision tells a participant the outcome. Its answer is an Ack.
type Decision struct {
	Txn     Txn
	Outcome Outcome // Committed or Aborted
}

// An Ack is the answer to a Decision. Once a commit is acknowledged, nobody will ever
// ask for it again: see Coordinator.
type Ack struct {
	Txn         Txn
	Participant string
}

// An Inquiry asks how a transaction ended. Its answer is an Answer.
type Inquiry struct {
	Txn  Txn
	From string // who asks
}

// An Answer is what somebody knows of a transaction. Unknown says: ask again later.
type Answer struct {
	Txn     Txn
	From    string // who answers
	Outcome Outcome
}
