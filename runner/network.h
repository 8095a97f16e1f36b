/* SPDX-License-Identifier: MIT */
/*
 * network: what a jail's own network namespace starts with.
 */
#ifndef RUNNER_NETWORK_H
#define RUNNER_NETWORK_H

#include "common/error.h"

/* Brings the loopback interface of this network namespace up (netdevice(7)). */
int network_bring_up_loopback(struct error *err) _must_check_;

#endif
