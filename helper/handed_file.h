/* Keys of one application that a service handed over, and the file that they are kept in:
 * state_dir/apps/NAME, one JSON object. Whoever reads these files can act as the applications.
 */
#ifndef WECOM_HELPER_HANDED_FILE_H
#define WECOM_HELPER_HANDED_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/secret.h"
#include "helper/keptfile.h"
#include "wecom/limits.h"
#include "wecom/verdict.h"

/* All fields at their limits, each byte of the Secret and the company escaped, and JSON's frame. */
enum { HANDED_FILE_MOST_BYTES = KEPTFILE_MOST_BYTES };

/* What stands beside the others while a file is written. No name of an application. */
#define HANDED_FILE_NEW KEPTFILE_NEW

struct handed_keys {
    char service[WECOM_SERVICE_MAX_BYTES + 1]; /* whose they are */
    char corp_id[WECOM_CORP_ID_MAX_BYTES + 1];
    long agent_id;
    struct secret secret;
    char company[WECOM_COMPANY_MAX_BYTES + 1]; /* "" where none was given */
};

/* Wipes and empties. */
void handed_keys_clear(struct handed_keys *keys);

/* Which of the keys cannot be one, by its form alone: config_corp, config_agent, config_secret
 * (1 to 512 printable ASCII characters without blanks); 0: none.
 */
enum wecom_reason handed_keys_wrong(const struct handed_keys *keys);

/* Reads an object with exactly service, corp_id, agent_id, secret and company (which may be left
 * out), each of the right form, nothing behind it. NULL, or what is wrong; `keys` is empty then.
 */
const char *handed_file_parse(const char *bytes, size_t len, struct handed_keys *keys);

/* The bytes of a file with these keys; 0 where there is no memory or not enough room. They hold the
 * Secret: the caller wipes them.
 */
size_t handed_file_print(const struct handed_keys *keys, char *bytes, size_t most);

/* Opens state_dir/apps, which must be a directory of our own user that nobody else can enter;
 * `make`: it is made where there is none. -1 with a sentence in `why`, "" where there is none.
 */
int handed_file_directory(const char *state_dir, bool make, char *why, size_t why_bytes);

/* Reads a file of the directory: a regular one of our own user, mode 0600 or 0400, no link. False
 * with a sentence in `why`; `keys` is empty then.
 */
bool handed_file_read(int directory, const char *name, struct handed_keys *keys, char *why,
                      size_t why_bytes);

/* Replaces the file: whoever looks, also after a crash at any instant, finds the old or the new
 * one, whole. False with a sentence in `why`; the old one is there then.
 */
bool handed_file_write(int directory, const char *name, const struct handed_keys *keys, char *why,
                       size_t why_bytes);

#endif
