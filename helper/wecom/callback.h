/* Requests that WeCom sends to an application's message URL: is it WeCom who sends them, and what
 * is inside. Source: WeCom's pages 90930 (set-up) and 90968 (signature, encryption). What the plain
 * text means is in event.h; whether a request was here before is in replay.h.
 */
#ifndef WECOM_HELPER_WECOM_CALLBACK_H
#define WECOM_HELPER_WECOM_CALLBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/secret.h"
#include "helper/wecom/callback_form.h"
#include "wecom/error.h"
#include "wecom/limits.h"

enum {
    CALLBACK_KEY_BYTES = 32,            /* what they stand for: AES-256 */
    CALLBACK_SIGNATURE_CHARACTERS = 40, /* SHA-1 in hexadecimal */
    CALLBACK_QUERY_MAX_BYTES = 2048,    /* real ones have about 300 */
    CALLBACK_BODY_MAX_BYTES = 12288,    /* of a request, hence also of what is encrypted in it */

    /* Ten digits until the year 2286; never milliseconds. */
    CALLBACK_TIMESTAMP_MAX_BYTES = 12,

    /* Ten digits or 16 letters and digits seen. Less than the 128 characters that three blocks of
     * 32 bytes have in base64: the signature is over values joined without a mark, and whoever
     * moves the first characters of the encrypted text into the nonce must move that many for the
     * rest to be whole blocks again.
     */
    CALLBACK_NONCE_MAX_BYTES = 64,

    /* How far the time of a request may be from ours. The signature has no end of its own: without
     * a limit whoever once saw a request could send it for ever. WeCom gives up after 5 s and tries
     * 3 times; whether the later tries carry a new time is not documented. The rest is for clocks
     * that differ.
     */
    CALLBACK_WINDOW_S = 600,
};

/* What the administrator copied from WeCom's page. {0} is valid, and opens nothing. */
struct callback_keys {
    struct secret token;
    unsigned char aes_key[CALLBACK_KEY_BYTES];
    char receive_id[WECOM_CORP_ID_MAX_BYTES + 1]; /* the company's id */
};

/* Replaces what `keys` holds. False with a sentence for the administrator in `why`, which repeats
 * nothing of the values; `keys` is empty then. The last character of the key has two bits of no
 * meaning, and they may be set: WeCom's own sample has them.
 */
bool callback_keys_set(struct callback_keys *keys, const char *token, const char *encoding_aes_key,
                       const char *receive_id, char *why, size_t why_bytes);

/* Wipes; `keys` is empty afterwards and may be set again. */
void callback_keys_clear(struct callback_keys *keys);

/* What stands in the URL, decoded. */
struct callback_query {
    char signature[CALLBACK_SIGNATURE_CHARACTERS + 1]; /* lower-case hexadecimal */
    char timestamp[CALLBACK_TIMESTAMP_MAX_BYTES + 1];  /* digits, as they were signed */
    char nonce[CALLBACK_NONCE_MAX_BYTES + 1];          /* printable ASCII without blanks */
    char echostr[CALLBACK_QUERY_MAX_BYTES + 1];        /* only where WeCom tries the URL, else "" */
    int64_t timestamp_s;                               /* since 1970 */
};

/* Reads the part of a URL behind the "?", as it was sent. "%XX" is decoded and "+" stays "+": as a
 * blank it would spoil base64, and with it the signature. Other parameters are passed over.
 * WECOM_E_TOO_LONG: more than CALLBACK_QUERY_MAX_BYTES. WECOM_E_FORMAT: one of the first three is
 * missing, one of the four is there twice, empty or not of its form; an escape anywhere that is
 * none, or stands for NUL. `query` is zero then.
 */
enum wecom_error callback_query_parse(const char *text, struct callback_query *query);

/* Is the request of this time? `now_s`: seconds since 1970. Asked only of what was opened: anybody
 * can write a time.
 */
bool callback_is_recent(const struct callback_query *query, int64_t now_s);

/* Opens what WeCom encrypted: echostr, or Encrypt of a body. The signature comes first, and nothing
 * is decrypted before it is right. WECOM_E_PEER whatever is wrong (signature, base64, padding,
 * layout, no text at all, another company), so that the answer tells nothing about the inside;
 * WECOM_E_MEMORY. `plain` holds the text, 1 to CALLBACK_BODY_MAX_BYTES bytes of any value; it is
 * emptied first.
 */
enum wecom_error callback_open(const struct callback_keys *keys, const struct callback_query *query,
                               const char *encrypted, struct secret *plain);

#endif
