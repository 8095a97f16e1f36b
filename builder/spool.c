/* SPDX-License-Identifier: MIT */
/*
 * The first place that takes a file. Called by survey and view.
 */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "common/fd.h"

/* Nobody sees this file, and it is gone with the process, however that ends. */
static int open_spool(struct error *err)
{
	const char *const folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		int fd = folders[i] ? open(folders[i],
					   O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600)
				    : -1;

		if (fd >= 0)
			return fd;
	}
	int fd = memfd_create("jailbuild", MFD_CLOEXEC);
	return fd < 0 ? error_errno(err, errno, "cannot keep the files of the image")
		      : fd;
}

int spool_load(const struct format *image, struct previous *ret, struct error *err)
{
	_cleanup_fd_ int spool = -1;

	if (image->kind == FORMAT_FOLDER)
		return previous_load(image, -1, ret, err);
	spool = open_spool(err);
	if (spool < 0)
		return spool;
	int r = previous_load(image, spool, ret, err);
	if (r == -ENOSPC)
		return error_hint(err, "TMPDIR names a folder with room for the unpacked "
				       "image");
	if (r == 0)
		spool = -1;
	return r;
}
