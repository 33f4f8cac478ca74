package machine

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// cpu is the CPU time that the worker has used, without what the system has used for
// it: a guest that spins makes no calls, and memory in pieces makes calls slow. On a
// busy machine it moves slower than the clock on the wall, and no honest run is called
// stuck.
func (w *process) cpu() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(string(fields[11]), 10, 64)
	return time.Duration(user) * (time.Second / 100) // in USER_HZ, which Linux fixes at 100
}

// separate keeps the terminal's Ctrl-C from the worker, which the grader ends
// itself, and has the system end the worker if the grader is killed: a guest that
// spins would notice nothing. (The signal comes when the thread that started the
// worker ends; threads of a Go program end only with a goroutine that is locked
// to one, and the grader has none.)
func separate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
