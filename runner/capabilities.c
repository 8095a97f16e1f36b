/* SPDX-License-Identifier: MIT */
/* Capabilities by name. Called by protection, and by outline to print them. */
#include "capabilities.h"

#include <ctype.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) (UINT64_C(1) << (capability))

/* By number, linux/capability.h. */
static const char *const names[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

enum { COUNT = sizeof(names) / sizeof(names[0]) };

static const uint64_t all = BIT(COUNT) - 1;

uint64_t capabilities_default(void)
{
	return BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) |
	       BIT(CAP_FSETID) | BIT(CAP_KILL) | BIT(CAP_SETGID) | BIT(CAP_SETUID) |
	       BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_CHROOT);
}

/* The bits of one name; 0 if there is none such. */
static uint64_t find(const char *name, size_t length)
{
	if (length == 3 && !strncasecmp(name, "all", 3))
		return all;
	if (length > 4 && !strncasecmp(name, "cap_", 4)) {
		name += 4;
		length -= 4;
	}
	for (int i = 0; i < COUNT; i++)
		if (strlen(names[i]) == length && !strncasecmp(names[i], name, length))
			return BIT(i);
	return 0;
}

static int read_words(const struct strlist *words, const char *option, uint64_t *ret,
		      bool *ret_all, struct error *err)
{
	*ret = 0;
	*ret_all = false;
	for (size_t i = 0; i < words->count; i++) {
		const char *at = words->items[i];

		do {
			size_t length = strcspn(at, ",");
			uint64_t found = find(at, length);

			if (!found) {
				error_set(err, EINVAL,
					  "%s: there is no capability '%.*s'", option,
					  (int)length, at);
				return error_hint(err,
						  "their names stand in capabilities(7), "
						  "for example net_raw; or ALL");
			}
			*ret_all |= found == all;
			*ret |= found;
			at += length;
		} while (*at++ == ',');
	}
	return 0;
}

int capabilities_read(const struct strlist *add, const struct strlist *drop,
		      uint64_t *ret_set, uint64_t *ret_added, struct error *err)
{
	uint64_t added, dropped;
	bool add_all, drop_all;
	int r = read_words(add, "--cap-add", &added, &add_all, err);

	if (r < 0)
		return r;
	r = read_words(drop, "--cap-drop", &dropped, &drop_all, err);
	if (r < 0)
		return r;
	if (drop_all) /* --cap-drop ALL --cap-add X leaves X */
		dropped = add_all ? all : ~added & all;
	*ret_added = added & ~dropped;
	*ret_set = (capabilities_default() | added) & ~dropped;
	return 0;
}

uint64_t capabilities_lacking(uint64_t set)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &header, data) < 0)
		return 0; /* the kernel says later what it does not give */
	return set & ~(data[0].permitted | (uint64_t)data[1].permitted << 32);
}

const char *capabilities_print(uint64_t set, char *text, size_t size)
{
	size_t used = 0;

	snprintf(text, size, "none");
	for (int i = 0; i < COUNT && used < size; i++)
		if (set & BIT(i))
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used ? " " : "", names[i]);
	return text;
}
