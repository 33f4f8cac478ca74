package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func benchCommand() *cobra.Command {
	var b bench
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure the labs and the machine, beside their bounds",
		Long: "Bench grades the references and measures how long that takes, and the machine, the network and the\n" +
			"disks. It needs both cores for itself for some minutes: compare figures of one run only.\n\n" +
			"What takes longer it reads from what was measured before: --proof is the output of\n" +
			"\"grader selftest --json\", --native that of \"grader selftest --native --json\", --explained that of\n" +
			"\"grader selftest --explain --json\", and --class is measured.json of \"make bench-class KEEP=FOLDER\".\n\n" +
			"With --page, the table goes into a page, between the lines <!-- figures --> and <!-- end of figures -->.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return b.run(cmd) },
	}
	cmd.Flags().StringArrayVar(&b.proofs, "proof", nil, "file with what grader selftest --json has printed; of several, a lab's last counts")
	cmd.Flags().StringArrayVar(&b.natives, "native", nil,
		"file with what grader selftest --native --json has printed; of several, a lab's last counts")
	cmd.Flags().StringVar(&b.explained, "explained", "", "file with what grader selftest --explain --json has printed")
	cmd.Flags().StringVar(&b.class, "class", "", "file with what make bench-class has measured")
	cmd.Flags().StringVar(&b.page, "page", "", "Markdown file to write the table into")
	cmd.Flags().BoolVar(&b.json, "json", false, "print JSON, for a program to read")
	return cmd
}

// A bench is what to measure and where to write it.
type bench struct {
	proofs, natives        []string
	explained, class, page string
	json                   bool
}

// A measure is a row of the table.
type measure struct {
	What      string  `json:"what"`
	Elsewhere string  `json:"elsewhere"` // the best that is known of others
	Ours      float64 `json:"ours"`
	Unit      string  `json:"unit"`
	Bound     float64 `json:"bound"`
	Least     bool    `json:"least"` // the bound is a least figure, not a largest
}

// holds reports whether the figure keeps its bound.
func (m measure) holds() bool {
	if m.Least {
		return m.Ours >= m.Bound
	}
	return m.Ours <= m.Bound
}

func (m measure) bound() string {
	sign := "≤"
	if m.Least {
		sign = "≥"
	}
	return sign + " " + figureText(m.Bound, m.Unit)
}

// figureText is a figure with as many digits as mean something.
func figureText(n float64, unit string) string {
	digits := "%.0f"
	if n < 10 && n != float64(int(n)) {
		digits = "%.1f"
	}
	text := fmt.Sprintf(digits, n)
	if n >= 10_000 {
		text = thousands(int(n))
	}
	if unit == "" {
		return text
	}
	return text + " " + unit
}

// thousands is a number with a comma behind each three digits.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func (b bench) run(cmd *cobra.Command) error {
	earlier, err := b.earlier()
	if err != nil {
		return err
	}
	w, err := openWorkshop(cmd, 0)
	if err != nil {
		return err
	}
	defer w.close()
	all, err := w.measureAll(cmd.Context())
	if err != nil {
		return err
	}
	all = append(all, earlier...)
	if b.page != "" {
		if err := writeFigures(b.page, all); err != nil {
			return err
		}
	}
	return b.show(w.out, all)
}

// show prints the table.
func (b bench) show(out io.Writer, all []measure) error {
	if b.json {
		return writeJSON(out, struct {
			Schema  string    `json:"schema"`
			Figures []measure `json:"figures"`
		}{"faultline/bench/v1", all})
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "what\telsewhere\tbound\tours\t")
	for _, m := range all {
		note := ""
		if !m.holds() {
			note = "not kept"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", m.What, m.Elsewhere, m.bound(), figureText(m.Ours, m.Unit), note)
	}
	return t.Flush()
}

// measureAll measures what takes minutes.
func (w *workshop) measureAll(ctx context.Context) (all []measure, err error) {
	for _, part := range []func(context.Context) ([]measure, error){w.measureLabs, w.measureEdit, w.measureParts} {
		some, err := part(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}
