/* Answers that every exchange gives: ready, rows, a result without a person. */
#include "helper/reply.h"

#include <sys/random.h>

#include "common/secret.h"
#include "common/words.h"
#include "helper/log.h"

void reply_new_id(char id[REPLY_ID_BYTES]) {
    static const char alphabet[32] = "abcdefghijkmnpqrstuvwxyz23456789"; /* no l, o, 0, 1 */
    unsigned char bytes[REPLY_ID_BYTES - 1] = {0};

    (void)!getrandom(bytes, sizeof bytes, 0);
    for (size_t i = 0; i < sizeof bytes; i++)
        id[i] = alphabet[bytes[i] & 31];
    id[sizeof bytes] = '\0';
}

void reply_ready(struct server_peer *peer, const char *id) {
    struct wire_message *m = wire_new(WIRE_READY);

    if (m != NULL && wire_set(m, WIRE_F_ID, id) == WECOM_OK)
        server_send(peer, m);
    wire_free(m);
}

void reply_row(struct server_peer *peer, json_t *row) {
    struct wire_message *m = wire_new(WIRE_ROW);
    char text[WIRE_JSON_MAX_BYTES + 1];
    size_t len = row != NULL ? json_dumpb(row, text, sizeof text - 1, JSON_COMPACT) : 0;

    text[len < sizeof text ? len : 0] = '\0';
    if (m != NULL && text[0] != '\0' && wire_set(m, WIRE_F_JSON, text) == WECOM_OK)
        server_send(peer, m);
    else
        log_event(LOG_ERR, "row dropped", "too large, or no memory");
    secret_wipe_bytes(text, len < sizeof text ? len : 0); /* a row may hold codes */
    json_decref(row);
    wire_free(m);
}

void reply_result(struct server_peer *peer, enum wecom_verdict verdict, enum wecom_account account,
                  enum wecom_reason reason, const char *message) {
    struct wire_message *m = wire_new(WIRE_RESULT);

    if (m != NULL && wire_set(m, WIRE_F_VERDICT, words_verdict(verdict)) == WECOM_OK) {
        if (account != WECOM_ACCOUNT_NONE)
            (void)wire_set(m, WIRE_F_ACCOUNT_IS, words_account(account));
        if (reason != WECOM_REASON_NONE)
            (void)wire_set(m, WIRE_F_REASON, words_reason(reason));
        (void)wire_set(m, WIRE_F_MESSAGE, message);
        server_send(peer, m);
    }
    wire_free(m);
    server_finish(peer);
}
