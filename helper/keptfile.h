/* Small files that the helper keeps in a directory of its own below state_dir, one beside the
 * other: read strictly, replaced whole.
 */
#ifndef WECOM_HELPER_KEPTFILE_H
#define WECOM_HELPER_KEPTFILE_H

#include <stdbool.h>
#include <stddef.h>

enum { KEPTFILE_MOST_BYTES = 4096 };

/* What stands beside the others while a file is written. */
#define KEPTFILE_NEW ".new"

/* Opens state_dir/NAME, which must be a directory of our own user that nobody else can enter;
 * `make`: it is made where there is none. -1 with a sentence in `why`, "" where there is none.
 */
int keptfile_directory(const char *state_dir, const char *name, bool make, char *why,
                       size_t why_bytes);

/* Reads a file of the directory: a regular one of our own user, mode 0600 or 0400, no link. NULL
 * with `*len`, or what is wrong. What was read may be secret: the caller wipes it, also after a
 * failure.
 */
const char *keptfile_read(int directory, const char *name, char bytes[KEPTFILE_MOST_BYTES],
                          size_t *len);

/* Replaces the file: whoever looks, also after a crash at any instant, finds the old or the new
 * one, whole. NULL, or what is wrong; the old one is there then.
 */
const char *keptfile_write(int directory, const char *name, const char *bytes, size_t len);

#endif
