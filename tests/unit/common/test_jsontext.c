/* SPDX-License-Identifier: MIT */
/* Tests of builder/jsontext: names as JSON and back. */
#include "tests/unit/builder/workshop.h"

#include "common/jsontext.h"

static void round_trip(const char *text, const char *written)
{
	struct arena arena = {0};
	json_t *object = json_object();
	const char *back;
	struct error err;

	assert_int_equal(jsontext_set(object, "key", text, &err), 0);
	assert_string_equal(json_string_value(json_object_get(object, "key")), written);
	assert_int_equal(jsontext_get(object, "key", &arena, &back, &err), 0);
	assert_string_equal(back, text);
	json_decref(object);
	arena_free(&arena);
}

static void every_name_comes_back_as_it_was(void **state)
{
	(void)state;
	round_trip("/plain", "/plain");
	round_trip("/\xc3\xbc", "/\xc3\xbc");
	round_trip("/a\nb\\c", "/a\\x0ab\\x5cc");
	round_trip("/\xff\xfe", "/\\xff\\xfe");
	round_trip("\\x41", "\\x5cx41");
	/* an overlong form and a surrogate, which JSON cannot hold */
	round_trip("\xe0\x80\x80", "\\xe0\\x80\\x80");
	round_trip("\xc3\xbc\xed\xa0\x80", "\xc3\xbc\\xed\\xa0\\x80");
}

static void lists_come_back_in_order(void **state)
{
	_cleanup_strlist_ struct strlist list = {0}, back = {0}, none = {0};
	json_t *object = json_object();
	struct error err;

	(void)state;
	assert_int_equal(strlist_add(&list, "b", &err), 0);
	assert_int_equal(strlist_add(&list, "a\n", &err), 0);
	assert_int_equal(jsontext_set_list(object, "list", &list, &err), 0);
	assert_int_equal(jsontext_set_list(object, "none", &none, &err), 0);
	assert_null(json_object_get(object, "none"));
	assert_int_equal(jsontext_get_list(object, "list", &back, &err), 0);
	assert_int_equal(back.count, 2);
	assert_string_equal(back.items[1], "a\n");
	json_decref(object);
}

static void refuses_what_is_no_text(void **state)
{
	_cleanup_strlist_ struct strlist list = {0};
	struct arena arena = {0};
	json_t *object = json_pack("{s:i, s:[i]}", "number", 1, "list", 1);
	const char *text;
	struct error err;

	(void)state;
	assert_int_equal(jsontext_get(object, "number", &arena, &text, &err), -EBADMSG);
	assert_int_equal(jsontext_get_list(object, "list", &list, &err), -EBADMSG);
	assert_int_equal(jsontext_get_list(object, "number", &list, &err), -EBADMSG);
	assert_int_equal(jsontext_get(object, "absent", &arena, &text, &err), 0);
	assert_null(text);
	json_decref(object);
}

static void prints_sorted_and_says_what_it_cannot(void **state)
{
	json_t *value = json_pack("{s:i, s:i}", "b", 1, "a", 2);
	struct error err;
	FILE *out = fopen("out", "w"), *full = fopen("/dev/full", "w");

	(void)state;
	assert_int_equal(jsontext_print(value, out, &err), 0);
	assert_int_equal(fclose(out), 0);
	scratch_expect("out", "{\n \"a\": 2,\n \"b\": 1\n}\n");
	setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(jsontext_print(value, full, &err), -EIO);
	fclose(full);
	json_decref(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(every_name_comes_back_as_it_was),
		scratch_test(lists_come_back_in_order),
		scratch_test(refuses_what_is_no_text),
		scratch_test(prints_sorted_and_says_what_it_cannot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
