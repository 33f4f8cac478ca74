package html_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"faultline/grader/internal/html"
)

// patience is how long a page may take: much, because it only ends a test that
// hangs.
const patience = 2 * time.Minute

// A browser has a report open and writes down what the page complains about and
// what it asks the network for.
type browser struct {
	*testing.T
	ctx context.Context

	mu     sync.Mutex
	wrongs []string
}

// open opens a page in a browser of its own. Without a browser the test is
// skipped.
func open(t *testing.T, page string, width, height int) *browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		t.Skip("no browser here: install Chromium (Debian's package is chromium) to test the report in one")
	}
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(width, height), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-features", "IsolateSandboxedIframes"), // so that a framed picture is heard, too
		chromedp.Flag("force-prefers-reduced-motion", true),          // a click misses what still glides
		chromedp.WSURLReadTimeout(patience))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{T: t, ctx: ctx}
	url := "file://" + file
	if err := chromedp.Listen(ctx, func(event any) { b.hear(event, url) }); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(int64(width), int64(height)), chromedp.Navigate(url))
	t.Cleanup(b.calm)
	return b
}

// hear notes what no page of ours may do.
func (b *browser) hear(event any, page string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if url, _, _ := strings.Cut(e.Request.URL, "#"); url != page {
			b.wrongs = append(b.wrongs, "it asks for "+e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		b.wrongs = append(b.wrongs, fmt.Sprintf("exception: %+v", e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		b.wrongs = append(b.wrongs, fmt.Sprintf("console: %v %v", e.Type, e.Args))
	case *log.EventEntryAdded:
		b.wrongs = append(b.wrongs, fmt.Sprintf("log: %v: %s", e.Entry.Source, e.Entry.Text))
	}
}

// calm fails if the page complained or asked for something.
func (b *browser) calm() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, wrong := range b.wrongs {
		b.Error(wrong)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

func (b *browser) click(selector string) {
	b.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

func (b *browser) press(keys ...string) {
	b.Helper()
	for _, key := range keys {
		b.do(chromedp.KeyEvent(key))
	}
}

// say evaluates an expression of JavaScript.
func say[T any](b *browser, expression string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return value
}

// want fails unless the expression becomes true. It looks again whenever the
// browser has drawn something.
func (b *browser) want(what, expression string) {
	b.Helper()
	wait := fmt.Sprintf(`new Promise(done => {
		const look = frames => (%s) ? done(true) : frames ? requestAnimationFrame(() => look(frames - 1)) : done(false);
		look(300);
	})`, expression)
	if !say[bool](b, wait) {
		b.Errorf("%s: it does not become true that %s", what, expression)
	}
}

func TestABrowserDrawsEveryKindOfEvent(t *testing.T) {
	b := open(t, written(t, html.Page{Labs: []html.Lab{{Now: graded(kinds(t))}}}), 1280, 900)
	texts := say[string](b, `[...document.querySelectorAll(".view text, .view title")].map(e => e.textContent).join("\n")`)
	for _, want := range []string{
		"sender", "receiver", "Send m1", "= m1", `data 0 "m1" (session 1)`, "late by 263.348692ms", "a copy", "damaged", "lost", "lost: cut",
		"lost: crashed", "cut {sender} | {receiver}: nothing passes", "healed: {sender} | {receiver}", "paused", "goes on",
		"crash (life 1)", "restart (life 2)", "write: kv.log, 512 bytes", "flush #5: sectors 12 and 40",
		"sync: a kind of event that nobody knows yet", "lose #1: sector 12 of kv.log", "> sender: m1 acknowledged, next is 1",
		"the harness looks whether somebody still waits", "quiet 1.49 s", "still on its way at the end", "never returned",
		"from here on, the nearest run that passes goes another way", "✗ fail: expected received: m1; received: m1 m1",
	} {
		if !strings.Contains(texts, want) {
			t.Errorf("the diagram does not say %q", want)
		}
	}
	for shape, n := range map[string]int{
		".msg.lost": 3, ".msg.copy": 1, ".msg.late": 1, ".msg.damaged": 2, ".msg.flying": 2, ".cut": 1, ".side.other": 1, ".paused": 1,
		".life.dead": 1, ".op.open": 1, ".band.log": 1,
	} {
		if got := say[int](b, fmt.Sprintf(`document.querySelectorAll(".body %s").length`, shape)); got != n {
			t.Errorf("%d shapes %s, want %d", got, shape, n)
		}
	}
	words := say[string](b, `[...document.querySelectorAll(".legend li")].map(e => e.textContent).join(" ")`)
	b.click(`.tools .other`)
	b.want("the run that passes is shown instead", `document.querySelector(".band-end").textContent.startsWith("✓ pass: this is the run without delay")`)
	b.want("from where the two part", `document.querySelectorAll(".apart").length === 1 && document.querySelector(".ev.on") !== null`)
	b.click(`.tools .other`)
	b.want("and the one that fails again", `document.querySelector(".band-end").textContent.startsWith("✗ fail")`)
	if words != "delivered lost ✗ a copy late damaged" {
		t.Errorf("the legend says %q", words)
	}
}

func TestABrowserMovesInADiagram(t *testing.T) {
	b := open(t, written(t, html.Page{Labs: []html.Lab{{Now: graded(many(1000))}}}), 1280, 900)
	b.want("the end of the run is in view when it opens",
		`(v => v.scrollTop > 0 && v.scrollTop + v.clientHeight >= v.scrollHeight - 2)(document.querySelector(".view"))`)
	events := say[int](b, `document.querySelectorAll(".ev").length`)
	if events < 400 {
		t.Errorf("only %d events are drawn", events)
	}

	b.click(`.tools .in`)
	b.want("the button zooms in", `document.querySelector(".view").dataset.zoom === "1.30"`)
	b.do(chromedp.Focus(chromedp.CSS(`.view`)))
	b.press("0", "-")
	b.want("keys zoom out", `document.querySelector(".view").dataset.zoom === "0.77"`)
	b.press("0")
	b.click(`.tools .whole`)
	b.want("a button makes all of it fit, or nearly", `(v => v.scrollHeight < 3 * v.clientHeight)(document.querySelector(".view"))`)
	b.do(chromedp.Focus(chromedp.CSS(`.view`)))
	b.press("0")

	b.press(kb.Home)
	b.want("Home goes to the first event", `document.querySelector(".about").textContent.includes("1. five more rounds")`)
	b.press(kb.ArrowDown)
	b.want("an arrow goes to the next", `document.querySelector(".about").textContent.startsWith("a → b packet 1: I-am-up 0")`)
	b.want("and marks it", `document.querySelectorAll(".ev.on").length === 1`)
	b.press(kb.ArrowRight)
	b.want("an arrow to the right stays on the lane", `document.querySelector(".about").textContent.startsWith("a → c packet 2: I-am-up 1")`)
	b.press("f")
	b.want("f goes back to what is wrong",
		`(v => v.scrollTop + v.clientHeight >= v.scrollHeight - 2)(document.querySelector(".view"))`)

	b.click(`.lane[title$=" b"]`)
	b.want("the filter hides a node", `document.querySelectorAll(".lanes text").length === 3`)
	b.want("and its messages", fmt.Sprintf(`document.querySelectorAll(".ev").length < %d`, events))
	b.want("and says so", `document.querySelectorAll('.lane[aria-pressed="false"]').length === 1`)
	b.click(`.lane[title$=" b"]`)
	b.want("and shows it again", fmt.Sprintf(`document.querySelectorAll(".ev").length === %d`, events))

	b.click(`.story li:nth-child(2) .jump`)
	b.want("a line of the story leads to its place", `document.querySelector(".about").textContent.includes("2. five more rounds")`)
	b.want("which is in view", `(v => { const y = document.querySelector(".ev.on").getBoundingClientRect(), r = v.getBoundingClientRect();
		return y.top >= r.top && y.bottom <= r.bottom; })(document.querySelector(".view"))`)
}

func TestABrowserShowsWhatAFailureIsAboutFirst(t *testing.T) {
	c := many(300)
	c.Failure.Subject, c.Failure.Beside = "a", map[int]bool{}
	for i, e := range c.Failure.Events {
		if e.Peer != "" && e.Node != "a" && e.Peer != "a" {
			c.Failure.Beside[i] = true
		}
	}
	b := open(t, written(t, html.Page{Labs: []html.Lab{{Now: graded(c)}}}), 1280, 900)
	some := say[int](b, `document.querySelectorAll(".ev").length`)
	b.want("a button says what is shown", `document.querySelector('.only[aria-pressed="true"]').textContent === "Only a"`)
	b.click(`.only`)
	b.want("and shows the rest", fmt.Sprintf(`document.querySelectorAll(".ev").length > %d`, some))
	b.click(`.only`)
	b.want("and hides it again", fmt.Sprintf(`document.querySelectorAll(".ev").length === %d`, some))
}

func TestABrowserGoesFromFailureToFailure(t *testing.T) {
	b := open(t, written(t, html.Page{Labs: []html.Lab{{Now: graded(lostAck(t), kinds(t), linearizable(t))}}}), 1280, 900)
	open := `[...document.querySelectorAll(".failure")].map(f => +f.open).join("")`
	if got := say[string](b, open); got != "100" {
		t.Errorf("open at first: %s, want only the first", got)
	}
	b.press("n", "n")
	b.want("n opens the next", open+` === "110"`)
	b.want("and gives it the focus", `document.activeElement.closest(".failure").id === "case-messaging-B-kinds"`)
	b.want("and draws it", `document.querySelectorAll(".view").length === 2`)
	b.press("p")
	b.want("p goes back", `document.activeElement.closest(".failure").id === "case-messaging-B-lost-ack"`)
	b.click(`.next a`)
	b.want("the first screen leads to the next thing to mend", `location.hash === "#case-messaging-B-lost-ack"`)
	say[string](b, `location.hash = "#case-messaging-B-linearizable"`)
	b.want("a link opens its failure", open+` === "111"`)
	b.want("the operation that fits nowhere is marked", `document.querySelectorAll(".op.stuck").length === 1`)
	say[bool](b, `document.addEventListener("load", e => { window.framed ||= e.target.srcdoc > "" }, true) || true`)
	b.click(`[data-picture] summary`)
	b.want("the checker's picture is there, locked up", `document.querySelector("iframe")?.sandbox.value === "allow-scripts"`)
	b.want("and drawn", `window.framed`)
	b.want("with our rows", `document.querySelector("iframe")?.srcdoc.includes("Cannot come next")`)
}

func TestABrowserFindsNoRoomTooNarrow(t *testing.T) {
	b := open(t, written(t, html.Page{Labs: []html.Lab{{Now: graded(lostAck(t), many(300))}}}), 360, 740)
	b.press("n", "n")
	b.want("both diagrams are drawn", `document.querySelectorAll(".view").length === 2`)
	b.want("the page is as wide as the window", `document.documentElement.scrollWidth <= innerWidth`)
	b.want("the diagram scrolls by itself", `[...document.querySelectorAll(".view")].some(v => v.scrollWidth > v.clientWidth)`)
}

func TestABrowserIsNotFooledByWhatStudentsWrite(t *testing.T) {
	c := failed("hostile", hostile, kinds(t).Failure.Finding, events(t, "kinds"))
	for i := range c.Failure.Events {
		c.Failure.Events[i].Text = hostile
		if c.Failure.Events[i].Node == "sender" {
			c.Failure.Events[i].Node = hostile
		}
	}
	c.Failure.Dump = []string{hostile}
	b := open(t, written(t, html.Page{Name: hostile, Labs: []html.Lab{{Now: graded(c)}}}), 1280, 900)
	b.want("it is drawn", `document.querySelectorAll(".ev").length > 10`)
	b.want("no element comes from a text", `document.querySelectorAll("img, [onmouseover]").length === 0`)
	b.want("no letter turns the line around", `!/[\u200b\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent)`)
}
