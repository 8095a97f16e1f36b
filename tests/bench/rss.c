/* SPDX-License-Identifier: MIT */
/*
 * rss COMMAND [ARG…]: runs a command and prints the largest resident set, in KiB, that any process
 * of it reached: getrusage(2) takes the maximum over a child and what that child waited for. Called
 * by tests/bench/run; it is small itself because the kernel counts the memory before exec too.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;

	if (argc < 2) {
		fputs("usage: rss COMMAND [ARG…]\n", stderr);
		return 2;
	}
	pid_t pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 ||
	    getrusage(RUSAGE_CHILDREN, &usage) < 0) {
		perror("rss");
		return 125;
	}
	printf("%ld\n", usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
