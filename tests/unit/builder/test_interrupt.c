/* SPDX-License-Identifier: MIT */
/* Tests of builder/interrupt: Ctrl-C waits until it is let through. */
#include "workshop.h"

#include "builder/interrupt.h"

static void a_signal_is_held_and_seen(void **state)
{
	struct error err;
	sigset_t old, pending;

	(void)state;
	interrupt_hold(&old);
	assert_int_equal(interrupt_check(&err), 0);
	assert_int_equal(raise(SIGTERM), 0);
	assert_int_equal(interrupt_check(&err), -EINTR);
	assert_string_equal(err.text, "interrupted");
	signal(SIGTERM, SIG_IGN); /* drops the one that waits, signal(7) */
	assert_int_equal(interrupt_check(&err), 0);
	interrupt_release(&old);
	assert_int_equal(sigpending(&pending), 0);
	assert_false(sigismember(&pending, SIGTERM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_signal_is_held_and_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
