/* SPDX-License-Identifier: MIT */
/*
 * Tests of terminal: two pseudo-terminals, one the caller's and one the jail's, and the relay
 * between them. It runs in a child, whose controlling terminal is the caller's.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>

#include "jailchild.h"
#include "runner/terminal.h"

enum { PATIENCE = 20 }; /* s: a relay that hangs ends its child, and so the test */

struct scene {
	int keyboard; /* what the user types and sees: master of the caller's terminal */
	int master, jail; /* the jail's terminal */
	struct termios modes;
	struct terminal terminal;
};

static void open_pair(int *ret_master, int *ret_slave)
{
	char name[64];

	*ret_master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	jailchild_expect(*ret_master >= 0 && grantpt(*ret_master) == 0);
	jailchild_expect(unlockpt(*ret_master) == 0);
	jailchild_expect(ptsname_r(*ret_master, name, sizeof(name)) == 0);
	*ret_slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	jailchild_expect(*ret_slave >= 0);
}

/* Makes this process the leader of a session on a terminal of 100 columns. */
static void set_scene(struct scene *scene)
{
	const struct winsize size = {.ws_row = 30, .ws_col = 100};
	int own;

	*scene = (struct scene){.terminal = TERMINAL_NONE};
	alarm(PATIENCE);
	open_pair(&scene->keyboard, &own);
	open_pair(&scene->master, &scene->jail);
	jailchild_expect(setsid() >= 0 && ioctl(own, TIOCSCTTY, 0) == 0);
	jailchild_expect(dup2(own, 0) == 0 && dup2(own, 1) == 1);
	jailchild_expect(ioctl(0, TIOCSWINSZ, &size) == 0);
	jailchild_expect(tcgetattr(0, &scene->modes) == 0);
}

static void start(struct scene *scene)
{
	struct error err = {0};

	set_scene(scene);
	jailchild_succeed(
		terminal_start(&scene->terminal, scene->master, &scene->modes, &err),
		&err);
}

static bool is_raw(int fd)
{
	struct termios modes;

	return tcgetattr(fd, &modes) == 0 && !(modes.c_lflag & (ICANON | ECHO | ISIG)) &&
	       !(modes.c_oflag & OPOST);
}

static bool has_modes(int fd, const struct termios *wanted)
{
	struct termios modes;

	return tcgetattr(fd, &modes) == 0 && modes.c_lflag == wanted->c_lflag &&
	       modes.c_iflag == wanted->c_iflag && modes.c_oflag == wanted->c_oflag;
}

static void relay_once(struct scene *scene)
{
	struct pollfd polls[TERMINAL_POLLS];

	terminal_prepare_poll(&scene->terminal, polls);
	jailchild_expect(poll(polls, TERMINAL_POLLS, 100) >= 0);
	terminal_relay(&scene->terminal, polls);
}

/* Relays until `fd` has something to read. */
static void relay_until_readable(struct scene *scene, int fd)
{
	struct pollfd wanted = {.fd = fd, .events = POLLIN};

	while (poll(&wanted, 1, 0) == 0)
		relay_once(scene);
}

static bool says(int fd, const char *wanted)
{
	char text[256] = "";
	ssize_t size = read(fd, text, sizeof(text) - 1);

	return size == (ssize_t)strlen(wanted) && !strcmp(text, wanted);
}

static void switch_modes(void *data)
{
	struct scene scene;
	struct winsize size;

	(void)data;
	start(&scene);
	jailchild_expect(is_raw(0) && scene.terminal.is_raw);
	jailchild_expect(has_modes(scene.jail, &scene.modes));
	jailchild_expect(ioctl(scene.jail, TIOCGWINSZ, &size) == 0);
	jailchild_expect(size.ws_row == 30 && size.ws_col == 100);
	terminal_restore(&scene.terminal);
	jailchild_expect(has_modes(0, &scene.modes) && !scene.terminal.is_raw);
	terminal_set_raw(&scene.terminal);
	jailchild_expect(is_raw(0));
	int output = scene.terminal.output;
	jailchild_expect(fcntl(output, F_GETFD) == FD_CLOEXEC);
	terminal_close(&scene.terminal);
	jailchild_expect(has_modes(0, &scene.modes));
	jailchild_expect(fcntl(scene.master, F_GETFD) < 0 && fcntl(output, F_GETFD) < 0);
	jailchild_expect(scene.terminal.master == -1 && scene.terminal.output == -1);
}

static void sets_raw_mode_and_puts_the_modes_back(void **state)
{
	(void)state;
	jailchild_fork(switch_modes, NULL);
}

static void change_modes_meanwhile(void *data)
{
	struct scene scene;
	struct termios changed;

	(void)data;
	start(&scene);
	terminal_restore(&scene.terminal);
	changed = scene.modes;
	changed.c_lflag &= ~(tcflag_t)ECHO; /* the user's shell did so meanwhile */
	jailchild_expect(tcsetattr(0, TCSANOW, &changed) == 0);
	terminal_set_raw(&scene.terminal);
	jailchild_expect(
		has_modes(scene.jail, &scene.modes)); /* that is the jail's own */
	terminal_close(&scene.terminal);
	jailchild_expect(has_modes(0, &changed));
}

