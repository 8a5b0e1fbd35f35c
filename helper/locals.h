/* Names and numbers of /etc/passwd and /etc/group, read once and then asked often. */
#ifndef WECOM_HELPER_LOCALS_H
#define WECOM_HELPER_LOCALS_H

#include <stdbool.h>
#include <stdint.h>

struct locals;

/* NULL when a file cannot be read (errno tells why): nothing may be given then. */
struct locals *locals_read(const char *passwd, const char *group);
void locals_free(struct locals *locals);

/* Has one of the files changed since? */
bool locals_is_stale(const struct locals *locals);

bool locals_has_name(const struct locals *locals, const char *name);
/* As a uid or as a gid. */
bool locals_has_number(const struct locals *locals, uint32_t number);

#endif
