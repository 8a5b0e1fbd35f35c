/* Values of [accounts], and the rules of a service. Used by the option table only. */
#ifndef WECOM_HELPER_OPTIONS_ACCOUNTS_H
#define WECOM_HELPER_OPTIONS_ACCOUNTS_H

#include "helper/options.h"

const char *options_set_username(const struct option *self, void *target, const char *value);
const char *options_set_prefix(const struct option *self, void *target, const char *value);
/* FIRST-LAST */
const char *options_set_uid_range(const struct option *self, void *target, const char *value);
/* An absolute path with %u for the login name. */
const char *options_set_home(const struct option *self, void *target, const char *value);
const char *options_set_shell(const struct option *self, void *target, const char *value);
/* A number with s, m, h or d behind it. */
const char *options_set_duration(const struct option *self, void *target, const char *value);
/* The same, of a service; 0s is never. */
const char *options_set_remember(const struct option *self, void *target, const char *value);
const char *options_set_rate(const struct option *self, void *target, const char *value);
const char *options_set_policy(const struct option *self, void *target, const char *value);

/* group.NAME: makes the group; its rules are set afterwards, into the last one. */
const char *options_name_group(void *target, const char *name);
const char *options_set_group(const struct option *self, void *target, const char *value);

#endif
