package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"faultline/grader/internal/report"
)

// oneArg wants the one argument that the command's Use names.
func oneArg(cmd *cobra.Command, args []string) error {
	_, what, _ := strings.Cut(cmd.Use, " ")
	switch len(args) {
	case 0:
		return fmt.Errorf("%s needs a %s: \"%s --help\" explains it", cmd.Name(), what, cmd.CommandPath())
	case 1:
		return nil
	}
	return fmt.Errorf("%s takes one %s: leave out %q", cmd.Name(), what, args[1])
}

// noArgs wants no arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments: leave out %q", cmd.Name(), args[0])
	}
	return nil
}

// knownCommand refuses what is left over when no command was found.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	meant := ""
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		meant = " (is " + near[0] + " meant?)"
	}
	return fmt.Errorf("there is no command %q%s: \"grader help\" lists them", args[0], meant)
}

// flagError makes a sentence of what the flags' parser says.
func flagError(cmd *cobra.Command, err error) error {
	help := fmt.Sprintf("\"%s --help\" lists the flags", cmd.CommandPath())
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return fmt.Errorf("there is no flag -%s: %s", unknown.GetSpecifiedShortnames(), help)
	case errors.As(err, &unknown):
		return fmt.Errorf("there is no flag --%s: %s", unknown.GetSpecifiedName(), help)
	case errors.As(err, &missing):
		return fmt.Errorf("--%s needs a value: %s", missing.GetSpecifiedName(), help)
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s %q: expected %s", invalid.GetFlag().Name, invalid.GetValue(), kind(invalid.GetFlag()))
	}
	return fmt.Errorf("%w: %s", err, help)
}

// kind says what values a flag takes.
func kind(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int", "uint64":
		return "a number"
	case "bool":
		return "true or false"
	case "duration":
		return "a duration such as 10s, or 0"
	}
	return f.Value.Type()
}

// helpCommand fails where cobra's own says nothing about what it does not know.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command, its arguments and flags",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			switch {
			case err != nil:
				return err
			case len(rest) > 0:
				return knownCommand(cmd.Root(), rest)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// helpWidth is how wide a help text is: that of a terminal that nobody has widened.
const helpWidth = 80

// narrow makes the help of a command and of those below it fit a terminal.
func narrow(cmd *cobra.Command) {
	cmd.Long = fold(cmd.Long, helpWidth)
	for _, sub := range cmd.Commands() {
		narrow(sub)
	}
}

// fold breaks the lines of each paragraph anew. A paragraph with an indented line stays
// as it is.
func fold(text string, width int) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		if strings.HasPrefix(p, " ") || strings.Contains(p, "\n ") {
			continue
		}
		paragraphs[i] = strings.Join(report.Wrap(p, width), "\n")
	}
	return strings.Join(paragraphs, "\n\n")
}
