/* Files that hold one secret. */
#ifndef WECOM_HELPER_SECRETFILE_H
#define WECOM_HELPER_SECRETFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/secret.h"

/* Reads a file of at most 4 KiB into `secret`, without the white space at its end. The open file
 * must be a regular one with mode 0600 or 0400 that belongs to root or to our own user, or a
 * systemd credential (below /run/credentials, root's, unreadable to others). One printable ASCII
 * word. False with a sentence in `why` that says what to do; `secret` is empty then.
 */
bool secretfile_read(const char *file, struct secret *secret, char *why, size_t why_bytes);

/* Whose a file may be. */
enum secretfile_who {
    SECRETFILE_OURS,   /* as secretfile_read: nobody else reads it */
    SECRETFILE_PUBLIC, /* anybody may read it; only root or we may write to it */
};

/* Reads a PEM file of at most `most` bytes as it is, without NUL in it. Errors as above. */
bool secretfile_read_pem(const char *file, size_t most, enum secretfile_who who, struct secret *pem,
                         char *why, size_t why_bytes);

#endif
