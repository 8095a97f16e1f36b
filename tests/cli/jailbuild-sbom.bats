#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `jailbuild list --sbom`: bills of materials of real images, judged by what dpkg says.
#
# shellcheck disable=SC2030,SC2031 # every test is a subshell of its own

load helper
load jailbuild-helper

# list ARG…: $status and $output, the lines of the error included.
list() {
	run --separate-stderr as_each jailbuild list "$@"
	# shellcheck disable=SC2154 # run sets it
	output+=$stderr
}

# bill ARG…: only what `jailbuild list` prints, which must succeed.
bill() {
	run --separate-stderr as_each jailbuild list -q "$@"
	assert_status 0
}

names_the_packages() {
	local image
	for image in jail.tar dir/; do
		packed bash /usr/bin/python3 -o "$MINE/$image"
		bill --sbom=spdx "$MINE/$image"
		echo "$output" >bill.json
		as_each jailbuild list -q --json "$MINE/$image" >list.json
		python3 - <<-'END'
			import json, re, subprocess
			bill, files = json.load(open("bill.json")), json.load(open("list.json"))["files"]
			assert bill["spdxVersion"] == "SPDX-2.3" and bill["dataLicense"] == "CC0-1.0"
			assert re.fullmatch("https://[!-~]+", bill["documentNamespace"]), bill["documentNamespace"]
			image, packages = bill["packages"][0], bill["packages"][1:]
			expected = {f["package"] for f in files if "package" in f}
			assert len(packages) == len(expected) > 5, expected
			known = {}
			text = subprocess.run(["dpkg-query", "-Wf", "${binary:Package} ${Version} ${Architecture}\n",
			    *expected], check=True, capture_output=True, text=True).stdout
			for line in text.splitlines():
			    name, version, arch = line.split()
			    known[name.split(":")[0]] = version, arch
			for p in packages:
			    version, arch = known.pop(p["name"])
			    assert p["versionInfo"] == version, p
			    purl = p["externalRefs"][0]["referenceLocator"]
			    assert purl.startswith("pkg:deb/") and purl.endswith("?arch=" + arch), purl
			    assert re.fullmatch("SPDXRef-[A-Za-z0-9.-]+", p["SPDXID"]), p
			assert not known, known
			contains = [r for r in bill["relationships"] if r["relationshipType"] == "CONTAINS"]
			assert {r["relatedSpdxElement"] for r in contains} == {p["SPDXID"] for p in packages}
			assert {r["spdxElementId"] for r in contains} == {image["SPDXID"]}
		END
	done
}
@test "the packages of an image, with the versions that dpkg tells" {
	for_each_user names_the_packages
}

prints_cyclonedx() {
	packed bash -o "$MINE/jail.tar"
	bill --sbom cyclonedx "$MINE/jail.tar"
	python3 - "$output" <<-'END'
		import json, re, sys
		bill = json.loads(sys.argv[1])
		assert bill["bomFormat"] == "CycloneDX" and bill["specVersion"] == "1.5"
		assert re.fullmatch("urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
		assert bill["metadata"]["component"]["name"] == "jail.tar"
		bash = [c for c in bill["components"] if c["name"] == "bash"]
		assert len(bash) == 1 and bash[0]["version"] in bash[0]["purl"].replace("%2B", "+"), bash
		refs = [c["bom-ref"] for c in bill["components"]]
		assert len(refs) == len(set(refs)), refs
	END
}
@test "CycloneDX has the same" {
	for_each_user prints_cyclonedx
}

is_reproducible() {
	local first
	packed bash -o "$MINE/jail.tar"
	bill --sbom=spdx "$MINE/jail.tar"
	first=$output
	sleep 1.1
	run as_each env LC_ALL=C TZ=Asia/Tokyo jailbuild list -q --sbom=spdx "$MINE/jail.tar"
	assert_status 0
	assert_output "$first"
	assert_output_has '"created": "1970-01-01T00:00:00Z"'
	run as_each env SOURCE_DATE_EPOCH=86400 jailbuild list -q --sbom=spdx "$MINE/jail.tar"
	assert_output_has '"created": "1970-01-02T00:00:00Z"'
}
@test "the same image has the same bill at any time" {
	for_each_user is_reproducible
}

looks_into_a_root() {
	mkdir -p "$MINE/root/var/lib/dpkg/info" "$MINE/root/data"
	echo x >"$MINE/root/data/file"
	echo x >"$MINE/root/data/loose"
	echo /data/file >"$MINE/root/var/lib/dpkg/info/tiny+.list"
	packed --root "$MINE/root" /data -o "$MINE/jail.tar"
	list --root "$MINE/root" --sbom=spdx "$MINE/jail.tar"
	assert_status 0
	assert_output_has '"versionInfo": "NOASSERTION"'
	assert_output_has 'the versions of 1 of 1 packages are not known'
	[[ $output != *pkg:deb* ]] || fail "a purl without a vendor"
	printf '%s\n' 'Package: tiny+' 'Status: install ok installed' 'Architecture: all' \
		'Version: 7:1+2' >"$MINE/root/var/lib/dpkg/status"
	mkdir -p "$MINE/root/usr/lib" "$MINE/root/etc"
	echo 'ID=tinyos' >"$MINE/root/usr/lib/os-release"
	ln -s /usr/lib/os-release "$MINE/root/etc/os-release" # which must not leave the root
	list --root "$MINE/root" --sbom=spdx "$MINE/jail.tar"
	assert_status 0
	assert_output_has '"pkg:deb/tinyos/tiny%2B@7:1%2B2?arch=all"'
	assert_output_has '1 of its files belong to no package'
}
@test "the versions are those of the root" {
	for_each_user looks_into_a_root
}

is_refused() {
	packed --bare /bin/true -o "$MINE/bare.tar"
	list --sbom=spdx "$MINE/bare.tar"
	assert_status 1
	assert_output_has 'bare.tar has no record'
	assert_output_has 'hint: '
	list --sbom=other "$MINE/bare.tar"
	assert_status 2
	assert_output_has 'other; known are spdx and cyclonedx'
	list --sbom=spdx --json "$MINE/bare.tar"
	assert_status 2
	list --root / "$MINE/bare.tar"
	assert_status 2
}
@test "an image without a record and other kinds are refused" {
	for_each_user is_refused
}