static void puts_back_the_modes_of_the_last_stop(void **state)
{
	(void)state;
	jailchild_fork(change_modes_meanwhile, NULL);
}

static void relay_bytes(void *data)
{
	struct scene scene;

	(void)data;
	start(&scene);
	jailchild_expect(write(scene.keyboard, "typed\r", 6) == 6);
	relay_until_readable(&scene, scene.jail);
	jailchild_expect(says(scene.jail, "typed\n"));
	/* The jail's terminal echoes; the caller's adds nothing of its own. */
	relay_until_readable(&scene, scene.keyboard);
	jailchild_expect(says(scene.keyboard, "typed\r\n"));
	jailchild_expect(write(scene.jail, "answer\n", 7) == 7);
	relay_until_readable(&scene, scene.keyboard);
	jailchild_expect(says(scene.keyboard, "answer\r\n"));
	terminal_close(&scene.terminal);
}

static void relays_bytes_both_ways(void **state)
{
	(void)state;
	jailchild_fork(relay_bytes, NULL);
}

static void press_keys(void *data)
{
	static const char keys[] = "\003\032\034\023\021\004";
	struct scene scene;
	struct termios raw;

	(void)data;
	start(&scene);
	raw = scene.modes;
	cfmakeraw(&raw);
	jailchild_expect(tcsetattr(scene.jail, TCSANOW, &raw) == 0);
	jailchild_expect(write(scene.keyboard, keys, 6) == 6);
	relay_until_readable(&scene, scene.jail);
	/* Neither this process nor its terminal has obeyed them. */
	jailchild_expect(says(scene.jail, keys));
	terminal_close(&scene.terminal);
}

static void leaves_control_keys_to_the_jail(void **state)
{
	(void)state;
	jailchild_fork(press_keys, NULL);
}

static void resize(void *data)
{
	const struct winsize wide = {.ws_row = 50, .ws_col = 200};
	struct scene scene;
	struct winsize size;

	(void)data;
	start(&scene);
	jailchild_expect(ioctl(scene.keyboard, TIOCSWINSZ, &wide) == 0);
	terminal_copy_size(&scene.terminal);
	jailchild_expect(ioctl(scene.jail, TIOCGWINSZ, &size) == 0);
	jailchild_expect(size.ws_row == 50 && size.ws_col == 200);
	terminal_close(&scene.terminal);
	terminal_copy_size(&scene.terminal); /* no terminal any more: nothing to do */
}

static void passes_the_size_on(void **state)
{
	(void)state;
	jailchild_fork(resize, NULL);
}

static void stay_behind(void *data)
{
	struct scene scene;
	struct error err = {0};
	struct pollfd polls[TERMINAL_POLLS];

	(void)data;
	set_scene(&scene);
	pid_t pid = fork();
	jailchild_expect(pid >= 0);
	if (pid > 0) {
		int status;

		/* WUNTRACED: to touch the terminal's modes would have stopped it. */
		jailchild_expect(waitpid(pid, &status, WUNTRACED) == pid);
		jailchild_expect(status == 0);
		return;
	}
	jailchild_expect(setpgid(0, 0) == 0);
	jailchild_succeed(
		terminal_start(&scene.terminal, scene.master, &scene.modes, &err), &err);
	jailchild_expect(!scene.terminal.is_raw && has_modes(0, &scene.modes));
	jailchild_expect(write(scene.keyboard, "not for us\r", 11) == 11);
	terminal_prepare_poll(&scene.terminal, polls);
	jailchild_expect(polls[0].fd == -1); /* to read would stop it, too */
	jailchild_expect(polls[2].fd == scene.master);
	terminal_close(&scene.terminal);
	jailchild_expect(has_modes(0, &scene.modes));
	_exit(0);
}

static void leaves_the_terminal_alone_from_the_background(void **state)
{
	(void)state;
	jailchild_fork(stay_behind, NULL);
}

static void end_the_jails_side(void *data)
{
	struct scene scene;
	struct pollfd polls[TERMINAL_POLLS];

	(void)data;
	start(&scene);
	jailchild_expect(write(scene.jail, "last words", 10) == 10);
	close(scene.jail);
	relay_until_readable(&scene, scene.keyboard);
	jailchild_expect(says(scene.keyboard, "last words"));
	while (!scene.terminal.out.ended)
		relay_once(&scene);
	terminal_prepare_poll(&scene.terminal, polls);
	jailchild_expect(polls[2].fd == -1 && polls[3].fd == -1);
	terminal_close(&scene.terminal);
}

static void notices_the_end_of_the_jails_side(void **state)
{
	(void)state;
	jailchild_fork(end_the_jails_side, NULL);
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGWINCH);
	jailchild_expect(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	int fd = signalfd(-1, &set, SFD_CLOEXEC);
	jailchild_expect(fd >= 0);
	return fd;
}

