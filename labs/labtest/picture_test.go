package labtest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/labs/trace"
)

func TestADisputeNamesTheOrderThatFitsAndWhatCannotFollow(t *testing.T) {
	events := story("register", "c1 Put 3", "c1 = ok", "c2 Get", "c3 Get", "c2 = 0", "c3 = 3")
	d, found := models().Dispute(events)
	if !found {
		t.Fatal("no dispute about a stale read")
	}
	if diff := cmp.Diff([]int{1, 4}, d.Order); diff != "" {
		t.Errorf("order (- want, + got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{3}, d.Stuck); diff != "" {
		t.Errorf("stuck (- want, + got):\n%s", diff)
	}
	if want := models().Judge(events).Finding; d.Finding != want {
		t.Errorf("the dispute says %+v, the judge %+v", d.Finding, want)
	}
}

func TestThereIsNoDisputeAboutAHistoryInOrder(t *testing.T) {
	if d, found := models().Dispute(story("register", "c1 Put 3", "c1 = ok")); found {
		t.Errorf("a dispute: %+v", d.Finding)
	}
	if d, found := models().Dispute(nil); found {
		t.Errorf("a dispute about nothing: %+v", d.Finding)
	}
}

// What a student wrote must not become part of the page that shows it: neither
// as an operation nor as a state, which porcupine's script takes for HTML.
func TestThePictureOfADisputeShowsTextAsText(t *testing.T) {
	const hostile = "</script><img/src=x>"
	events := story("register", "c1 Put "+hostile, "c1 = ok", "c2 Get", "c2 = 0")
	events = append([]trace.Event{{Kind: trace.Step, N: 1, Text: hostile}}, events...)
	events = append(events, trace.Event{Kind: trace.Drop, Node: hostile, Peer: "b", N: 1, Text: hostile})
	d, found := models().Dispute(events)
	if !found {
		t.Fatal("no dispute")
	}
	var page bytes.Buffer
	if err := d.Picture(&page); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	for _, want := range []string{"Cannot come next", `"Tag":"Story"`, `"Tag":"Network"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the picture does not have %q", want)
		}
	}
	if strings.Contains(text, "<img/src=x>") || strings.Count(text, "</script>") != 1 {
		t.Error("the picture has a tag that a student wrote")
	}
	if !strings.Contains(text, `\u0026lt;img/src=x\u0026gt;`) {
		t.Error("the state is not escaped for porcupine's innerHTML")
	}
}

func TestAPictureOfAHistoryIsTheSameEachTime(t *testing.T) {
	var first string
	for range 20 { // the checker's orders come out of a map
		d, found := models().Dispute(story("register", "c1 Put 1", "c2 Put 2", "c3 Put 3", "c4 Put 4", "c5 Get",
			"c1 = ok", "c2 = ok", "c3 = ok", "c4 = ok", "c5 = 9"))
		if !found {
			t.Fatal("no dispute about a read of what nobody wrote")
		}
		var page bytes.Buffer
		if err := d.Picture(&page); err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = page.String()
		}
		if page.String() != first {
			t.Fatal("two pictures of one history differ")
		}
	}
}
