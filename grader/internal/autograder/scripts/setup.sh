#!/bin/sh
# Runs once, when the image is built: gets Go, builds the grader, and grades the
# starter code. That warms the caches, and proves that the container can grade.
set -eu
: "${AUTOGRADER:=/autograder}"
. "$AUTOGRADER/source/environment"

if ! go version 2>/dev/null | grep -q ' go{{.Go}} '; then
	apt-get update
	apt-get install -y --no-install-recommends ca-certificates curl
	curl -fsSL -o "$AUTOGRADER/go.tar.gz" "https://go.dev/dl/go{{.Go}}.linux-$(dpkg --print-architecture).tar.gz"
	tar -C "$AUTOGRADER" -xzf "$AUTOGRADER/go.tar.gz"
	rm "$AUTOGRADER/go.tar.gz"
	hash -r # the shell remembers where an older Go was
fi

cd "$AUTOGRADER/source/faultline"
go build -trimpath -buildvcs=false -o "$AUTOGRADER/grader" ./grader
"$AUTOGRADER/grader" test '{{.Part}}' --seeds 1 --shrink 0 --out "$AUTOGRADER/graded" >/dev/null || [ $? -eq 1 ]
if ! grep -q '"verdict": "not-implemented"' "$AUTOGRADER/graded/{{.Lab.Name}}.json"; then
	echo 'setup: the starter code is not graded as it should be: this container cannot grade' >&2
	exit 1
fi
