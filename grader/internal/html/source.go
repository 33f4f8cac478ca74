package html

import (
	"strconv"
	"strings"
)

// A sourceLine is a line of the solution.
type sourceLine struct {
	N    int
	Text string
	Here bool // it is the one that is meant
}

const around = 4 // lines above and below

// source is what stands around a place, "window.go:88", in the files of a
// solution. It is nil if there is no such place.
func source(files map[string][]byte, where string) (list []sourceLine) {
	file, number, _ := strings.Cut(where, ":")
	n, err := strconv.Atoi(number)
	text, known := files[file]
	all := strings.Split(string(text), "\n")
	if err != nil || !known || n < 1 || n > len(all) {
		return nil
	}
	for i := max(1, n-around); i <= min(len(all), n+around); i++ {
		code := strings.ReplaceAll(all[i-1], "\t", "    ")
		list = append(list, sourceLine{N: i, Text: line(code), Here: i == n})
	}
	return list
}
