/* SPDX-License-Identifier: MIT */
/* Tests of builder/apply: what each word does, and mistakes by template and line. */
#include "tailor.h"

#include <sys/sysmacros.h>

/* Applies the template "x" of that text. */
static struct tailor apply(const char *text)
{
	struct tailor tailor;
	struct error err = {0};

	scratch_write("templates/x", text);
	tailor_open(&tailor);
	if (tailor_apply(&tailor, "x", &err) < 0)
		fail_msg("%s", err.text);
	return tailor;
}

static const struct entry *expect(const struct tailor *tailor, const char *path)
{
	return workshop_expect(&tailor->shop.manifest, path, RULE_TEMPLATE);
}

static bool has(const struct tailor *tailor, const char *path)
{
	return manifest_find(&tailor->shop.manifest, path) != NULL;
}

static void adds_paths_names_and_patterns(void **state)
{
	(void)state;
	tailor_root();
	struct tailor tailor = apply("add tool /data:/etc/data\n"
				     "add /lib/lang* except test *.pyc\n");

	assert_string_equal(expect(&tailor, "/bin/tool")->reason.name, "x");
	assert_string_equal(expect(&tailor, "/etc/data")->source, "/data");
	assert_true(has(&tailor, "/lib/lang1.2/os.x"));
	assert_false(has(&tailor, "/lib/lang1.2/os.pyc"));
	assert_false(has(&tailor, "/lib/lang1.2/test"));
	assert_false(has(&tailor, "/data"));
	tailor_close(&tailor);
}

static void takes_the_first_that_is_there(void **state)
{
	(void)state;
	tailor_root();
	struct tailor tailor = apply("add /none | /data | /bin/tool\n"
				     "add? /none /none* | nothing /lib/lang1.2/os.x\n");

	assert_true(has(&tailor, "/data"));
	assert_false(has(&tailor, "/bin/tool"));
	assert_true(has(&tailor, "/lib/lang1.2/os.x"));
	tailor_close(&tailor);
}

static void makes_what_is_written_in_it(void **state)
{
	(void)state;
	tailor_root();
	struct tailor tailor = apply(
		"account web 33:34 /srv\n"
		"dir /srv/www 0750 web\n"
		"file /etc/web.conf 0640 root:web <<E\nport 80\nE\n"
		"link /etc/alias web.conf\n"
		"device /dev/null c 1 3\n"
		"env A=1 B=2\nuser web\nworkdir /srv\nentrypoint /bin/tool -x\ncmd y\n"
		"label k=v\nnote look at it\n");
	const struct entry *folder = expect(&tailor, "/srv/www");
	const struct entry *file = expect(&tailor, "/etc/web.conf");
	const struct entry *device = expect(&tailor, "/dev/null");

	assert_int_equal(folder->type, ENTRY_FOLDER);
	assert_int_equal(folder->mode, 0750);
	assert_int_equal(folder->uid, 33);
	assert_int_equal(folder->gid, 34);
	assert_string_equal(file->text, "port 80\n");
	assert_int_equal(file->mode, 0640);
	assert_int_equal(file->uid, 0);
	assert_int_equal(file->gid, 34);
	assert_string_equal(expect(&tailor, "/etc/alias")->target, "web.conf");
	assert_int_equal(device->type, ENTRY_CHAR);
	assert_int_equal(device->rdev, makedev(1, 3));
	assert_string_equal(tailor.recipe.settings.user, "web");
	assert_string_equal(tailor.recipe.settings.workdir, "/srv");
	assert_int_equal(tailor.recipe.settings.env.count, 2);
	assert_int_equal(tailor.recipe.settings.entrypoint.count, 2);
	assert_int_equal(tailor.recipe.settings.cmd.count, 1);
	assert_int_equal(tailor.recipe.settings.labels.count, 1);
	assert_true(workshop_has_note(&tailor.shop.manifest, "x: look at it"));
	tailor_close(&tailor);
}

