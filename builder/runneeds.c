/* SPDX-License-Identifier: MIT */
/*
 * Each row was seen to fail without what it names, on Debian 12; the patterns leave room for other
 * distributions' folders. Called by verifyneeds.
 */
#include "runneeds.h"

#include <stdio.h>
#include <string.h>

#include "common/path.h"

#define CERTIFICATES                                                                 \
	{                                                                            \
		"/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem",           \
			"/etc/ssl/ca-bundle.pem", "/etc/pki/tls/certs/ca-bundle.crt" \
	}
#define TERMINFO                                                                   \
	{                                                                          \
		"*/terminfo/@(x/xterm*|l/linux|d/dumb|78/xterm*|6c/linux|64/dumb)" \
	}

/* A need that is stated for programs and again, less strict, for libraries is reported once. */
const struct runneed runneeds[] = {
	{
		.program = "python[0-9].*([0-9])",
		.paths = {"{prefix}/lib/{name}/os.py", "{prefix}/lib/{name}/os.pyc",
			  "{prefix}/lib64/{name}/os.py"},
		.problem = "stdlib",
		.text = "does not start without Python's standard library",
		.add = "{prefix}/lib/{name}",
	},
	{
		.library = "libpython3*.so.*",
		.paths = {"*/lib/python3*/os.py*", "*/lib64/python3*/os.py*"},
		.problem = "stdlib",
		.text = "Python in it does not start without its standard library",
		.add = "/usr/lib/{stem}",
	},
	{
		.program = "perl?(5*)",
		.paths = {"*/perl*/strict.pm"},
		.problem = "stdlib",
		.text = "runs hardly any script without Perl's standard library",
		.add = "{libdir}/perl-base",
	},
	{
		.library = "libtcl[0-9]*.so*",
		.paths = {"*/tcl*/init.tcl"},
		.problem = "stdlib",
		.text = "Tcl does not start without its init.tcl",
		.add = "/usr/share/tcltk/{stem}",
	},
	{
		.program = "ruby*",
		.paths = {"*/ruby/*/rubygems.rb"},
		.problem = "stdlib",
		.text = "does not start without Ruby's standard library",
		.add = "/usr/lib/ruby",
	},
	{
		.program = "ruby*",
		.paths = {"*/ruby/*/rbconfig.rb"},
		.problem = "stdlib",
		.text = "does not start without Ruby's rbconfig.rb",
		.add = "{libdir}/ruby",
	},
	{
		.library = "libnode.so.*",
		.paths = {"/usr/share/nodejs/*"},
		.problem = "stdlib",
		.text = "Debian's node aborts without its modules in /usr/share/nodejs",
		.add = "/usr/share/nodejs",
	},
	{
		.program = "java",
		.paths = {"{prefix}/lib/modules", "{prefix}/lib/rt.jar",
			  "{prefix}/jre/lib/rt.jar"},
		.problem = "stdlib",
		.text = "does not start without the rest of its runtime",
		.add = "{prefix}",
		/* In a folder of its own, where only the launcher looks; the others need it. */
		.first = "{prefix}/lib/server/libjvm.so",
	},
	{
		.program = "php*([0-9.])",
		.paths = {"/usr/share/zoneinfo"},
		.problem = "zoneinfo",
		.text = "Debian's PHP crashes in date() without the time zones",
		.add = "/usr/share/zoneinfo",
		.severity = SEVERITY_WARNING,
	},
	{
		.program = "git",
		.paths = {"*/git-core/*"},
		.problem = "data",
		.text = "has none of its git-core programs: clone and push by https, "
			"for one, fail",
		.add = "{prefix}/lib/git-core",
	},
	{
		.program = "tmux",
		.paths = {"*/locale/*@(utf8|UTF-8)/LC_CTYPE", "*/locale/locale-archive"},
		.problem = "locale",
		.text = "does not start without a UTF-8 locale",
		.add = "/usr/lib/locale/C.utf8",
		.glibc_only = true,
	},
	{
		.library = "libmagic.so.*",
		.paths = {"*/magic.mgc"},
		.problem = "data",
		.text = "recognizes no file without its magic.mgc",
		.add = "/usr/share/misc/magic.mgc",
	},
	{
		.library = "libMagickCore-*.so.*",
		.paths = {"*/coders/*.so"},
		.problem = "data",
		.text = "ImageMagick reads and writes no format without its coders",
		.add = "{libdir}/ImageMagick-*",
	},
	{
		.program = "iconv",
		.paths = {"*/gconv/gconv-modules*"},
		.problem = "gconv",
		.text = "converts only the few charsets that glibc has built in",
		.add = "{libdir}/gconv",
		.severity = SEVERITY_WARNING,
		.glibc_only = true,
	},
	{
		.program = "nginx",
		.paths = {"*/nginx.conf"},
		.problem = "config",
		.text = "does not start without its nginx.conf",
		.add = "/etc/nginx",
	},
	{
		.program = "apache2",
		.paths = {"/etc/apache2/apache2.conf"},
		.problem = "config",
		.text = "does not start without its apache2.conf",
		.add = "/etc/apache2",
	},
	{
		.program = "sshd",
		.paths = {"*/sshd_config"},
		.problem = "config",
		.text = "does not start without its sshd_config",
		.add = "/etc/ssh/sshd_config",
	},
	{
		.program = "@(postgres|initdb)",
		.paths = {"*/postgres.bki"},
		.problem = "data",
		.text = "makes no database without its templates",
		.add = "/usr/share/postgresql",
	},
	{
		.program = "@(postgres|initdb)",
		.paths = {"*/dict_snowball.so"},
		.problem = "data",
		.text = "makes no database without its modules",
		.add = "{prefix}/lib",
	},
	{
		.program = "initdb",
		.paths = {"{prefix}/bin/postgres"},
		.problem = "program",
		.text = "starts the postgres beside it",
		.add = "{prefix}/bin/postgres",
	},
	{
		.program = "@(initdb|git|make|tmux|watch)",
		.paths = {"/bin/sh"},
		.problem = "program",
		.text = "runs commands by /bin/sh",
		.add = "/bin/sh",
	},
	{
		.program = "vim*",
		.paths = {"*/vim*/defaults.vim"},
		.problem = "data",
		.text = "has no syntax files and defaults",
		.add = "/usr/share/vim",
		.severity = SEVERITY_WARNING,
	},
	{
		.program = "@(tmux|screen|nano|top|htop)",
		.paths = TERMINFO,
		.problem = "terminfo",
		.text = "does not start on a terminal without an entry for it",
	},
	{
		.library = "libncurses*.so.*",
		.paths = TERMINFO,
		.problem = "terminfo",
		.text = "knows no terminal without a terminfo entry",
	},
	{
		.library = "libtinfo*.so.*",
		.paths = TERMINFO,
		.problem = "terminfo",
		.text = "knows no terminal without a terminfo entry",
		.severity = SEVERITY_WARNING,
	},
	{
		.library = "@(libssl|libgnutls).so.*",
		.paths = CERTIFICATES,
		.problem = "certificates",
		.text = "trusts no TLS server without a CA bundle",
		.add = "/etc/ssl/certs/ca-certificates.crt",
		.severity = SEVERITY_WARNING,
	},
};

