# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# gate.sh: what the scripts/check-* gates share; sourced by them, never run. A gate is a function
# `gate` that looks at the tree in the current folder and calls `finding` for each fault, and a
# function `self_test` that builds a bad tree in the current (temporary) folder and names with
# `expect` what the gate must say of it. `run_gate "$@"` at the end of the script does the rest:
#
#     check-X              looks at the project; prints FILE:LINE: FAULT; WHAT TO DO; exits 1 on any
#     check-X --self-test  proves that the gate catches what it says it catches

findings=0

# finding FILE LINE what is wrong; what to do
finding() {
	echo "$1:$2: ${*:3}"
	findings=$((findings + 1))
}

# Prints what comes on stdin, and counts each line as a finding: for gates written in awk.
take_findings() {
	local line
	while IFS= read -r line; do
		echo "$line"
		findings=$((findings + 1))
	done
}

# A file with main(): named so, a program of the Makefile, or a generator that the build runs.
is_main_file() {
	[[ ${1##*/} == main.c || $1 == *_generator.c || " $(main_files) " == *" $1 "* ]]
}

main_files() {
	[ ! -f Makefile ] || sed -n 's/^MAINS *:*= *//p' Makefile
}

# write FILE: makes FILE, and its folder, from stdin; for self-tests.
write() {
	mkdir -p "$(dirname "$1")"
	cat >"$1"
}

expectations=()
expect() {
	expectations+=("$1")
}

# Every line that the gate prints must have been expected, and the other way round: a gate that
# cries at good code is as bad as one that is blind.
judge_self_test() {
	local said=$1 text wrong=0
	for text in "${expectations[@]}"; do
		if ! grep -qF -- "$text" <<<"$said"; then
			echo "$gate_name: self-test: the gate did not catch: $text" >&2
			wrong=1
		fi
		said=$(grep -vF -- "$text" <<<"$said" || true)
	done
	if [ -n "$said" ]; then
		echo "$gate_name: self-test: the gate cried at good code:" >&2
		echo "$said" >&2
		wrong=1
	fi
	if [ ${#expectations[@]} -eq 0 ]; then
		echo "$gate_name: self-test: expects nothing" >&2
		wrong=1
	fi
	return $wrong
}

run_self_test() {
	local folder said status=0
	folder=$(mktemp -d)
	cd "$folder" || exit 1
	self_test
	said=$(gate)
	judge_self_test "$said" || status=1
	cd / && rm -rf "$folder"
	exit $status
}

run_gate() {
	gate_name=${0##*/}
	case ${1-} in
	--self-test) run_self_test ;;
	-*)
		echo "usage: scripts/$gate_name [--self-test]" >&2
		exit 2
		;;
	esac
	cd "$(dirname "$0")/.." || exit 1
	gate "$@"
	[ $findings -eq 0 ]
}
