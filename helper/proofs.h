/* The files with which WeCom has a company prove that a host name is its own: WeCom fetches
 * https://HOST/WW_verify_XXXX.txt. Kept in state_dir/proofs, a file each.
 */
#ifndef WECOM_HELPER_PROOFS_H
#define WECOM_HELPER_PROOFS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    PROOFS_NAME_BYTES = 80,   /* "WW_verify_", 1-64 letters and digits, ".txt" and a NUL */
    PROOFS_MOST_BYTES = 1024, /* WeCom's have 16 */
    PROOFS_MOST = 32,
};

bool proofs_is_name(const char *name);
/* Printable ASCII, perhaps with a line end: nothing that a browser would take for a page. */
bool proofs_is_content(const char *content);

/* Keeps the file. False with a sentence in `why`. */
bool proofs_put(const char *state_dir, const char *name, const char *content, char *why,
                size_t why_bytes);
/* False: there is none (any more). */
bool proofs_remove(const char *state_dir, const char *name);

/* Reads the file as a string. False: there is no such file, or it cannot be trusted; `why` is a
 * sentence then, "" where there is none.
 */
bool proofs_get(const char *state_dir, const char *name, char content[PROOFS_MOST_BYTES + 1],
                char *why, size_t why_bytes);

/* Names, in no order; at most PROOFS_MOST. */
size_t proofs_list(const char *state_dir, char names[PROOFS_MOST][PROOFS_NAME_BYTES]);

#endif
