/* SPDX-License-Identifier: MIT */
/* Tests of command: what is executed, in which order it is looked for, and why it could not be. */
#include "tests/unit/unit.h"

#include <elf.h>
#include <errno.h>

#include "common/fd.h"
#include "jailchild.h"
#include "jailimage.h"
#include "runner/command.h"

enum { OWN = 93 }; /* what this program exits with when it is the command */

static struct jailimage image;
static char own_path[PATH_MAX];

static int set_up(void **state)
{
	(void)state;
	jailimage_make(&image);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	jailimage_remove(&image);
	return 0;
}

struct attempt {
	const char *name, *path; /* command_execute's */
	int status; /* its *ret_status; that of the program if it was started */
	struct error err;
};

/* Executes `name` in a child whose current folder is the image. */
static struct attempt try(const char *name, const char *path)
{
	static char mark[] = "COMMAND_TEST=1", *const environment[] = {mark, NULL};
	struct attempt attempt = {.name = name, .path = path};
	char copy[PATH_MAX + 16];
	char *const arguments[] = {copy, NULL};
	int answer[2], status;

	snprintf(copy, sizeof(copy), "%s", name);
	assert_int_equal(pipe2(answer, O_CLOEXEC), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		jailchild_expect(fchdir(image.fd) == 0);
		int r = command_execute(arguments, environment, path, &attempt.status,
					&attempt.err);
		jailchild_expect(r == -attempt.err.code && r < 0);
		jailchild_expect(write(answer[1], &attempt, sizeof(attempt)) ==
				 sizeof(attempt));
		_exit(0);
	}
	close(answer[1]);
	ssize_t size = read(answer[0], &attempt, sizeof(attempt));
	close(answer[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (size == 0) /* closed by exec */
		attempt.status = WEXITSTATUS(status);
	return attempt;
}

static void fails(const char *name, const char *path, int status, const char *text,
		  const char *hint)
{
	struct attempt attempt = try(name, path);

	assert_int_equal(attempt.status, status);
	if (!strstr(attempt.err.text, text))
		fail_msg("'%s' is not in: %s", text, attempt.err.text);
	if (!strstr(attempt.err.hint, hint) || (!*hint && *attempt.err.hint))
		fail_msg("'%s' is not the hint: %s", hint, attempt.err.hint);
}

/* A script that this program interprets. */
static void write_own_script(const char *path, mode_t mode)
{
	char text[PATH_MAX + 8];

	snprintf(text, sizeof(text), "#!%s\n", own_path);
	jailimage_write(&image, path, text, mode);
}

static void executes_a_program_by_its_path(void **state)
{
	(void)state;
	assert_int_equal(try(own_path, "").status, OWN);
	write_own_script("bin/tool", 0755);
	assert_int_equal(try("bin/tool", "/nowhere").status, OWN);
	assert_int_equal(try("./bin/tool", "/nowhere").status, OWN);
}

static void looks_along_the_path_in_order(void **state)
{
	(void)state;
	jailimage_write(&image, "broken/tool", "#!/no/interpreter\n", 0755);
	write_own_script("good/tool", 0755);
	assert_int_equal(try("tool", "missing:good:broken").status, OWN);
	fails("tool", "missing:broken:good", 126, "broken/tool", "jailbuild add");
	assert_int_equal(try("tool", "good").status, OWN);
	/* An empty part is the current folder, execvp(3). */
	write_own_script("here", 0755);
	assert_int_equal(try("here", ":good").status, OWN);
	assert_int_equal(try("here", "good::missing").status, OWN);
	fails("here", "good:missing", 127, "command not found in the image: here", "");
}

static void goes_on_behind_what_it_may_not_execute(void **state)
{
	(void)state;
	write_own_script("first/tool", 0644);
	write_own_script("third/tool", 0755);
	assert_int_equal(mkdirat(image.fd, "second", 0755), 0);
	assert_int_equal(mkdirat(image.fd, "second/tool", 0755), 0);
	assert_int_equal(try("tool", "first:second:third").status, OWN);
	/* Found nowhere else: what was in the way is worth more than "not found". */
	fails("tool", "first:missing", 126, "cannot execute first/tool: Permission",
	      "execute permission");
}

static void says_that_there_is_no_such_command(void **state)
{
	(void)state;
	jailimage_write(&image, "file", "", 0755);
	fails("tool", "/nowhere:/nothing", 127, "command not found in the image: tool",
	      "");
	fails("tool", "", 127, "command not found", "");
	fails("", "/bin:/usr/bin", 127, "command not found", "");
	fails("./tool", "/bin", 127, "command not found in the image: ./tool", "");
	fails("file/tool", "/bin", 127, "command not found in the image: file/tool", "");
	fails("no\033[31mcolour", "/bin", 127, "\\", "");
}

static void names_the_interpreter_that_is_missing(void **state)
{
	(void)state;
	jailimage_write(&image, "script", "#! \t/no/such/sh -e\nexit 1\n", 0755);
	fails("./script", "", 126,
	      "cannot execute ./script: its interpreter /no/such/sh is missing",
	      "jailbuild add");
	jailimage_write(&image, "endless", "#!/no/such/sh", 0755);
	fails("./endless", "", 126, "its interpreter /no/such/sh is missing",
	      "jailbuild");
}

static void names_the_interpreters_interpreter(void **state)
{
	char text[2 * PATH_MAX], expected[2 * PATH_MAX];

	(void)state;
	jailimage_write(&image, "inner", "#!/no/loader\n", 0755);
	snprintf(text, sizeof(text), "#!%s/inner\n", image.path);
	jailimage_write(&image, "outer", text, 0755);
	snprintf(expected, sizeof(expected),
		 "cannot execute %s/inner: its interpreter /no/loader is missing",
		 image.path);
	fails("./outer", "", 126, expected, "jailbuild add");
}

/* This program's own bytes, with the loader's path overwritten. */
static void copy_with_loader(const char *path, const char *loader)
{
	_cleanup_fd_ int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int to = openat(image.fd, path, O_CREAT | O_RDWR | O_CLOEXEC, 0755);
	struct error err = {0};
	struct stat st;
	Elf64_Ehdr head;
	Elf64_Phdr part = {0};

	assert_int_equal(fstat(from, &st), 0);
	assert_int_equal(fd_copy(from, to, (uint64_t)st.st_size, path, &err), 0);
	assert_int_equal(pread(to, &head, sizeof(head), 0), (ssize_t)sizeof(head));
	for (unsigned i = 0; i < head.e_phnum && part.p_type != PT_INTERP; i++)
		assert_int_equal(pread(to, &part, sizeof(part),
				       (off_t)(head.e_phoff + i * sizeof(part))),
				 (ssize_t)sizeof(part));
	assert_int_equal(part.p_type, PT_INTERP);
	assert_true(strlen(loader) < part.p_filesz);
	assert_int_equal(pwrite(to, loader, strlen(loader) + 1, (off_t)part.p_offset),
			 (ssize_t)strlen(loader) + 1);
}

static void names_the_loader_that_is_missing(void **state)
{
	(void)state;
	assert_int_equal(sizeof(void *), 8); /* copy_with_loader knows ELF64 only */
	copy_with_loader("program", "/no/ld.so");
	fails("./program", "", 126,
	      "cannot execute ./program: its interpreter /no/ld.so is missing",
	      "jailbuild add");
}

static void explains_files_that_are_no_programs(void **state)
{
	(void)state;
	jailimage_write(&image, "short", "\177ELF", 0755);
	fails("./short", "", 126, "cannot execute ./short: Exec format", "this CPU");
	jailimage_write(&image, "nameless", "#!\n", 0755);
	fails("./nameless", "", 126, "cannot execute ./nameless: Exec format", "#!");
	jailimage_write(&image, "loop", "#!./loop\n", 0755);
	fails("./loop", "", 126, "cannot execute ./loop: Too many", "");
}

static void explains_what_cannot_be_executed(void **state)
{
	(void)state;
	jailimage_write(&image, "text", "just words\n", 0755);
	fails("./text", "", 126, "cannot execute ./text: Exec format error",
	      "begins with #!");
	jailimage_write(&image, "empty", "", 0755);
	fails("./empty", "", 126, "Exec format error", "this CPU");
	write_own_script("plain", 0644);
	fails("./plain", "", 126, "cannot execute ./plain: Permission denied",
	      "execute permission");
	assert_int_equal(mkdirat(image.fd, "folder", 0755), 0);
	fails("./folder", "", 126, "cannot execute ./folder: Permission denied",
	      "must be a file");
	assert_int_equal(mkfifoat(image.fd, "fifo", 0755), 0);
	fails("./fifo", "", 126, "cannot execute ./fifo: Permission denied",
	      "must be a file");
}

static void stops_at_the_first_that_is_no_program(void **state)
{
	(void)state;
	jailimage_write(&image, "first/tool", "just words\n", 0755);
	write_own_script("second/tool", 0755);
	fails("tool", "first:second", 126, "first/tool: Exec format error", "#!");
}

static void refuses(const char *name, const char *path, bool is_refused)
{
	struct error err = {0};
	int before = open(".", O_PATH | O_CLOEXEC);

	assert_int_equal(fchdir(image.fd), 0);
	int r = command_refuse_own(name, path, &err);
	assert_int_equal(fchdir(before), 0);
	close(before);
	assert_int_equal(r, is_refused ? -EACCES : 0);
}

static void refuses_what_leads_back_to_this_program(void **state)
{
	char text[2 * PATH_MAX];

	(void)state;
	refuses("/proc/self/exe", "", true);
	jailimage_link(&image, "/proc/self/exe", "bin/link");
	refuses("bin/link", "", true);
	refuses("link", "missing:bin", true);
	jailimage_write(&image, "bin/script", "#!/proc/self/exe\n", 0755);
	refuses("script", "bin", true);
	snprintf(text, sizeof(text), "#!%s/bin/script\n", image.path);
	jailimage_write(&image, "bin/outer", text, 0755);
	refuses("outer", "bin", true);
	copy_with_loader("bin/program", "/proc/self/exe");
	refuses("program", "bin", true);
}

static void lets_other_programs_pass(void **state)
{
	(void)state;
	jailimage_write(&image, "bin/script", "#!/bin/sh\n", 0755);
	jailimage_write(&image, "bin/loop", "#!bin/loop\n", 0755);
	refuses("/bin/sh", "", false);
	refuses("script", "bin", false);
	refuses("loop", "bin", false);
	refuses("missing", "bin:/nowhere", false);
	refuses("missing", "", false);
}

/* A program with one segment that names a loader. */
struct tiny_elf {
	Elf64_Ehdr head;
	Elf64_Phdr segment;
	char loader[16];
};

static void write_tiny_elf(const struct tiny_elf *elf)
{
	jailimage_write(&image, "bin/elf", "", 0755);
	int fd = openat(image.fd, "bin/elf", O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, elf, sizeof(*elf)), (ssize_t)sizeof(*elf));
	close(fd);
}

static const struct tiny_elf honest = {
	.head = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64},
		 .e_phnum = 1,
		 .e_phoff = offsetof(struct tiny_elf, segment)},
	.segment = {.p_type = PT_INTERP,
		    .p_offset = offsetof(struct tiny_elf, loader),
		    .p_filesz = 16},
	.loader = "/proc/self/exe",
};

