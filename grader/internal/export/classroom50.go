package export

import (
	"fmt"
	"strings"
	"time"

	"faultline/labs"
)

// A Repository is where Classroom 50 has a submission from. The names behind the
// fields are those of the environment in which it calls an autograder.
type Repository struct {
	Classroom      string    // CLASSROOM
	Assignment     string    // ASSIGNMENT
	AssignmentType string    // ASSIGNMENT_TYPE: individual or group
	Owner          string    // OWNER: the login of the repository's owner
	Submission     string    // SUBMISSION_TAG: begins with submit/
	Commit         string    // COMMIT_URL
	Release        string    // RELEASE_URL
	Review         string    // REVIEW_URL
	Committed      time.Time // when: the same whenever it is graded
}

// RepositoryFrom reads a repository from the environment of an autograder.
func RepositoryFrom(env func(string) string, committed time.Time) Repository {
	return Repository{Classroom: env("CLASSROOM"), Assignment: env("ASSIGNMENT"), AssignmentType: env("ASSIGNMENT_TYPE"),
		Owner: env("OWNER"), Submission: env("SUBMISSION_TAG"), Commit: env("COMMIT_URL"), Release: env("RELEASE_URL"),
		Review: env("REVIEW_URL"), Committed: committed}
}

// check says what of a repository is missing or cannot be.
func (r Repository) check() error {
	for _, field := range []struct{ name, value string }{
		{"CLASSROOM", r.Classroom}, {"ASSIGNMENT", r.Assignment}, {"ASSIGNMENT_TYPE", r.AssignmentType}, {"OWNER", r.Owner},
		{"SUBMISSION_TAG", r.Submission}, {"COMMIT_URL", r.Commit}, {"RELEASE_URL", r.Release}, {"REVIEW_URL", r.Review},
	} {
		if field.value == "" {
			return fmt.Errorf("%s is not set: Classroom 50 sets it where it calls an autograder", field.name)
		}
	}
	switch {
	case r.AssignmentType != "individual" && r.AssignmentType != "group":
		return fmt.Errorf("ASSIGNMENT_TYPE is %q: expected individual or group", r.AssignmentType)
	case !strings.HasPrefix(r.Submission, "submit/"):
		return fmt.Errorf("SUBMISSION_TAG is %q: expected a tag that begins with submit/", r.Submission)
	case r.Committed.IsZero():
		return fmt.Errorf("nobody says when the submission was committed")
	}
	return nil
}

type classroom50Result struct {
	Schema         string            `json:"schema"`
	Classroom      string            `json:"classroom"`
	Assignment     string            `json:"assignment"`
	AssignmentType string            `json:"assignment_type"`
	Owner          string            `json:"owner"`
	Submission     string            `json:"submission"`
	Commit         string            `json:"commit"`
	Release        string            `json:"release"`
	Review         string            `json:"review"`
	Datetime       string            `json:"datetime"`
	Score          int               `json:"score"`
	MaxScore       int               `json:"max-score"`
	Tests          []classroom50Test `json:"tests"`
}

// classroom50Test has a message besides what Classroom 50 asks for; it keeps that.
type classroom50Test struct {
	Name     string `json:"test-name"`
	Passed   bool   `json:"passed"`
	Score    int    `json:"score"`
	MaxScore int    `json:"max-score"`
	Message  string `json:"message,omitempty"`
}

func classroom50(in Input) ([]byte, error) {
	r, repo := in.Result, in.Repository
	if err := refuse(r, "Classroom 50"); err != nil {
		return nil, err
	}
	if err := repo.check(); err != nil {
		return nil, err
	}
	out := classroom50Result{Schema: "classroom50/result/v1", Classroom: repo.Classroom, Assignment: repo.Assignment,
		AssignmentType: repo.AssignmentType, Owner: repo.Owner, Submission: repo.Submission, Commit: repo.Commit,
		Release: repo.Release, Review: repo.Review, Datetime: repo.Committed.UTC().Format("2006-01-02T15:04:05Z"),
		Score: r.Points, MaxScore: r.MaxPoints}
	for _, s := range r.Stages {
		for _, c := range s.Cases {
			t := classroom50Test{Name: word(label(s, c)), Passed: c.Verdict == labs.Pass, Score: c.Points, MaxScore: c.MaxPoints}
			if !t.Passed {
				t.Message = gist(c)
			}
			out.Tests = append(out.Tests, t)
		}
	}
	return indented(out)
}
