# Short cuts; scripts/ does the work.
.PHONY: check format test run
check: format ## what a change needs before it is shown: under three minutes with a warm build
	swift build --build-tests
	swift test --skip-build --skip NodeTests
format:
	swift format lint --strict -r Sources Tests Benchmarks/Sources Package.swift
test:
	scripts/test
run:
	scripts/run