static void a_rule_leaves_the_settings_alone(void **state)
{
	struct tailor tailor;
	struct error err = {0};

	(void)state;
	tailor_root();
	scratch_write("templates/x", "user web\nenv A=1\nadd /data\n");
	tailor_open(&tailor);
	tailor.apply.by = "/bin/tool";
	assert_int_equal(tailor_apply(&tailor, "x", &err), 0);
	assert_null(tailor.recipe.settings.user);
	assert_int_equal(tailor.recipe.settings.env.count, 0);
	assert_string_equal(expect(&tailor, "/data")->reason.by, "/bin/tool");
	tailor_close(&tailor);
}

static void includes_each_template_once(void **state)
{
	(void)state;
	tailor_root();
	scratch_write("templates/y", "note once\nadd /data\n");
	struct tailor tailor = apply("include y\ninclude? none y\n");
	size_t notes = tailor.shop.manifest.notes.count;

	assert_string_equal(expect(&tailor, "/data")->reason.name, "y");
	assert_int_equal(notes, 1);
	tailor_close(&tailor);
}

static void a_copy_counts_from_the_file_that_names_it(void **state)
{
	struct tailor tailor;
	struct error err = {0};

	(void)state;
	tailor_root();
	scratch_write("templates/x", "copy app /srv/app\n");
	scratch_write("templates/app", "mine");
	tailor_open(&tailor);
	/* Below another root there is no such folder. */
	assert_int_equal(tailor_apply(&tailor, "x", &err), -EINVAL);
	assert_non_null(strstr(err.text, "x, line 1: app"));
	tailor_close(&tailor);
}

static void names_template_and_line_of_a_mistake(void **state)
{
	static const struct {
		const char *text, *message;
		int code;
	} mistakes[] = {
		{"\nadd /none\n", "line 2: /none: not found", -ENOENT},
		{"add /none | /nor*\n", "line 1: /none: not found", -ENOENT},
		{"add ./data\n", "line 1: ./data: neither", -EINVAL},
		{"dir srv\n", "line 1: srv: not an absolute path", -EINVAL},
		{"dir /srv 0888\n", "line 1: 0888: no octal mode", -EINVAL},
		{"dir /srv 4755\n", "line 1: 4755: no octal mode", -EINVAL},
		{"dir /srv 0755 web\n", "line 1: web: no such account", -EINVAL},
		{"account Web 33\n", "line 1: Web: no name", -EINVAL},
		{"device /dev/x d 1 3\n", "line 1: d: a device is c or b", -EINVAL},
		{"device /dev/x c 1 x\n", "line 1: x: no device number", -EINVAL},
		{"env A\n", "line 1: ", -EINVAL},
		{"workdir srv\n", "line 1: ", -EINVAL},
		{"link /a \"\"\n", "line 1: a link to nothing", -EINVAL},
		{"include none\n", "line 1: there is no template none", -ENOENT},
		{"include x\n", "line 1: template x includes itself", -ELOOP},
	};

	(void)state;
	tailor_root();
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct tailor tailor;
		struct error err = {0};

		scratch_write("templates/x", mistakes[i].text);
		tailor_open(&tailor);
		int r = tailor_apply(&tailor, "x", &err);
		if (r != mistakes[i].code || !strstr(err.text, mistakes[i].message) ||
		    !strstr(err.text, "template x"))
			fail_msg("%d %s instead of %s", r, err.text, mistakes[i].message);
		tailor_close(&tailor);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(adds_paths_names_and_patterns),
		scratch_test(takes_the_first_that_is_there),
		scratch_test(makes_what_is_written_in_it),
		scratch_test(a_rule_leaves_the_settings_alone),
		scratch_test(includes_each_template_once),
		scratch_test(a_copy_counts_from_the_file_that_names_it),
		scratch_test(names_template_and_line_of_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