const size_t runneed_count = sizeof(runneeds) / sizeof(runneeds[0]);

/* A range of somebody's string. */
struct piece {
	const char *text;
	size_t length;
};

static struct piece piece_of(const char *text, const char *end)
{
	return (struct piece){.text = text, .length = (size_t)(end - text)};
}

/* "/usr" of /usr/bin/git; nothing for what lies in /bin. */
static struct piece prefix_of(const char *path)
{
	const char *end = path_basename(path);

	for (int i = 0; i < 2 && end > path; i++)
		for (end--; end > path && *end != '/';)
			end--;
	if (end == path || *end != '/')
		return piece_of(path, path);
	return piece_of(path, end);
}

static struct piece stem_of(const char *name)
{
	const char *start = strncmp(name, "lib", 3) != 0 ? name : name + 3;
	const char *end = strstr(start, ".so");

	return piece_of(start, end ? end : start + strlen(start));
}

/* Debian's packages, but for the libc, lie in /usr/lib, where the loader may say /lib. */
static bool libdir_of(const char *folder, char *ret, size_t size)
{
	snprintf(ret, size, "%s%s", strncmp(folder, "/lib/", 5) != 0 ? "" : "/usr",
		 folder);
	return *folder != '\0';
}

static bool find(const char *word, size_t length, const struct usage *usage, char *buffer,
		 struct piece *ret)
{
	if (length == 4 && !memcmp(word, "name", 4))
		*ret = piece_of(usage->name, usage->name + strlen(usage->name));
	else if (length == 4 && !memcmp(word, "stem", 4))
		*ret = stem_of(usage->name);
	else if (length == 6 && !memcmp(word, "prefix", 6))
		*ret = prefix_of(usage->by);
	else if (length == 6 && !memcmp(word, "libdir", 6) &&
		 libdir_of(usage->folder, buffer, PATH_MAX))
		*ret = piece_of(buffer, buffer + strlen(buffer));
	else
		return false;
	return true;
}

bool runneeds_expand(const char *text, const struct usage *usage, char ret[PATH_MAX])
{
	char libdir[PATH_MAX];
	size_t used = 0;

	while (*text) {
		size_t plain = strcspn(text, "{");
		struct piece piece = {.text = text, .length = plain};

		if (plain == 0) {
			size_t length = strcspn(text + 1, "}");
			if (!find(text + 1, length, usage, libdir, &piece))
				return false;
			text += length + 2;
		} else {
			text += plain;
		}
		if (piece.length >= PATH_MAX - used)
			return false;
		memcpy(ret + used, piece.text, piece.length);
		used += piece.length;
	}
	ret[used] = '\0';
	return used > 0;
}
