package codec

import (
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendText appends a short form of v, which must be of the plan's type: like
// Go's, with names of fields and without those of types. It stops soon after b
// has grown by limit bytes. Of a long string it has the begin, so that what follows
// has room as well: which key a value is for may stand behind the value.
func (p *Plan) AppendText(b []byte, v reflect.Value, limit int) []byte {
	t := text{b: b, most: len(b) + limit}
	t.value(p, v)
	return t.b
}

// A text is written until it is long enough.
type text struct {
	b    []byte
	most int
}

func (t *text) full() bool { return len(t.b) > t.most }

func (t *text) add(s string) { t.b = append(t.b, s...) }

func (t *text) value(p *Plan, v reflect.Value) {
	switch p.kind {
	case reflect.Bool:
		t.b = strconv.AppendBool(t.b, v.Bool())
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		if p.typ == reflect.TypeFor[time.Duration]() {
			t.add(time.Duration(v.Int()).String())
		} else {
			t.b = strconv.AppendInt(t.b, v.Int(), 10)
		}
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		t.b = strconv.AppendUint(t.b, v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		t.b = strconv.AppendFloat(t.b, v.Float(), 'g', -1, p.typ.Bits())
	case reflect.String:
		t.quote(v.String())
	case kindTime:
		t.b = v.Interface().(time.Time).UTC().AppendFormat(t.b, time.RFC3339Nano)
	case reflect.Struct:
		t.fields(p, v)
	case reflect.Array:
		t.elements(p, v)
	default:
		t.deeper(p, v)
	}
}

// longString is how many bytes of a string a text has at most.
const longString = 24

// quote writes the begin of a string, and no more than there is room for.
func (t *text) quote(s string) {
	if room := max(t.most-len(t.b), 0) + utf8.UTFMax; len(s) > room && room <= longString {
		s = s[:room]
	}
	if len(s) > longString {
		at := longString
		for at > 0 && !utf8.RuneStart(s[at]) {
			at--
		}
		s = s[:at] + "…"
	}
	t.b = strconv.AppendQuote(t.b, s)
}

func (t *text) fields(p *Plan, v reflect.Value) {
	t.add("{")
	for i := range p.fields {
		if t.full() {
			return
		}
		if i > 0 {
			t.add(" ")
		}
		t.add(p.fields[i].name)
		t.add(":")
		t.value(p.fields[i].plan, v.Field(p.fields[i].index))
	}
	t.add("}")
}

func (t *text) elements(p *Plan, v reflect.Value) {
	t.add("[")
	for i := range v.Len() {
		if t.full() {
			return
		}
		if i > 0 {
			t.add(" ")
		}
		t.value(p.elem, v.Index(i))
	}
	t.add("]")
}

func (t *text) deeper(p *Plan, v reflect.Value) {
	switch {
	case v.IsNil():
		t.add("nil")
	case t.full():
	case p.kind == reflect.Pointer:
		t.add("&")
		t.value(p.elem, v.Elem())
	case p.kind == reflect.Map:
		t.entries(p, v)
	case p.elem.kind == reflect.Uint8:
		t.quote(string(v.Bytes()[:min(v.Len(), longString+utf8.UTFMax)]))
	default:
		t.elements(p, v)
	}
}

func (t *text) entries(p *Plan, v reflect.Value) {
	t.add("[")
	for i, k := range sortedKeys(v) {
		if t.full() {
			return
		}
		if i > 0 {
			t.add(" ")
		}
		t.value(p.key, k)
		t.add(":")
		t.value(p.elem, v.MapIndex(k))
	}
	t.add("]")
}
