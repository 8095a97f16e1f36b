/* SPDX-License-Identifier: MIT */
/* Tests of builder/sbom: the bills of materials. */
#include "workshop.h"

#include <jansson.h>

#include "builder/sbom.h"

static struct package known = {.key = "libx++:amd64",
			       .name = "libx++",
			       .version = "1:2.0+b1~rc",
			       .arch = "amd64",
			       .files = 1};
static struct package unknown = {.key = "y\n", .name = "y\n", .files = 1};
static struct package *items[] = {&known, &unknown};
static struct packages packages = {
	.items = items, .count = 2, .loose = 3, .vendor = "debian", .type = "deb"};

static char *print(const struct sbom *sbom)
{
	struct error err = {0};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(sbom_print(sbom, out, &err), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static json_t *parse(const struct sbom *sbom)
{
	char *text = print(sbom);
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	free(text);
	assert_non_null(json);
	return json;
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void spdx_names_versions_or_asserts_nothing(void **state)
{
	const struct sbom sbom = {
		.kind = SBOM_SPDX, .image = "a/dir//", .packages = &packages};
	json_t *json = parse(&sbom);
	const json_t *list = json_object_get(json, "packages");

	(void)state;
	assert_string_equal(text_of(json, "name"), "dir");
	assert_string_equal(text_of(json, "spdxVersion"), "SPDX-2.3");
	assert_string_equal(text_of(json_object_get(json, "creationInfo"), "created"),
			    "1970-01-01T00:00:00Z");
	assert_int_equal(json_array_size(list), 3);
	const json_t *first = json_array_get(list, 1);
	assert_string_equal(text_of(first, "versionInfo"), "1:2.0+b1~rc");
	assert_string_equal(
		text_of(json_array_get(json_object_get(first, "externalRefs"), 0),
			"referenceLocator"),
		"pkg:deb/debian/libx%2B%2B@1:2.0%2Bb1~rc?arch=amd64");
	assert_string_equal(text_of(json_array_get(list, 2), "versionInfo"),
			    "NOASSERTION");
	assert_string_equal(text_of(json_array_get(list, 2), "name"), "y\\x0a");
	assert_int_equal(json_array_size(json_object_get(json, "relationships")), 3);
	json_decref(json);
}

static void cyclonedx_leaves_out_what_is_not_known(void **state)
{
	const struct sbom sbom = {.kind = SBOM_CYCLONEDX,
				  .image = "x.tar",
				  .packages = &packages,
				  .epoch = 86400};
	json_t *json = parse(&sbom);
	const json_t *list = json_object_get(json, "components");

	(void)state;
	assert_string_equal(text_of(json, "bomFormat"), "CycloneDX");
	assert_string_equal(text_of(json, "specVersion"), "1.5");
	assert_string_equal(text_of(json_object_get(json, "metadata"), "timestamp"),
			    "1970-01-02T00:00:00Z");
	assert_int_equal(json_array_size(list), 2);
	assert_null(json_object_get(json_array_get(list, 1), "version"));
	assert_string_equal(text_of(json_array_get(list, 1), "purl"),
			    "pkg:deb/debian/y%0A");
	/* RFC 9562: the version and the variant of a UUID. */
	const char *serial = text_of(json, "serialNumber") + strlen("urn:uuid:");
	assert_int_equal(strlen(serial), 36);
	assert_int_equal(serial[14], '8');
	assert_non_null(strchr("89ab", serial[19]));
	json_decref(json);
}

static void the_identity_follows_the_content(void **state)
{
	struct sbom sbom = {
		.kind = SBOM_CYCLONEDX, .image = "x.tar", .packages = &packages};
	char *first = print(&sbom), *again = print(&sbom);

	(void)state;
	assert_string_equal(first, again);
	packages.vendor = NULL;
	json_t *other = parse(&sbom);
	packages.vendor = "debian";
	assert_null(strstr(first, text_of(other, "serialNumber")));
	assert_null(strstr(text_of(other, "serialNumber"), "00000000-"));
	assert_null(json_object_get(
		json_array_get(json_object_get(other, "components"), 0), "purl"));
	json_decref(other);
	free(first);
	free(again);
}

static void refuses_other_kinds_and_no_times(void **state)
{
	struct sbom sbom = {.image = "x", .packages = &packages, .epoch = INT64_MAX};
	struct error err = {0};

	(void)state;
	assert_int_equal(sbom_choose("spdx", &sbom.kind, &err), 0);
	assert_int_equal(sbom.kind, SBOM_SPDX);
	assert_int_equal(sbom_choose("cyclonedx", &sbom.kind, &err), 0);
	assert_int_equal(sbom.kind, SBOM_CYCLONEDX);
	assert_int_equal(sbom_choose("SPDX", &sbom.kind, &err), -EINVAL);
	assert_non_null(strstr(err.text, "SPDX"));
	assert_int_equal(sbom_print(&sbom, stdout, &err), -ERANGE);
	sbom.epoch = INT64_C(253402300800); /* the year 10000 */
	assert_int_equal(sbom_print(&sbom, stdout, &err), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spdx_names_versions_or_asserts_nothing),
		cmocka_unit_test(cyclonedx_leaves_out_what_is_not_known),
		cmocka_unit_test(the_identity_follows_the_content),
		cmocka_unit_test(refuses_other_kinds_and_no_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
