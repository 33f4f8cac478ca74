package main

import (
	"bufio"
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// A cluster is a folder as the examples in handouts/grading have it: the grader, a
// class and its seeds; and what one grading of the class gives.
type cluster struct {
	t     *testing.T
	dir   string
	whole map[string]string
}

func newCluster(t *testing.T) cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("it grades a class several times")
	}
	c := cluster{t: t, dir: workFolder(t, moduleRoot(t))}
	smallClass(t, filepath.Join(c.dir, "submissions"))
	grader, err := exec.LookPath("grader")
	check(t, err)
	check(t, os.Mkdir(filepath.Join(c.dir, ".bin"), 0o755))
	check(t, os.Symlink(grader, filepath.Join(c.dir, ".bin", "grader")))
	c.shell(".bin/grader seeds > seeds.txt")
	c.shell(".bin/grader grade submissions --seeds-file seeds.txt --out whole")
	c.whole = textsBelow(t, filepath.Join(c.dir, "whole"))
	return c
}

// shell runs a script, which must succeed.
func (c cluster) shell(script string) {
	c.t.Helper()
	cmd := exec.Command("bash", "-euc", script)
	cmd.Dir = c.dir
	if text, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("%s\n%v\n%s", script, err, text)
	}
}

// hold checks that a folder has, byte for byte, what one grading gives.
func (c cluster) hold(folder string, but ...string) {
	c.t.Helper()
	got := textsBelow(c.t, filepath.Join(c.dir, folder))
	for _, name := range but {
		if len(got[name]) == 0 {
			c.t.Errorf("no %s", name)
		}
		delete(got, name)
	}
	if diff := cmp.Diff(c.whole, got); diff != "" {
		c.t.Errorf("(- of one grading, + of the parts):\n%.4000s", diff)
	}
}

// TestTheWorkflowGradesWhatOneGradingWould runs the steps of the workflow for GitHub
// Actions, as far as they are commands.
func TestTheWorkflowGradesWhatOneGradingWould(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	text, err := os.ReadFile(filepath.Join(moduleRoot(t), "handouts", "grading", "class.yml"))
	check(t, err)
	type job struct {
		Strategy struct {
			Matrix struct{ Shard []int }
		}
		Steps []struct{ Run string }
	}
	var workflow struct{ Jobs struct{ Grade, Merge job } }
	check(t, yaml.Unmarshal(text, &workflow))
	run := func(j job, shard string) {
		for _, step := range j.Steps {
			if step.Run != "" && !strings.HasPrefix(step.Run, "go build ") {
				c.shell(strings.ReplaceAll(step.Run, "${{ matrix.shard }}", shard))
			}
		}
	}
	for _, shard := range workflow.Jobs.Grade.Strategy.Matrix.Shard {
		run(workflow.Jobs.Grade, strconv.Itoa(shard))
	}
	run(workflow.Jobs.Merge, "")
	c.hold("grades", "staff/grades.csv")
}

// TestTheTasksOfTheJobArrayGradeWhatOneGradingWould runs the example as Slurm would run
// its tasks, each with the variables that Slurm sets.
func TestTheTasksOfTheJobArrayGradeWhatOneGradingWould(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	script := filepath.Join(moduleRoot(t), "handouts", "grading", "class.sbatch")
	for _, task := range []string{"1", "2", "3"} {
		c.shell("SLURM_ARRAY_TASK_ID=" + task + " SLURM_ARRAY_TASK_COUNT=3 SLURM_CPUS_PER_TASK=1 bash '" + script + "'")
	}
	c.shell(".bin/grader merge out/part* --out out/grades")
	c.hold("out/grades")
}