/* A slow reader of what the user sees; exits with 0 if all bytes came, in order. */
static pid_t start_reader(const struct scene *scene, int wanted)
{
	static char text[1000];
	int count = 0;
	pid_t pid = fork();

	jailchild_expect(pid >= 0);
	if (pid > 0)
		return pid;
	jailchild_end_with_parent();
	while (count < wanted) {
		ssize_t size = read(scene->keyboard, text, sizeof(text));

		jailchild_expect(size > 0);
		for (ssize_t i = 0; i < size; i++)
			jailchild_expect(text[i] == 'a' + count++ % 26);
		usleep(500);
	}
	_exit(0);
}

/*
 * Fills the caller's terminal until it takes nothing more, for good: the kernel moves bytes on to
 * the reader's side behind our back, and then there is room again.
 */
static void stop_the_output(const struct scene *scene)
{
	for (int refusals = 0; refusals < 5;) {
		if (write(scene->terminal.output, "x", 1) == 1) {
			refusals = 0;
			continue;
		}
		jailchild_expect(errno == EAGAIN);
		refusals++;
		usleep(10000);
	}
}

static void drain_to_a_reader(void *data)
{
	struct scene scene;
	struct termios raw;
	int status, sent = 0;
	char letter;

	(void)data;
	start(&scene);
	raw = scene.modes;
	cfmakeraw(&raw);
	jailchild_expect(tcsetattr(scene.jail, TCSANOW, &raw) == 0);
	jailchild_expect(fcntl(scene.jail, F_SETFL, O_NONBLOCK) == 0);
	int signals = open_signals();
	/* As much as the jail's terminal can hold. */
	do
		letter = (char)('a' + sent % 26);
	while (write(scene.jail, &letter, 1) == 1 && ++sent);
	jailchild_expect(errno == EAGAIN && sent > 1000);
	pid_t reader = start_reader(&scene, sent);
	jailchild_expect(raise(SIGWINCH) == 0); /* a resize does not end the draining */
	terminal_drain(&scene.terminal, signals);
	jailchild_expect(waitpid(reader, &status, 0) == reader && status == 0);
	terminal_close(&scene.terminal);
}

static void drains_all_that_the_jail_has_written(void **state)
{
	(void)state;
	jailchild_fork(drain_to_a_reader, NULL);
}

static void drain_to_nobody(void *data)
{
	struct scene scene;

	(void)data;
	start(&scene);
	int signals = open_signals();
	stop_the_output(&scene);
	jailchild_expect(write(scene.jail, "lost", 4) == 4);
	jailchild_expect(raise(SIGTERM) == 0);
	terminal_drain(&scene.terminal, signals);
	terminal_close(&scene.terminal);
}

static void gives_draining_up_when_asked_to_end(void **state)
{
	(void)state;
	jailchild_fork(drain_to_nobody, NULL);
}

static void stop_reading(void *data)
{
	struct scene scene;
	struct pollfd polls[TERMINAL_POLLS];

	(void)data;
	start(&scene);
	stop_the_output(&scene);
	jailchild_expect(write(scene.jail, "waits\n", 6) == 6);
	while (scene.terminal.out.start == scene.terminal.out.end)
		relay_once(&scene);
	jailchild_expect(write(scene.keyboard, "typed\r", 6) == 6);
	/* The other direction goes on: the user can still press Ctrl-C. */
	relay_until_readable(&scene, scene.jail);
	jailchild_expect(says(scene.jail, "typed\n"));
	terminal_prepare_poll(&scene.terminal, polls);
	jailchild_expect(polls[2].fd == -1); /* nothing more is read, it has no place */
	jailchild_expect(polls[3].fd == scene.terminal.output);
	terminal_close(&scene.terminal);
}

static void is_not_held_up_by_a_stopped_terminal(void **state)
{
	(void)state;
	jailchild_fork(stop_reading, NULL);
}

static void does_nothing_without_a_terminal(void **state)
{
	struct terminal terminal = TERMINAL_NONE;
	struct pollfd polls[TERMINAL_POLLS];

	(void)state;
	terminal_prepare_poll(&terminal, polls);
	for (int i = 0; i < TERMINAL_POLLS; i++)
		assert_int_equal(polls[i].fd, -1);
	terminal_relay(&terminal, polls);
	terminal_set_raw(&terminal);
	assert_false(terminal.is_raw);
	terminal_drain(&terminal, -1);
	terminal_close(&terminal);
	assert_int_equal(terminal.master, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_raw_mode_and_puts_the_modes_back),
		cmocka_unit_test(puts_back_the_modes_of_the_last_stop),
		cmocka_unit_test(relays_bytes_both_ways),
		cmocka_unit_test(leaves_control_keys_to_the_jail),
		cmocka_unit_test(passes_the_size_on),
		cmocka_unit_test(leaves_the_terminal_alone_from_the_background),
		cmocka_unit_test(notices_the_end_of_the_jails_side),
		cmocka_unit_test(drains_all_that_the_jail_has_written),
		cmocka_unit_test(gives_draining_up_when_asked_to_end),
		cmocka_unit_test(is_not_held_up_by_a_stopped_terminal),
		cmocka_unit_test(does_nothing_without_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