static void survives_programs_with_hostile_headers(void **state)
{
	static const uint64_t sizes[] = {0,      1,        2,         4096,        4097,
					 0xffff, 1u << 31, 1ul << 63, ~UINT64_C(0)};
	struct tiny_elf elf = honest;

	(void)state;
	write_tiny_elf(&elf);
	refuses("elf", "bin", true);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		elf = honest;
		elf.segment.p_filesz = sizes[i];
		write_tiny_elf(&elf);
		refuses("elf", "bin", false);
		elf = honest;
		elf.segment.p_offset = sizes[i] + 4;
		write_tiny_elf(&elf);
		refuses("elf", "bin", false);
		elf = honest;
		elf.head.e_phoff = sizes[i] + 4;
		elf.head.e_phnum = 0xffff;
		write_tiny_elf(&elf);
		refuses("elf", "bin", false);
	}
	elf = honest;
	elf.head.e_ident[EI_CLASS] = ELFCLASS32;
	write_tiny_elf(&elf);
	refuses("elf", "bin", false);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(executes_a_program_by_its_path),
		TEST(looks_along_the_path_in_order),
		TEST(goes_on_behind_what_it_may_not_execute),
		TEST(says_that_there_is_no_such_command),
		TEST(names_the_interpreter_that_is_missing),
		TEST(names_the_interpreters_interpreter),
		TEST(names_the_loader_that_is_missing),
		TEST(explains_files_that_are_no_programs),
		TEST(explains_what_cannot_be_executed),
		TEST(stops_at_the_first_that_is_no_program),
		TEST(refuses_what_leads_back_to_this_program),
		TEST(lets_other_programs_pass),
		TEST(survives_programs_with_hostile_headers),
	};

	if (getenv("COMMAND_TEST"))
		return OWN;
	if (readlink("/proc/self/exe", own_path, sizeof(own_path) - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