// TestTheJobArrayGradesWhatOneGradingWould submits the example for Slurm, with the two
// commands that its comment has, to a Slurm of its own.
func TestTheJobArrayGradesWhatOneGradingWould(t *testing.T) {
	programs := []string{"munged", "slurmctld", "slurmd", "sbatch"}
	if i := slices.IndexFunc(programs, func(p string) bool { _, err := exec.LookPath(p); return err != nil }); i >= 0 {
		t.Skipf("no %s: to run this test, apt-get install slurmctld slurmd slurm-client munge", programs[i])
	}
	if os.Getuid() != 0 {
		t.Skip("Slurm's daemons are started by root")
	}
	c := newCluster(t)
	startSlurm(t)
	script := filepath.Join("handouts", "grading", "class.sbatch")
	text, err := os.ReadFile(filepath.Join(moduleRoot(t), script))
	check(t, err)
	check(t, os.MkdirAll(filepath.Join(c.dir, filepath.Dir(script)), 0o755))
	check(t, os.WriteFile(filepath.Join(c.dir, script), text, 0o644))
	var commands []string
	for line := range strings.Lines(string(text)) {
		if command, ok := strings.CutPrefix(line, "#   "); ok {
			commands = append(commands, strings.Replace(command, "sbatch ", "sbatch --wait ", 1))
		}
	}
	if len(commands) != 2 {
		t.Fatalf("%s has the commands %q, want two", script, commands)
	}
	commands[0] = strings.Replace(commands[0], "sbatch ", "sbatch --array=1-2 ", 1)
	c.shell(strings.Join(commands, ""))
	for _, part := range []string{"part1", "part2"} {
		if _, err := os.Stat(filepath.Join(c.dir, "out", part)); err != nil {
			t.Error(err)
		}
	}
	c.hold("out/grades")
}

// startSlurm starts a cluster of one node on this machine, until the test ends.
func startSlurm(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	name, err := os.Hostname()
	check(t, err)
	name, _, _ = strings.Cut(name, ".")
	check(t, os.WriteFile(filepath.Join(dir, "key"), bytes.Repeat([]byte("faultline"), 100), 0o400))
	for _, folder := range []string{"state", "spool"} {
		check(t, os.Mkdir(filepath.Join(dir, folder), 0o755))
	}
	conf := filepath.Join(dir, "slurm.conf")
	check(t, os.WriteFile(conf, []byte(strings.NewReplacer("DIR", dir, "HOST", name,
		"PORT1", strconv.Itoa(freePort(t)), "PORT2", strconv.Itoa(freePort(t))).Replace(slurmConf)), 0o644))
	t.Setenv("SLURM_CONF", conf)
	at := func(file string) string { return filepath.Join(dir, file) }
	startDaemon(t, "Created socket", "munged", "--force", "--foreground", "--socket="+at("socket"), "--key-file="+at("key"),
		"--pid-file="+at("munged.pid"), "--seed-file="+at("seed"), "--log-file="+at("munged.log"))
	startDaemon(t, "Running as primary controller", "slurmctld", "-D")
	startDaemon(t, "slurmd started", "slurmd", "-D", "-N", "node1")
}

// The node says that it has more than it has, so that the tasks run side by side.
const slurmConf = `ClusterName=faultline
SlurmctldHost=HOST(127.0.0.1)
SlurmctldPort=PORT1
SlurmdPort=PORT2
AuthType=auth/munge
AuthInfo=socket=DIR/socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=DIR/state
SlurmdSpoolDir=DIR/spool
SlurmctldPidFile=DIR/slurmctld.pid
SlurmdPidFile=DIR/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SlurmdParameters=config_overrides
NodeName=node1 NodeHostname=HOST NodeAddr=127.0.0.1 CPUs=8 RealMemory=16000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`

// startDaemon starts a program and waits until it says that it is ready. It is killed
// when the test ends.
func startDaemon(t *testing.T, ready, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	out, err := cmd.StderrPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	var said []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		said = append(said, lines.Text())
		if strings.Contains(lines.Text(), ready) {
			go func() {
				for lines.Scan() { // or it would wait for a reader one day
				}
			}()
			return
		}
	}
	t.Fatalf("%s ended, and said\n%s", program, strings.Join(said, "\n"))
}

// freePort is a port of this machine that nobody listens at.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
