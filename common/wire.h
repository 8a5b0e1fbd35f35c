/* The codec of include/wecom/wire.h: one field table packs, unpacks and checks both directions. */
#ifndef WECOM_COMMON_WIRE_H
#define WECOM_COMMON_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wecom/error.h"
#include "wecom/wire.h"

/* One row of WIRE_FIELDS. */
struct wire_field_rule {
    const char *name;
    size_t max_bytes;
    enum wire_kind kind;
    unsigned int needed_in, optional_in; /* bit sets of WIRE_IN(verb) */
};

/* One message in memory. 16 KiB: allocate it with wire_new, hosts have small stacks. Values are
 * NUL-terminated strings inside `store`; `at` is their offset plus one, 0 for an absent field.
 */
struct wire_message {
    enum wire_verb verb;
    size_t used;
    uint16_t at[WIRE_FIELD_COUNT];
    char store[WECOM_PACKET_MAX_BYTES];
};

const char *wire_verb_name(enum wire_verb verb);
const struct wire_field_rule *wire_field_rule(enum wire_field field);

/* A new empty message, NULL when there is no memory. wire_free wipes; NULL allowed. */
struct wire_message *wire_new(enum wire_verb verb);
void wire_free(struct wire_message *m);

/* Wipes what it holds and starts another message in the same memory. */
void wire_reset(struct wire_message *m, enum wire_verb verb);

/* Adds a field. A NULL value adds nothing. WECOM_E_TOO_LONG over the field's limit or over the
 * packet; WECOM_E_FORMAT when the value is not of the field's kind, the field is not one of this
 * verb's, or is there already. The message is unchanged then.
 */
enum wecom_error wire_set(struct wire_message *m, enum wire_field field, const char *value);
enum wecom_error wire_set_number(struct wire_message *m, enum wire_field field, int64_t value);
enum wecom_error wire_set_flag(struct wire_message *m, enum wire_field field, bool value);

/* The value, owned by the message; NULL when absent. */
const char *wire_get(const struct wire_message *m, enum wire_field field);
/* 0 and false when absent; the codec has checked the form. */
int64_t wire_get_number(const struct wire_message *m, enum wire_field field);
bool wire_get_flag(const struct wire_message *m, enum wire_field field);

/* Writes the packet. WECOM_E_FORMAT when a needed field is missing, WECOM_E_TOO_LONG when it does
 * not fit into `bytes`. The packet may hold secrets: the caller wipes it.
 */
enum wecom_error wire_pack(const struct wire_message *m, char *packet, size_t bytes, size_t *len);

/* Reads a packet into `m` (whatever that held is wiped). WECOM_E_TOO_LONG, WECOM_E_FORMAT: the
 * packet is not of the protocol, `m` is empty and its verb WIRE_NO_VERB.
 */
enum wecom_error wire_unpack(struct wire_message *m, const char *packet, size_t len);

#endif
