/* Named values of one flat document, XML or JSON, into arrays of fixed size. Says no to all that
 * could be read in two ways, and to whatever XML offers beyond elements and text.
 */
#ifndef WECOM_HELPER_WECOM_FIELDS_H
#define WECOM_HELPER_WECOM_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wecom/error.h"

enum {
    FIELDS_MAX_BYTES = 12288,  /* of a document: as much as a request may have */
    FIELDS_MAX_DEPTH = 16,     /* <xml> is 1; the deepest one seen has 5 */
    FIELDS_MAX_ELEMENTS = 512, /* of all depths */
    FIELDS_NUMBER_BYTES = 20,  /* a number of 63 bits and its NUL */
};

/* One value that is looked for. */
struct fields_slot {
    const char *name;
    const char *other_name; /* the same in other spelling, in JSON only; NULL for none */
    char *to;               /* "" or the value, without NUL inside */
    size_t bytes;           /* of `to`, with its NUL */
    bool is_number;         /* "" or 0 to 2^63-1 in decimal; JSON may have it without quotes */
    bool found;             /* was it there? */
};

/* Fills the slots from <xml><Name>value</Name>...</xml>, with or without CDATA, or from {"Name":
 * "value", ...}. Only what stands directly below the root counts; other names are passed over with
 * all that they hold. The text is UTF-8.
 *
 * WECOM_E_TOO_LONG: a document of more than FIELDS_MAX_BYTES. WECOM_E_FORMAT: neither of both; a
 * NUL byte; a value that is there twice, does not fit, is no number where one should be, or has
 * elements inside; too deep, too many elements; and in XML a DOCTYPE, a processing instruction, a
 * comment, an entity beyond the five that XML has. WECOM_E_MEMORY. The slots hold strings then, of
 * no use.
 */
enum wecom_error fields_read(const char *text, size_t bytes, struct fields_slot *slots,
                             size_t count);

/* The number of a slot that fields_read filled; 0 for "". */
int64_t fields_number(const char *value);

#endif
