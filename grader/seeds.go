package main

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"faultline/grader/internal/suites"
	"faultline/labs/labtest"
)

// readSeeds reads the seeds of a class: one a line, decimal or hexadecimal after
// 0x; what follows a # is a comment. The i-th run of every case has the i-th seed. They
// are numbers in a row: many cases take the rest of a division of the seed to choose
// among configurations, and of seeds drawn one by one some would leave one out.
func readSeeds(file string) ([]uint64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s (%w): name a file with a seed on each line", filepath.ToSlash(file), cause(err))
	}
	var seeds []uint64
	for i, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		seed, err := labtest.ParseSeed(line)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s:%d: %w", filepath.ToSlash(file), i+1, err)
		case seed == 0:
			return nil, fmt.Errorf("%s:%d: seed 0: seeds begin at 1", filepath.ToSlash(file), i+1)
		case len(seeds) > 0 && seed != seeds[len(seeds)-1]+1:
			return nil, fmt.Errorf("%s:%d: seed %s does not follow the one before: cases share out among seeds in a row what they try; "+
				"\"grader seeds\" draws such", filepath.ToSlash(file), i+1, line)
		}
		seeds = append(seeds, seed)
	}
	if name, most := mostSeeds(); len(seeds) < most {
		return nil, fmt.Errorf("%s has %d seeds, and %s needs %d: \"grader seeds\" draws as many as are needed",
			filepath.ToSlash(file), len(seeds), name, most)
	}
	return seeds, nil
}

// mostSeeds is the case that needs the most seeds, and how many.
func mostSeeds() (name string, most int) {
	for _, s := range suites.All() {
		for _, c := range s.Cases {
			if c.Seeds > most {
				name, most = c.ID(), c.Seeds
			}
		}
	}
	return name, most
}

func seedsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "seeds",
		Short: "Draw seeds for the grading of a class",
		Long: "Seeds prints as many seeds as the labs need, for \"grader grade --seeds-file\": numbers in a row from a\n" +
			"random one on. Students run their code with seeds from 1 on. With others, a solution that was made to fit\n" +
			"those gains nothing. The whole class gets the same, and each failure names its own, so it can be replayed.\n" +
			"Draw them once, keep the file.",
		Example: "  grader seeds > seeds.txt",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, most := mostSeeds()
			fmt.Fprintf(cmd.OutOrStdout(), "# %d seeds: the i-th run of every case has the i-th of them\n", most)
			var b [8]byte
			rand.Read(b[:])                                      // never fails
			first := max(1, binary.LittleEndian.Uint64(b[:])>>1) // so that none of the others is too large
			for i := range uint64(most) {
				fmt.Fprintf(cmd.OutOrStdout(), "0x%x\n", first+i)
			}
			return nil
		},
	}
}
