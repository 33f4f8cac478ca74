package rpc_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"faultline/labs/internal/staff/rpc"
	"faultline/labs/rpc/rpcapi"
)

// asServer makes this test binary a server, in a process of its own.
const asServer = "FAULTLINE_TEST_RPC_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		if err := serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serve serves until its standard input ends.
func serve() error {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := rpc.NewServer(conn, rpcapi.ServerOptions{Incarnation: 1, Workers: 4}, handle)
	fmt.Println(conn.LocalAddr())
	io.Copy(io.Discard, os.Stdin)
	return server.Close()
}

func handle(ctx context.Context, method string, args []byte) ([]byte, error) {
	switch method {
	case "sum":
		var numbers []int
		if err := rpc.Unmarshal(args, &numbers); err != nil {
			return nil, err
		}
		sum := 0
		for _, n := range numbers {
			sum += n
		}
		return rpc.Marshal(sum)
	case "wait":
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return nil, errors.New("there is no method " + method)
}

// startServer starts the other process and returns its address.
func startServer(t *testing.T) net.Addr {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asServer+"=1")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server: %v", err)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	addr, err := net.ResolveUDPAddr("udp", strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// The suite runs the reference over a simulated network. That it needs nothing
// from there but the interface of the standard library is shown here.
func TestAcrossTwoProcesses(t *testing.T) {
	server := startServer(t)
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client := rpc.NewClient(conn, server, rpcapi.ClientOptions{
		ID: 1, Incarnation: 1, Timeout: 100 * time.Millisecond, Probe: time.Second})
	defer client.Close()

	t.Run("calls of many goroutines get their own replies", func(t *testing.T) {
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				args, _ := rpc.Marshal([]int{i, 1, -3})
				reply, err := client.Call(t.Context(), "sum", args)
				var sum int
				if err == nil {
					err = rpc.Unmarshal(reply, &sum)
				}
				if err != nil || sum != i-2 {
					t.Errorf("sum %d: got %d, error %v", i, sum, err)
				}
			})
		}
		all.Wait()
	})
	t.Run("an error of the handler is a remote error", func(t *testing.T) {
		_, err := client.Call(t.Context(), "product", nil)
		var remote *rpcapi.RemoteError
		if !errors.As(err, &remote) || remote.Text != "there is no method product" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a call that gives up may have been executed, and ends over there", func(t *testing.T) {
		for range 5 { // one more than there are workers: the last call needs one that is free again
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			if _, err := client.Call(ctx, "wait", nil); !errors.Is(err, rpcapi.ErrUnknown) {
				t.Errorf("got %v", err)
			}
			cancel()
		}
		if _, err := client.Call(t.Context(), "product", nil); err == nil {
			t.Error("the next call got no answer")
		}
	})
}
