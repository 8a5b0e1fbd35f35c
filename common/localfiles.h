/* Questions to the machine's own account files, read directly: no NSS, no stdio, no state.
 * The guards of the module rest on the answers, so a file that cannot be read is an error and never
 * "not there".
 */
#ifndef WECOM_COMMON_LOCALFILES_H
#define WECOM_COMMON_LOCALFILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wecom/error.h"

/* Looks for `name` as the first field of a line of passwd(5) or group(5), exactly; the first such
 * line counts. An empty name and one with a colon are on no line. On WECOM_OK `*id` is the third
 * field (uid or gid; UINT32_MAX when that field is no number or the line is cut before its end).
 * WECOM_E_ABSENT: no such line. WECOM_E_SYSTEM: the file could not be read.
 */
enum wecom_error localfiles_find(const char *file, const char *name, uint32_t *id);

/* Reads the line of /etc/wecom/links for `name` into `link` ("corp_id/userid", `bytes` long).
 * The file must be a regular file of root:root that nobody else can write, else WECOM_E_PEER.
 * WECOM_E_ABSENT: no file, or no line for the name. WECOM_E_FORMAT: the name is there twice, or its
 * line is not of that form or longer than 1023 bytes. WECOM_E_SYSTEM: could not be read.
 * WECOM_E_TOO_LONG: over `bytes`. `link` is as it was then.
 */
enum wecom_error localfiles_link(const char *file, const char *name, char *link, size_t bytes);

/* Is `link` the pair of this company and this userid (case ignored in the userid)? */
bool localfiles_link_is(const char *link, const char *corp_id, const char *userid);

#endif
