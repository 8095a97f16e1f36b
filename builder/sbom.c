/* SPDX-License-Identifier: MIT */
/*
 * Fills in two forms that ask for the same. Both want an identity that no other document has; ours is
 * made of a digest of all the rest, so that it needs neither time nor chance. Called by the command list.
 */
#include "sbom.h"

#include <errno.h>
#include <jansson.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/jsontext.h"

#define UNKNOWN "NOASSERTION" /* SPDX 2.3, 7: nothing is claimed */
#define IMAGE_ID "SPDXRef-Image"

enum { TIME_SIZE = 32, UUID_SIZE = 37 };

int sbom_choose(const char *name, enum sbom_kind *ret, struct error *err)
{
	if (!strcmp(name, "spdx"))
		*ret = SBOM_SPDX;
	else if (!strcmp(name, "cyclonedx"))
		*ret = SBOM_CYCLONEDX;
	else
		return error_set(err, EINVAL,
				 "unknown kind of bill of materials: %s; known are spdx "
				 "and cyclonedx",
				 name);
	return 0;
}

/* RFC 3339, in UTC. */
static int write_time(int64_t epoch, char ret[TIME_SIZE], struct error *err)
{
	const time_t seconds = (time_t)epoch;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || tm.tm_year > 9999 - 1900 ||
	    !strftime(ret, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return error_set(err, ERANGE,
				 "the year of SOURCE_DATE_EPOCH is too large");
	return 0;
}

/* The last part of the image's path, without the slashes of a folder; on the heap. */
static char *name_of(const char *image, struct error *err)
{
	size_t length = strlen(image), start;

	while (length > 1 && image[length - 1] == '/')
		length--;
	for (start = length; start > 0 && image[start - 1] != '/'; start--)
		;
	return alloc_format(err, "%.*s", (int)(length - start), image + start);
}

/* `mark` and the text behind it, in which every byte is plain or %XX; nothing for NULL. */
static void write_part(FILE *out, const char *mark, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~:";

	if (!text)
		return;
	fputs(mark, out);
	for (; *text; text++) {
		if (strchr(plain, *text))
			fputc(*text, out);
		else
			fprintf(out, "%%%02X", (unsigned char)*text);
	}
}

/*
 * The package URL (github.com/package-url/purl-spec), on the heap; NULL without an error if the vendor is
 * not known, without whom it means nothing.
 */
static int make_purl(const struct sbom *sbom, const struct package *package, char **ret,
		     struct error *err)
{
	const char *vendor = sbom->packages->vendor;
	char *purl = NULL;
	size_t size = 0;

	*ret = NULL;
	if (!vendor)
		return 0;
	FILE *out = open_memstream(&purl, &size);
	if (!out)
		return error_nomem(err);
	fprintf(out, "pkg:%s", sbom->packages->type);
	write_part(out, "/", vendor);
	write_part(out, "/", package->name);
	write_part(out, "@", package->version);
	write_part(out, "?arch=", package->arch);
	if (fclose(out) != 0) {
		free(purl);
		return error_nomem(err);
	}
	*ret = purl;
	return 0;
}

/* Makes an identity of a document that has none yet: a UUID whose bits are ours to choose (version 8). */
static int make_uuid(const json_t *document, char ret[UUID_SIZE], struct error *err)
{
	_cleanup_free_ char *text = json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS);
	unsigned char digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;
	char *at = ret;

	if (!text)
		return error_nomem(err);
	sha256_init(&context);
	sha256_update(&context, strlen(text), (const unsigned char *)text);
	sha256_digest(&context, sizeof(digest), digest);
	digest[6] = (unsigned char)((digest[6] & 0x0f) | 0x80);
	digest[8] = (unsigned char)((digest[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < 16; i++)
		at += sprintf(at, "%s%02x",
			      i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			      digest[i]);
	return 0;
}

static int set_identity(json_t *document, const char *key, const char *prefix,
			struct error *err)
{
	char uuid[UUID_SIZE];
	int r = make_uuid(document, uuid, err);

	if (r < 0)
		return r;
	return json_object_set_new(document, key, json_sprintf("%s%s", prefix, uuid)) < 0
		       ? error_nomem(err)
		       : 0;
}

/* A package of which nothing is claimed yet. */
static json_t *new_package(const char *id)
{
	return json_pack("{s:s, s:s, s:b, s:s, s:s, s:s}", "SPDXID", id,
			 "downloadLocation", UNKNOWN, "filesAnalyzed", 0,
			 "licenseConcluded", UNKNOWN, "licenseDeclared", UNKNOWN,
			 "copyrightText", UNKNOWN);
}

static int relate(json_t *document, const char *from, const char *kind, const char *to,
		  struct error *err)
{
	json_t *relation = json_pack("{s:s, s:s, s:s}", "spdxElementId", from,
				     "relationshipType", kind, "relatedSpdxElement", to);

	return json_array_append_new(json_object_get(document, "relationships"),
				     relation) < 0
		       ? error_nomem(err)
		       : 0;
}

static int add_spdx(const struct sbom *sbom, size_t index, json_t *document,
		    struct error *err)
{
	const struct package *package = sbom->packages->items[index];
	_cleanup_free_ char *purl = NULL,
			    *id = alloc_format(err, "SPDXRef-Package-%zu", index + 1);
	int r = id ? make_purl(sbom, package, &purl, err) : -ENOMEM;

	if (r < 0)
		return r;
	json_t *json = new_package(id);
	if (json_array_append_new(json_object_get(document, "packages"), json) < 0)
		return error_nomem(err);
	if (purl &&
	    json_object_set_new(json, "externalRefs",
				json_pack("[{s:s, s:s, s:s}]", "referenceCategory",
					  "PACKAGE-MANAGER", "referenceType", "purl",
					  "referenceLocator", purl)) < 0)
		return error_nomem(err);
	r = jsontext_set(json, "name", package->name, err);
	if (r == 0)
		r = jsontext_set(json, "versionInfo",
				 package->version ? package->version : UNKNOWN, err);
	return r == 0 ? relate(document, IMAGE_ID, "CONTAINS", id, err) : r;
}

static int add_spdx_image(const struct sbom *sbom, const char *name, json_t *document,
			  struct error *err)
{
	json_t *image = new_package(IMAGE_ID);

	if (json_array_append_new(json_object_get(document, "packages"), image) < 0 ||
	    json_object_set_new(image, "primaryPackagePurpose",
				json_string("CONTAINER")) < 0 ||
	    json_object_set_new(image, "comment",
				json_sprintf("%zu of its files belong to no package",
					     sbom->packages->loose)) < 0)
		return error_nomem(err);
	int r = jsontext_set(image, "name", name, err);
	if (r == 0)
		r = jsontext_set(document, "name", name, err);
	return r == 0 ? relate(document, "SPDXRef-DOCUMENT", "DESCRIBES", IMAGE_ID, err)
		      : r;
}

static int fill_spdx(const struct sbom *sbom, const char *name, const char *time,
		     json_t **ret, struct error *err)
{
	json_t *document = json_pack(
		"{s:s, s:s, s:s, s:{s:s, s:[s]}, s:[], s:[]}", "spdxVersion", "SPDX-2.3",
		"dataLicense", "CC0-1.0", "SPDXID", "SPDXRef-DOCUMENT", "creationInfo",
		"created", time, "creators", "Tool: jailbuild-" JAILBUILD_VERSION,
		"packages", "relationships");

	*ret = document;
	int r = document ? add_spdx_image(sbom, name, document, err) : error_nomem(err);
	for (size_t i = 0; r == 0 && i < sbom->packages->count; i++)
		r = add_spdx(sbom, i, document, err);
	return r == 0 ? set_identity(document, "documentNamespace",
				     "https://spdx.org/spdxdocs/jailbuild-", err)
		      : r;
}

static int add_component(const struct sbom *sbom, size_t index, json_t *components,
			 struct error *err)
{
	const struct package *package = sbom->packages->items[index];
	_cleanup_free_ char *purl = NULL;
	int r = make_purl(sbom, package, &purl, err);

	if (r < 0)
		return r;
	json_t *json = json_pack("{s:s, s:o}", "type", "library", "bom-ref",
				 json_sprintf("package-%zu", index + 1));
	if (json_array_append_new(components, json) < 0)
		return error_nomem(err);
	r = jsontext_set(json, "name", package->name, err);
	if (r == 0)
		r = jsontext_set(json, "version", package->version, err);
	return r == 0 ? jsontext_set(json, "purl", purl, err) : r;
}

static int fill_cyclonedx(const struct sbom *sbom, const char *name, const char *time,
			  json_t **ret, struct error *err)
{
	json_t *document = json_pack(
		"{s:s, s:s, s:i, s:{s:s, s:{s:[{s:s, s:s, s:s}]}, s:{s:s, s:s}, "
		"s:[{s:s, s:o}]}, s:[]}",
		"bomFormat", "CycloneDX", "specVersion", "1.5", "version", 1, "metadata",
		"timestamp", time, "tools", "components", "type", "application", "name",
		"jailbuild", "version", JAILBUILD_VERSION, "component", "type",
		"container", "bom-ref", "image", "properties", "name",
		"jailbuild:filesOfNoPackage", "value",
		json_sprintf("%zu", sbom->packages->loose), "components");

	*ret = document;
	int r = document ? jsontext_set(
				   json_object_get(json_object_get(document, "metadata"),
						   "component"),
				   "name", name, err)
			 : error_nomem(err);
	for (size_t i = 0; r == 0 && i < sbom->packages->count; i++)
		r = add_component(sbom, i, json_object_get(document, "components"), err);
	return r == 0 ? set_identity(document, "serialNumber", "urn:uuid:", err) : r;
}

int sbom_print(const struct sbom *sbom, FILE *out, struct error *err)
{
	_cleanup_free_ char *name = name_of(sbom->image, err);
	json_t *document = NULL;
	char time[TIME_SIZE];

	if (!name)
		return -ENOMEM;
	int r = write_time(sbom->epoch, time, err);
	if (r < 0)
		return r;
	r = sbom->kind == SBOM_SPDX ? fill_spdx(sbom, name, time, &document, err)
				    : fill_cyclonedx(sbom, name, time, &document, err);
	if (r == 0)
		r = jsontext_print(document, out, err);
	json_decref(document);
	return r;
}
