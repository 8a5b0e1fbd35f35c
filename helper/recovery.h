/* Recovery codes: ten for an account, each good once, for the hour in which WeCom cannot be
 * reached.
 *
 *     03-7Q2M-KX5T-9HBN-4VCE
 *
 * Two digits name the row, so that one HMAC is computed and not ten; 16 symbols of Crockford's
 * base32 are 80 random bits. Dashes, blanks, capitals and the letters I, L and O do not matter.
 *
 * 1. A code MUST be kept nowhere but with the person: the store has a salted HMAC-SHA-256 of it.
 * 2. Whoever has no code MUST cost the same HMAC.
 */
#ifndef WECOM_HELPER_RECOVERY_H
#define WECOM_HELPER_RECOVERY_H

#include <stdbool.h>

#include "helper/store.h"
#include "wecom/limits.h"

enum { RECOVERY_TEXT_BYTES = WECOM_RECOVERY_SYMBOLS + 4 /* dashes */ + 1 };

/* Fresh codes as a person reads them, and what the store keeps of them for the account of that id.
 * Wipe `codes` after use. False: no randomness or no memory; then both are wiped.
 */
bool recovery_draw(const char *account, char codes[WECOM_RECOVERY_CODES][RECOVERY_TEXT_BYTES],
                   struct store_recovery kept[WECOM_RECOVERY_CODES]);

/* The row (1 to 10) that symbols (name_recovery_symbols) name. */
unsigned int recovery_row(const char symbols[WECOM_RECOVERY_SYMBOLS + 1]);

/* Are these the symbols of what is kept for that account? `kept` NULL, or no account: nobody's, for
 * the same time; false. In time that depends on lengths only.
 */
bool recovery_fits(const char *account, const char symbols[WECOM_RECOVERY_SYMBOLS + 1],
                   const struct store_recovery *kept);

#endif
