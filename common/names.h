/* What names and codes look like. Every rule is a question about bytes, in ASCII, for any locale.
 */
#ifndef WECOM_COMMON_NAMES_H
#define WECOM_COMMON_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "wecom/limits.h"

/* A login name that we give: [a-z_][a-z0-9_.-]{0,31}. */
bool name_is_login(const char *name);

/* A WeCom userid (path 90195): 1-64 of letters, digits and "_-@.", first one a letter or digit. */
bool name_is_userid(const char *userid);

/* A service, section or group name: 1-64 of letters, digits and "_-.", not beginning with "-" or
 * ".".
 */
bool name_is_word(const char *name);

/* A company id: 1-64 letters, digits, "_" and "-". */
bool name_is_corp_id(const char *corp_id);

/* Has it the form of WeCom's one-time code: 32-512 of [A-Za-z0-9_-]? `len` excludes the NUL. */
bool name_is_code(const char *code, size_t len);

/* Has it the form of a code that the helper hands to a person: WECOM_PIN_DIGITS digits? */
bool name_is_pin(const char *code, size_t len);

/* Has it the form of a recovery code: 01 to 10, then 16 symbols of Crockford's base32, whatever
 * blanks and dashes stand between them; at most WECOM_RECOVERY_MAX_BYTES? Letters count in small
 * and capital, I and L as 1, O as 0.
 */
bool name_is_recovery(const char *code, size_t len);

/* The symbols of such a code alone, in capitals; false (and nothing written) when it is none. Wipe
 * `symbols` after use.
 */
bool name_recovery_symbols(const char *code, size_t len, char symbols[WECOM_RECOVERY_SYMBOLS + 1]);

/* Has it the form of any code that WeCom, the helper or the administrator hands to a person? What a
 * host passes on unasked and is none is somebody's password.
 */
bool name_is_any_code(const char *code, size_t len);

/* The same userid: WeCom ignores case (path 90195). Empty ones are never the same. */
bool name_same_userid(const char *a, const char *b);

/* Lower-cases `userid` into `name` (at least `bytes` long). False when it does not fit. */
bool name_lower(char *name, size_t bytes, const char *userid);

/* Lower-cases `text` into `out` (`bytes` long, 1 at least) and cuts what does not fit: for keys of
 * what a stranger typed, where anything longer is nobody's.
 */
void name_fold(char *out, size_t bytes, const char *text);

#endif
