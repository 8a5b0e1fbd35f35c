/* Sends people their sign-in codes. */
#include "helper/messenger.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "helper/courier.h"
#include "helper/texts.h"

enum { TEXT_BYTES = 2048 /* page 90236: what is behind is cut */ };

struct code {
    char digits[PINS_DIGITS + 1];
};

struct pins_owner messenger_owner(const struct request *r, const char *userid) {
    return (struct pins_owner){
        .user = r->user, .service = r->service_name, .origin = r->rhost, .userid = userid};
}

static void free_code(struct code *code) {
    OPENSSL_cleanse(code, sizeof *code);
    free(code);
}

/* In one language: the code first, so that the shortest preview shows it. */
static void write_text(char *out, size_t bytes, enum config_lang lang, const struct request *r,
                       const char *digits) {
    struct request_told told;

    request_tell(r, &told);
    if (told.origin[0] == '\0')
        (void)texts_fill(told.origin, sizeof told.origin, lang, "origin_local", NULL, NULL);
    texts_words(out, bytes, lang, "message_text",
                (const char *const[]){digits, r->service_name, told.host, told.origin, r->user,
                                      told.time, NULL});
}

static char *write_letter(void *arg, const struct request *r) {
    const struct code *code = arg;
    enum config_lang lang = r->service->lang;
    char *text = calloc(1, TEXT_BYTES);
    size_t used = 0;

    if (text == NULL)
        return NULL;
    if (lang != CONFIG_LANG_EN)
        write_text(text, TEXT_BYTES, CONFIG_LANG_ZH, r, code->digits);
    used = strlen(text);
    if (lang == CONFIG_LANG_BOTH)
        used += (size_t)snprintf(text + used, TEXT_BYTES - used, "\n\n");
    if (lang != CONFIG_LANG_ZH)
        write_text(text + used, TEXT_BYTES - used, CONFIG_LANG_EN, r, code->digits);
    text_clean(text, TEXT_LINES);
    return text;
}

static void on_done(void *arg, const struct request *r, const char *userid,
                    enum wecom_reason reason, const json_t *answer) {
    struct pins_owner owner = messenger_owner(r, userid);

    (void)answer;
    if (reason != WECOM_REASON_NONE)
        pins_unsent(r->helper->pins, &owner);
    free_code(arg);
}

static const struct courier_letter letter = {.method = "message",
                                             .sent = "code sent",
                                             .unsent = "code not sent",
                                             .call = CALLS_MESSAGE_SEND,
                                             .type = "text",
                                             .write = write_letter,
                                             .done = on_done};

void messenger_send(const struct request *r, const char *userid,
                    const char digits[PINS_DIGITS + 1]) {
    struct pins_owner owner = messenger_owner(r, userid);
    struct code *code = calloc(1, sizeof *code);

    if (code != NULL) {
        memcpy(code->digits, digits, sizeof code->digits);
        if (courier_send(r, userid, &letter, code) != NULL)
            return;
        free_code(code);
    }
    pins_unsent(r->helper->pins, &owner);
}
