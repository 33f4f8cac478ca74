package export

import (
	"encoding/xml"
	"fmt"

	"faultline/grader/internal/result"
	"faultline/labs"
)

// The elements are what all readers of JUnit have in common, in the order and with
// the attributes that the strict schema of Ant's reports wants: so the root has no
// attributes, a case has no properties, and a suite ends with its two outputs.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Package    string          `xml:"package,attr"`
		ID         int             `xml:"id,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Hostname   string          `xml:"hostname,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
		Out        string          `xml:"system-out"`
		Err        string          `xml:"system-err"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name    string       `xml:"name,attr"`
		Class   string       `xml:"classname,attr"`
		Time    string       `xml:"time,attr"`
		Skipped *junitReason `xml:"skipped"`
		Failure *junitReason `xml:"failure"`
		Error   *junitReason `xml:"error"`
	}
	junitReason struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// A result knows neither when nor where it was made, nor how long that took: it would
// not be the same twice. The strict schema wants all three.
const (
	junitTimestamp = "1970-01-01T00:00:00"
	junitHostname  = "localhost"
	junitTime      = "0"
)

func junit(in Input) ([]byte, error) {
	r := in.Result
	var out junitSuites
	for i, s := range r.Stages {
		suite := junitSuite{Name: word(fmt.Sprintf("stage %s, %s", s.Letter, s.Title)), Package: word(r.Lab), ID: i,
			Timestamp: junitTimestamp, Hostname: junitHostname, Tests: len(s.Cases), Time: junitTime}
		suite.Properties = junitProperties(r, s)
		for _, c := range s.Cases {
			suite.add(r, s, c)
		}
		out.Suites = append(out.Suites, suite)
	}
	if len(r.Refused) > 0 && len(out.Suites) > 0 {
		out.Suites[0].Err = summary(r, caseText)
	}
	text, err := xml.MarshalIndent(out, "", "  ")
	return append([]byte(xml.Header), append(text, '\n')...), err
}

// junitProperties are the seed and the points. What was not graded has none.
func junitProperties(r *result.Result, s result.Stage) []junitProperty {
	list := []junitProperty{{"first_seed", fmt.Sprint(r.FirstSeed)}, {"max_points", fmt.Sprint(s.MaxPoints)}}
	if graded(s) {
		list = append(list, junitProperty{"points", fmt.Sprint(s.Points)})
	}
	return list
}

// add adds a case. Wrong behaviour is a failure, a run that did not end well an error,
// and what is still to be written is skipped.
func (suite *junitSuite) add(r *result.Result, s result.Stage, c result.Case) {
	out := junitCase{Name: word(c.Name), Class: word(r.Lab + "." + s.Letter), Time: junitTime}
	why := &junitReason{Message: gist(c), Type: string(c.Verdict), Text: details(r, c, caseText)}
	switch c.Verdict {
	case labs.Pass:
	case labs.NotImplemented:
		out.Skipped = &junitReason{Message: gist(c)}
		suite.Skipped++
	case labs.Fail:
		out.Failure = why
		suite.Failures++
	default:
		out.Error = why
		suite.Errors++
	}
	suite.Cases = append(suite.Cases, out)
}
