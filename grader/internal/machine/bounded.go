package machine

import (
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// bounded is a command whose processes may take only so much of the host, where a
// shell can say that. A compiler has no bound of its own.
func (b *Builder) bounded(ctx context.Context, name string, args ...string) *exec.Cmd {
	if _, err := exec.LookPath("sh"); err != nil {
		return exec.CommandContext(ctx, name, args...)
	}
	// A shell that does not know a bound goes on without it. Blocks of -f are 512
	// bytes, and those of -v 1024. The bound of -t is soft: the process may say that
	// it has met it.
	script := fmt.Sprintf(`{ ulimit -c 0; ulimit -S -t %d; ulimit -f %d; ulimit -v %d; } 2>/dev/null; exec "$@"`,
		int(b.cpu()/time.Second), BuildFile/512, BuildMemory/1024)
	return exec.CommandContext(ctx, "sh", append([]string{"-c", script, "sh", name}, args...)...)
}

// A head keeps the first bytes that are written to it: of a type that doubles with each
// line of code the compiler writes hundreds of megabytes.
type head struct {
	strings.Builder
	most int
}

func (h *head) Write(p []byte) (int, error) {
	h.Builder.Write(p[:min(len(p), h.most-h.Len())])
	return len(p), nil
}

func (b *Builder) cpu() time.Duration { return cmp.Or(b.CPU, BuildCPU) }

// tooMuch says which bound the compiler met, given its output; "" if it met none. What
// it says of a line of code, and how it goes on, may quote that.
func (b *Builder) tooMuch(output string) string {
	var own []string
	for line := range strings.SplitSeq(output, "\n") {
		if !strings.Contains(line, ".go:") && !strings.HasPrefix(line, "\t") {
			own = append(own, line)
		}
	}
	text := strings.Join(own, "\n")
	for _, met := range []struct{ sign, what string }{
		{"SIGXCPU", fmt.Sprintf("more than %v of CPU time", b.cpu())},
		{"CPU time limit exceeded", fmt.Sprintf("more than %v of CPU time", b.cpu())},
		{"SIGXFSZ", fmt.Sprintf("a file of more than %d MiB", BuildFile>>20)},
		{"file too large", fmt.Sprintf("a file of more than %d MiB", BuildFile>>20)},
		{"data too large", "more data than a program may have"},
		{"too much data", "more data than a program may have"},
		{"out of memory", fmt.Sprintf("more than %d GiB of memory", BuildMemory>>30)},
		{"cannot allocate memory", fmt.Sprintf("more than %d GiB of memory", BuildMemory>>30)},
	} {
		if strings.Contains(text, met.sign) {
			return "the compiler needs " + met.what + " for this code: is there a huge array or constant, or a type made of ever more types?"
		}
	}
	return ""
}
