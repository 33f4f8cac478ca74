package messagingtest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// night is how long two generals have until dawn.
const night = 10 * time.Second

// A battle is what two generals did in one night.
type battle struct {
	sent          int // messages that they gave to messengers
	first, second bool
}

func (b battle) String() string {
	says := map[bool]string{true: "attacks", false: "does not attack"}
	return fmt.Sprintf("the first general %s, the second %s", says[b.first], says[b.second])
}

// generals looks for the night in which one attacks alone. It begins with one in
// which all messengers arrive, and each time has one more of the last ones caught.
//
// That night must come. Both attack when all arrive. The second does not when
// nobody does. Take the first night in which not both attack. It differs from the
// one before in a single messenger, the last who came through there. He who sent
// him cannot know: whoever might tell him is caught in both nights. So he attacks
// again, and the other does not.
func (s Solution) generals(t *labtest.T) {
	none := s.battle(t, 0)
	t.Step("no messenger arrives: %s", none)
	t.Check(!none.second, labtest.Finding{
		Property: "a general who does not know of the plan does not attack",
		Expected: "the second general, whom no messenger has reached, does not attack", Actual: "he attacks"})
	const all = 1 << 20
	calm := s.battle(t, all)
	t.Step("every messenger arrives: %d messengers, %s", calm.sent, calm)
	t.Check(calm.sent <= messagingapi.MaxMessengers, labtest.Finding{
		Property: "two generals know how to stop talking",
		Expected: fmt.Sprintf("at most %d messengers on a calm network", messagingapi.MaxMessengers),
		Actual:   fmt.Sprintf("there were %d", calm.sent)})
	t.Check(calm.first && calm.second, labtest.Finding{
		Property: "when every messenger arrives, both generals attack",
		Expected: "both attack", Actual: calm.String()})
	for arrive := calm.sent - 1; arrive >= 0; arrive-- {
		b := s.battle(t, arrive)
		t.Step("messenger %d and all later ones are caught: %s", arrive+1, b)
		if b.first != b.second {
			t.Reach("the two disagree")
			return
		}
		t.Check(b.first, labtest.Finding{
			Property: "a general decides by the messages he received",
			Expected: fmt.Sprintf("whoever sent messenger %d attacks whether that one arrives or not: for him both nights "+
				"are the same, and he attacked in the one before", arrive+1),
			Actual: "neither attacks. Does one decide by chance, or by the clock?"})
	}
}

// battle is one night in which only so many messengers arrive.
func (s Solution) battle(t *labtest.T, arrive int) battle {
	net := t.Network(labrpc.Config{Describe: words,
		Faults: labrpc.Faults{Latency: labrpc.Range{Min: night / 100}}})
	defer net.Close()
	var mu sync.Mutex
	sent := 0
	net.Intercept(func(labrpc.Message) labrpc.Action {
		mu.Lock()
		defer mu.Unlock()
		sent++
		if sent == 100*messagingapi.MaxMessengers {
			t.Report(labtest.Finding{
				Property: "two generals know how to stop talking",
				Expected: "a few messengers, and a while between them",
				Actual:   fmt.Sprintf("they sent %d in one night", sent)})
		}
		return labrpc.Action{Drop: sent > arrive}
	})
	decisions := [2]chan bool{s.general(t, net, "first", "second"), s.general(t, net, "second", "first")}
	t.Sleep(night + time.Second/10)
	for i, name := range [2]string{"first", "second"} {
		t.Check(len(decisions[i]) == 1, labtest.Finding{
			Property: "a general has decided by dawn",
			Expected: fmt.Sprintf("both generals return within %v, the deadline of the context", night),
			Actual:   fmt.Sprintf("the %s has not, a little later", name)})
	}
	mu.Lock()
	defer mu.Unlock()
	return battle{sent: sent, first: <-decisions[0], second: <-decisions[1]}
}

// general starts a general, and hands over what he decides.
func (s Solution) general(t *labtest.T, net *labrpc.Network, name, peer string) chan bool {
	conn := labtest.Must(net.Node(name).Listen())
	decision := make(chan bool, 1)
	t.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), night)
		defer cancel()
		decision <- s.General(ctx, conn, labrpc.Addr(peer), name == "first")
	})
	return decision
}
