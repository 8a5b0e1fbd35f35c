/* libFuzzer target: arbitrary bytes as a packet of the wire protocol. What is accepted must pack to
 * as many bytes, unpack again and mean the same; what is refused must leave an empty message.
 *
 *     clang -fsanitize=fuzzer,address,undefined -I. -Iinclude -D_GNU_SOURCE
 *         tests/fuzz/fuzz_wire.c common/wire.c common/text.c common/secret.c
 */
#include "common/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static bool equal_values(const struct wire_message *a, const struct wire_message *b) {
    if (a->verb != b->verb)
        return false;
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++) {
        const char *x = wire_get(a, (enum wire_field)f), *y = wire_get(b, (enum wire_field)f);

        if ((x == NULL) != (y == NULL) || (x != NULL && strcmp(x, y) != 0))
            return false;
    }
    return true;
}

/* What the header promises of every value that got through. */
static void check_rules(const struct wire_message *m) {
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++) {
        const struct wire_field_rule *rule = wire_field_rule((enum wire_field)f);
        const char *value = wire_get(m, (enum wire_field)f);
        unsigned int bit = 1u << m->verb;

        must(value != NULL || (rule->needed_in & bit) == 0);
        if (value == NULL)
            continue;
        must(((rule->needed_in | rule->optional_in) & bit) != 0);
        must(strlen(value) <= rule->max_bytes);
        if (rule->kind == WIRE_NUMBER)
            must(wire_get_number(m, (enum wire_field)f) <= 999999999);
        if (rule->kind == WIRE_LINE || rule->kind == WIRE_WORD)
            must(strpbrk(value, "\n\t\r\x1B\x7F") == NULL);
    }
}

static void check_refused(const struct wire_message *m) {
    must(m->verb == WIRE_NO_VERB && m->used == 0);
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++)
        must(wire_get(m, (enum wire_field)f) == NULL);
    for (size_t i = 0; i < sizeof m->store; i++)
        must(m->store[i] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct wire_message *m = wire_new(WIRE_NO_VERB), *again = wire_new(WIRE_NO_VERB);
    char *packet = malloc(WECOM_PACKET_MAX_BYTES);
    size_t len = 0;

    must(m != NULL && again != NULL && packet != NULL);
    if (wire_unpack(m, (const char *)data, size) == WECOM_OK) {
        check_rules(m);
        must(wire_pack(m, packet, WECOM_PACKET_MAX_BYTES, &len) == WECOM_OK);
        must(len == size);
        must(wire_unpack(again, packet, len) == WECOM_OK);
        must(equal_values(m, again));
    } else {
        check_refused(m);
    }
    wire_free(m);
    wire_free(again);
    free(packet);
    return 0;
}
