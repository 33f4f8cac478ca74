package labrpc_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"faultline/labrpc"
)

func TestAScriptReadsWhatMessagesCarry(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		var seen []string
		l.Tap(func(m labrpc.Message) {
			var args PutArgs
			var reply PutReply
			switch {
			case !m.Reply:
				err := m.Decode(&args)
				seen = append(seen, fmt.Sprintf("request %d %v", args.Version, err))
			default:
				err := m.Decode(&reply)
				seen = append(seen, fmt.Sprintf("reply %d %v", reply.Version, err))
			}
			if err := m.Decode(new([9]float64)); !errors.Is(err, labrpc.ErrEncoding) && err.Error() != "too old" {
				t.Errorf("what is of another type is decoded: %v", err)
			}
			if m.Decode(nil) == nil || m.Decode(args) == nil || m.Decode(new(chan int)) == nil {
				t.Error("what has no place for a value takes one")
			}
		})
		l.serve("b", func(ctx context.Context, args PutArgs, reply *PutReply) error {
			if args.Version == 0 {
				return errors.New("too old")
			}
			return next(ctx, args, reply)
		})
		a := l.start("a")
		put(a, 7)
		put(a, 0)
		if got := strings.Join(seen, ", "); got != "request 7 <nil>, reply 8 <nil>, request 0 <nil>, reply 0 too old" {
			t.Errorf("seen %s", got)
		}
	})
	if err := (labrpc.Message{}).Decode(new(int)); !errors.Is(err, labrpc.ErrEncoding) {
		t.Errorf("a datagram is decoded: %v", err)
	}
}
