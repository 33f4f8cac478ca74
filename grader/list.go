package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"faultline/grader/internal/suites"
	"faultline/labs"
)

func listCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the labs, their stages and cases, and the points of each",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return listJSON(cmd)
			}
			listText(cmd)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, for a program to read")
	return cmd
}

func listJSON(cmd *cobra.Command) error {
	type entry struct {
		labs.Lab
		Cases []labs.Case `json:"cases"`
	}
	var all []entry
	for _, s := range suites.All() {
		e := entry{Lab: s.Lab}
		for _, c := range s.Cases {
			e.Cases = append(e.Cases, c.Case)
		}
		all = append(all, e)
	}
	return writeJSON(cmd.OutOrStdout(), struct {
		Schema string  `json:"schema"`
		Labs   []entry `json:"labs"`
	}{"faultline/labs/v1", all})
}

func listText(cmd *cobra.Command) {
	w := cmd.OutOrStdout()
	for _, s := range suites.All() {
		fmt.Fprintf(w, "%d %s: %s\n", s.Lab.Number, s.Lab.Name, s.Lab.Title)
		for _, stage := range s.Lab.Stages {
			points := 0
			for _, c := range s.Cases {
				if c.Stage == stage.Letter {
					points += c.Points
				}
			}
			fmt.Fprintf(w, "\n  %s %s, %d points\n", stage.Letter, stage.Title, points)
			for _, c := range s.Cases {
				if c.Stage == stage.Letter {
					fmt.Fprintf(w, "    %2d  %-16s %s\n", c.Points, c.Name, c.Title)
				}
			}
		}
	}
}
