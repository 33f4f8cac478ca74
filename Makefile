# What people type here. "make" alone lists it.
#
# Every target that runs the grader builds it first; go's cache makes that cheap.

MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help

GRADER := .bin/grader

# What is checked: not ./..., because out/ may hold the code of a class.
OURS = ./grader/... ./labrpc/... ./labs/...
STARTER = ./solutions-skeleton/...

# What may be said behind a target of students. Who types SEEDS wrong would otherwise
# believe that all of them have passed.
WORDS := STAGE= CASE= SEED= SEEDS= SHRINK= SOLUTION= FILE= DIAGRAM=
GIVEN = $(foreach v,$(filter-out -% MAKE% GO% CC,$(.VARIABLES)),$(if $(filter command,$(origin $v)),$v=))
HEED = $(foreach v,$(filter-out $(WORDS),$(GIVEN)),$(error there is no $v: "make" lists what there is))

# What a run of a lab is about, for example: make lab-1 STAGE=B CASE=lost-ack SEED=7
PART = $*$(if $(STAGE),/$(STAGE))$(if $(CASE),/$(CASE))
FROM = $(if $(SOLUTION),--solution '$(SOLUTION)')
WITH = $(if $(SEED),--seed '$(SEED)') $(if $(SEEDS),--seeds '$(SEEDS)') $(if $(SHRINK),--shrink '$(SHRINK)')

##@ For students

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z%-]+:.*## / { sub(/%/, "N", $$1); printf "  make %-12s", $$1; \
			n = split($$2, word, " "); column = 19; \
			for (i = 1; i <= n; i++) { \
				if (column + 1 + length(word[i]) > 80) { printf "\n%19s", ""; column = 19 } \
				printf " %s", word[i]; column += 1 + length(word[i]) } \
			print "" }' $(firstword $(MAKEFILE_LIST))

lab-%: build ## test lab N; narrow it: STAGE=B CASE=lost-ack SEED=7 SEEDS=500 SHRINK=0 SOLUTION=folder
	@$(HEED)$(GRADER) test '$(PART)' $(FROM) $(WITH)

race-%: build ## look for data races in lab N; STAGE= CASE= SOLUTION= as above
	@$(HEED)$(GRADER) test '$(PART)' --race $(FROM) $(WITH)

search-%: build ## try 1000 seeds of lab N outside the machine, which is fast; SEEDS= and as above
	@$(HEED)$(GRADER) test '$(PART)' --native $(FROM) $(WITH)

.PHONY: replay
replay: build ## perform a failed run again and print its trace: FILE=out/….plan SOLUTION=folder; DIAGRAM=1 draws it for a forum
	@$(HEED)$(if $(FILE),$(GRADER) replay '$(FILE)' $(FROM) $(if $(DIAGRAM),--diagram),echo 'say which run: make replay FILE=out/….plan' >&2; exit 2)

##@ For instructors

.PHONY: demo
demo: build ## grade a sample class, into out/demo; takes some minutes; LABS="1 kv" for some
	@$(GRADER) demo $(LABS)

##@ For maintainers

.PHONY: test
test: check gotest ## what must hold before each change; CI also runs "explain", a lab on each machine
	@$(GRADER) selftest --brief

.PHONY: check
check: build ## the quick part: gofmt, vet, staticcheck, starter code up to date
	@unformatted=$$(gofmt -l grader labrpc labs solutions-skeleton); \
		if [ -n "$$unformatted" ]; then echo "run gofmt -w on:" $$unformatted >&2; exit 1; fi
	@go vet $(OURS) $(STARTER)
	@go tool staticcheck $(OURS)
	@go tool staticcheck -checks=inherit,-U1000 $(STARTER) # it names what only finished code uses
	@$(GRADER) skeleton --check

# Where the race detector is cheap, and the code is made for many goroutines.
RACE = ./labrpc ./labs/disk ./labs/trace ./labs/simsync/... ./labs/labtest

# Test is how a lab_test.go calls its suite. For the references it needs real time,
# which a busy machine does not have; ./grader runs them natively in virtual time.
.PHONY: gotest
gotest: ## the Go tests, some of them with the race detector
	@go test -timeout 30m -skip '^Test$$' $(OURS)
	@go test $(STARTER)
	@if command -v "$$(go env CC)" >/dev/null; then go test -race -short $(RACE); \
		else echo "no C compiler ($$(go env CC)): go test -race is left out"; fi

.PHONY: selftest
selftest: build ## prove the suites: references pass, what catches each mutant; LABS="1 kv" for some
	@$(GRADER) selftest $(LABS)

.PHONY: explain
explain: build ## shrink the failure of every mutant: what is left must be small, and read as before; LABS=
	@$(GRADER) selftest --explain $(LABS)

.PHONY: native
native: build ## search 1000 seeds of what is right for a false failure, outside the machine; SEEDS= LABS=
	@$(GRADER) selftest --native $(if $(SEEDS),--seeds '$(SEEDS)') $(LABS)

.PHONY: mutate
mutate: build ## small changes of the references, by rule: each is caught, or known to be harmless; a quarter of an hour
	@$(GRADER) mutate

.PHONY: skeleton
skeleton: build ## make the starter code anew; overwrites solutions-skeleton/
	@$(GRADER) skeleton

.PHONY: bench
bench: build ## measure, beside the bounds that must be kept
	@$(GRADER) bench

# What is measured of each lab stays here, so that one can be measured anew.
FIGURES = grader/testdata/figures
measure = $(GRADER) selftest --json $(2) > out/new.json || exit; mv out/new.json $(FIGURES)/$(1).json

.PHONY: figures
figures: build ## prove, search and explain, and write what comes out into the README; takes hours; LABS="kv rpc", by name, SEEDS=10000
	@mkdir -p out
	@for lab in $(or $(LABS),messaging rpc kv ring quorum commit journal); do \
		$(call measure,proof-$$lab,$$lab); \
		$(call measure,native-$$lab,--native $(if $(SEEDS),--seeds '$(SEEDS)') $$lab); done
	@$(if $(LABS),,$(call measure,explained,--explain))
	@$(MAKE) page

.PHONY: page
page: build ## measure how fast all is, and write that and what "make figures" has found into the README
	@$(GRADER) bench --page README.md $(addprefix --proof ,$(wildcard $(FIGURES)/proof-*.json)) \
		$(addprefix --native ,$(wildcard $(FIGURES)/native-*.json)) \
		$(addprefix --explained ,$(wildcard $(FIGURES)/explained.json)) $(addprefix --class ,$(wildcard $(FIGURES)/class.json))

.PHONY: bench-class
bench-class: ## grade a synthetic class of CLASS=300, and measure; takes hours, or parts of them in KEEP=out/class; LABS=kv,ring JOBS=1
	@CLASS='$(or $(CLASS),300)' LABS='$(LABS)' JOBS='$(JOBS)' KEEP='$(KEEP)' \
		go test -run '^$$' -bench GradingAClass -benchtime 1x -timeout 0 -v ./grader \
		$(if $(KEEP),&& cp '$(KEEP)/measured.json' $(FIGURES)/class.json)

.PHONY: build
build: ## the grader, into .bin/grader
	@[ -x $(GRADER) ] || echo 'compiling the grader, which takes a minute the first time' >&2
	@go build -o $(GRADER) ./grader

.DEFAULT:
	@echo 'there is nothing called "$@" to make: "make" lists what there is, such as lab-1' >&2; exit 2
