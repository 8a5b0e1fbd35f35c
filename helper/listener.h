/* One listening AF_UNIX SOCK_SEQPACKET socket in the file system. */
#ifndef WECOM_HELPER_LISTENER_H
#define WECOM_HELPER_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Binds and listens at `path` with `mode`, owned by `owner` and `group` (each -1: as it comes).
 * An old socket file that nobody listens on is replaced. -1 with a sentence in `why`.
 */
int listener_open(const char *path, mode_t mode, uid_t owner, gid_t group, char *why,
                  size_t why_bytes);

#endif
