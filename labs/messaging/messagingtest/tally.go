package messagingtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"faultline/labs/labtest"
)

// A tally notes how calls of several goroutines ended.
type tally struct {
	mu      sync.Mutex
	results map[string][]string // by what was called
}

func newTally() *tally { return &tally{results: map[string][]string{}} }

// end notes how a call ended.
func (c *tally) end(what, result string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.results[what] = append(c.results[what], result)
}

// ended fails unless so many calls said that their end was closed; why says why it
// must be so many.
func (c *tally) ended(t *labtest.T, what string, want int, why string) {
	c.mu.Lock()
	results := slices.Sorted(slices.Values(c.results[what]))
	c.mu.Unlock()
	got := 0
	for _, result := range results {
		if result == closed {
			got++
		}
	}
	all := fmt.Sprintf("it gives %q", closed)
	if len(results) > 1 {
		all = fmt.Sprintf("%d of %d calls give %q", want, len(results), closed)
	}
	t.Check(got == want, labtest.Finding{
		Expected: fmt.Sprintf("%s: %s, for %s", what, all, why),
		Actual:   fmt.Sprintf("it gave %q", results),
	})
}

// calls are those of the clients of a mailbox.
type calls struct {
	mu      sync.Mutex
	waiting []string          // calls that have not ended: "sender-1 waits in Send a1"
	sent    []string          // messages whose Send succeeded, in order
	unsent  [][2]string       // messages whose Send did not, and what it gave
	got     map[string]string // message -> who received it
}

func newCalls() *calls { return &calls{got: map[string]string{}} }

// begin notes that a client has begun a call.
func (c *calls) begin(client, operation string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = append(c.waiting, client+" waits in "+operation)
}

// end notes that it has ended. The lock is held.
func (c *calls) end(client string) {
	i := slices.IndexFunc(c.waiting, func(call string) bool { return strings.HasPrefix(call, client+" ") })
	c.waiting = slices.Delete(c.waiting, i, i+1)
}

// endSend notes how a Send has ended.
func (c *calls) endSend(client, msg, result string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(client)
	if result == sent {
		c.sent = append(c.sent, msg)
	} else {
		c.unsent = append(c.unsent, [2]string{msg, result})
	}
}

// endReceive notes how a Receive has ended, and returns who had received that
// message before.
func (c *calls) endReceive(client, result string) (before string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(client)
	if result != closed && result != canceled && !strings.HasPrefix(result, "error: ") {
		before = c.got[result]
		c.got[result] = client
	}
	return before
}

// left are the messages that were sent and not received. The lock is held.
func (c *calls) left() []string {
	return slices.DeleteFunc(slices.Clone(c.sent), func(msg string) bool { return c.got[msg] != "" })
}

// account says who waits, and for what.
func (c *calls) account(capacity int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := c.left()
	holds := "no message"
	if len(left) > 0 {
		holds = strings.Join(left, " ")
	}
	return fmt.Sprintf("%s; by what was sent and received the mailbox must hold %s, of at most %d",
		strings.Join(c.waiting, ", "), holds, capacity)
}

// received fails unless what was received is what was sent, once all is over.
func (c *calls) received(t *labtest.T) {
	c.mu.Lock()
	left, unsent, got := c.left(), c.unsent, maps.Clone(c.got)
	c.mu.Unlock()
	if len(left) > 0 {
		t.Fail(labtest.Finding{
			Property: "every message that was sent is received",
			Expected: fmt.Sprintf("somebody receives %s: its Send gave %q", left[0], sent),
			Actual:   "nobody has received it, and the mailbox says that it is closed and empty",
		})
	}
	for _, u := range unsent {
		if msg, result := u[0], u[1]; got[msg] != "" {
			t.Fail(labtest.Finding{
				Property: "a Send that did not succeed has sent nothing",
				Expected: fmt.Sprintf("nobody receives %s: its Send gave %q", msg, result),
				Actual:   got[msg] + " received it",
			})
		}
	}
}
