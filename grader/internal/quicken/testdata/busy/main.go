// Busy does what compiled Go does with its stack, and prints what comes out.
package main

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	rounds := 1
	if len(os.Args) > 1 {
		rounds, _ = strconv.Atoi(os.Args[1])
	}
	for range rounds {
		for _, part := range []func() any{
			grow, defers, panics, exits, talk, choose, frames, memory, wrappers, numbers, sorts, calls, stacks,
		} {
			h := fnv.New64a()
			fmt.Fprint(h, part())
			fmt.Printf("%x\n", h.Sum64())
		}
	}
}

// grow goes deep, with pointers into its frames, while the stack moves.
func grow() any {
	var deep func(n int, above *int) int
	deep = func(n int, above *int) int {
		here := n + *above
		var pad [40]int
		for i := range pad {
			pad[i] = here * i
		}
		if n == 0 {
			runtime.GC()
			return pad[7]
		}
		sum := deep(n-1, &here)
		return sum + here + pad[n%40]
	}
	results := make(chan int)
	for i := range 4 {
		go func() { results <- deep(2000*(i+1), new(int)) }()
	}
	sum := 0
	for range 4 {
		sum += <-results
	}
	return sum
}

func defers() any {
	var said []string
	f := func(n int) (result string) {
		for i := range n {
			defer func() { said = append(said, fmt.Sprint(i, result)) }()
		}
		defer func() {
			if v := recover(); v != nil {
				result = fmt.Sprint("recovered ", v)
			}
		}()
		if n%2 == 1 {
			panic(n)
		}
		return fmt.Sprint("fine ", n)
	}
	for n := range 6 {
		said = append(said, f(n))
	}
	return said
}

func panics() any {
	try := func(f func()) (what string) {
		defer func() { what = fmt.Sprint(recover()) }()
		f()
		return "nothing"
	}
	var list []int
	var m map[string]int
	var p *struct{ far [100]int }
	one := len(os.Args) - len(os.Args)
	return []string{
		try(func() { _ = list[one] }), try(func() { m["a"] = 1 }), try(func() { p.far[3]++ }),
		try(func() { _ = 1 / one }), try(func() { panic(try(func() { panic("inner") })) }), try(func() {}),
		try(func() { _ = any(list).(fmt.Stringer) }),
	}
}

func exits() any {
	done := make(chan string, 2)
	go func() {
		defer func() { done <- "left" }()
		runtime.Goexit()
	}()
	return <-done
}

// talk switches goroutines in the middle of everything.
func talk() any {
	var mu sync.Mutex
	var group sync.WaitGroup
	sums := map[int]int{}
	in := make(chan [3]int)
	for i := range 5 {
		group.Go(func() {
			for v := range in {
				mu.Lock()
				sums[v[0]%7] += v[1] * v[2]
				runtime.Gosched()
				mu.Unlock()
			}
			time.Sleep(time.Duration(i) * time.Millisecond)
		})
	}
	for i := range 3000 {
		in <- [3]int{i, i + 1, i + 2}
	}
	close(in)
	group.Wait()
	return sums
}

func choose() any {
	a, b, stop := make(chan int), make(chan string), make(chan struct{})
	go func() {
		for i := range 300 {
			if i%3 == 0 {
				a <- i
			} else {
				b <- strings.Repeat("x", i%5)
			}
		}
		close(stop)
	}()
	sum, text := 0, 0
	for {
		select {
		case v := <-a:
			sum += v
		case s := <-b:
			text += len(s)
		case <-stop:
			return []int{sum, text}
		case <-time.After(time.Hour):
			return "late"
		}
	}
}

// frames are small, larger than what is rewritten, and larger than what is reached.
func frames() any {
	return []int{small(3), large(5), vast(7)}
}

//go:noinline
func small(n int) int {
	var a [4]int
	a[n%4] = n
	return a[0] + a[3]
}

//go:noinline
func large(n int) int {
	var a [3000]int
	for i := range a {
		a[i] = i * n
	}
	return a[n*500] + large0(a)
}

//go:noinline
func large0(a [3000]int) int { return a[0] + a[2999] }

//go:noinline
func vast(n int) int {
	var a [9000]int
	for i := range a {
		a[i] = i ^ n
	}
	b := a
	b[17]++
	return a[17] + b[8999] + large0([3000]int(b[:3000]))
}

// memory is used up to its end, again and again.
func memory() any {
	sum := 0
	var keep [][]byte
	for i := range 60 {
		b := make([]byte, 100_000+i*777)
		b[len(b)-1] = byte(i)
		keep = append(keep, b)
		for j := range 300 {
			p := new([15]int64)
			p[14] = int64(j)
			sum += int(p[14])
		}
		if i%20 == 19 {
			keep = nil
			runtime.GC()
		}
	}
	for _, b := range keep {
		sum += int(b[len(b)-1])
	}
	return sum
}

type shape interface{ area(scale int) int }
type square struct{ side int }
type outer struct {
	pad [3]int
	shape
}

func (s square) area(scale int) int { return s.side * s.side * scale }

// wrappers are functions that the compiler adds, some of which end in a jump.
func wrappers() any {
	o := outer{shape: square{4}}
	var s shape = &o
	f := s.area
	g := (*outer).area
	return []int{s.area(2), f(3), g(&o, 4), shape.area(o, 5)}
}

func numbers() any {
	var all []any
	for i := range 50 {
		x := float64(i)*1.7 - 20
		all = append(all, math.Sqrt(math.Abs(x)), math.Sin(x), int32(x), uint8(i*37), float32(x)/3, i<<i%9, -i>>1, complex(x, 1)*2i)
	}
	return all
}

func sorts() any {
	var list []string
	for i := range 500 {
		list = append(list, fmt.Sprintf("%03d-%x", i*7919%1000, i))
	}
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(a[2:], b[2:]) })
	return strings.Join(list, ",")
}

func calls() any {
	f := reflect.ValueOf(func(a int, b string, c ...float64) (string, int) { return fmt.Sprint(a, b, c), len(c) })
	out := f.Call([]reflect.Value{reflect.ValueOf(1), reflect.ValueOf("b"), reflect.ValueOf(2.5), reflect.ValueOf(3.5)})
	swap := reflect.MakeFunc(reflect.TypeFor[func(int, string) (string, int)](), func(in []reflect.Value) []reflect.Value {
		return []reflect.Value{in[1], in[0]}
	})
	s, n := swap.Interface().(func(int, string) (string, int))(5, "five")
	return []any{out[0].String(), out[1].Int(), s, n}
}

// stacks are read by the runtime.
func stacks() any {
	var names []string
	pcs := make([]uintptr, 10)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	for {
		frame, more := frames.Next()
		names = append(names, fmt.Sprint(frame.Function, frame.Line))
		if !more {
			return names
		}
	}
}
