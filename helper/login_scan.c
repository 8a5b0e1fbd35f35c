/* Sign-in method `scan`: the terminal shows a link as a QR code, the telephone that scanned it
 * shows six digits, and they are typed at the prompt.
 *
 * 1. The terminal MUST see the same whatever name was asked for, and whether or not somebody scans.
 * 2. What cannot be asked (a host that answers by itself) MUST be served by another method.
 * 3. Who scanned is scan.h's business; here only the digits count, and then WeCom's word on the
 * member who scanned, which login_accept takes up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/qr.h"
#include "helper/scan.h"
#include "helper/texts.h"

enum { TYPING_MS = 500 }; /* nobody reads a prompt and types an answer in less */

struct terminal {
    struct login *login;
    struct scan *scan;
    enum config_qr qr;
    bool missed; /* the last answer was wrong */
    int64_t asked_ms;
};

static void drop(void *state) {
    struct terminal *t = state;

    scan_close(t->scan);
    free(t);
}

/* At once, and nobody has scanned: sshd's password method and its like answer whatever they are
 * asked with the one thing that they have.
 */
static bool answered_by_itself(const struct terminal *t) {
    int64_t ms = helper_now_ms(login_request(t->login)->helper) - t->asked_ms;

    return ms < TYPING_MS && scan_userid(t->scan)[0] == '\0';
}

static void ask(struct terminal *t) {
    t->asked_ms = helper_now_ms(login_request(t->login)->helper);
    login_ask(t->login, "prompt_scan", NULL, false);
}

static void take(struct terminal *t, const char *text) {
    if (answered_by_itself(t) && login_hand_over(t->login, text))
        return;
    switch (scan_try(t->scan, text)) {
    case SCAN_RIGHT:
        login_confirm(t->login, scan_userid(t->scan));
        break;
    case SCAN_OVER:
        login_deny(t->login, WECOM_REASON_TOO_MANY_TRIES, NULL, NULL, "scan_over");
        break;
    default:
        login_missed(t->login);
        t->missed = true;
        ask(t);
    }
}

static void begin(struct login *login, const char *authtok) {
    struct terminal *t = calloc(1, sizeof *t);

    if (t != NULL)
        t->scan = scan_open(login);
    if (t == NULL || t->scan == NULL) {
        free(t);
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
        return;
    }
    t->login = login;
    t->qr = login_request(login)->service->qr;
    login_set_state(login, t);
    if (authtok != NULL) /* nobody can have scanned yet */
        login_deny(login, WECOM_REASON_CODE_INVALID, NULL, NULL, "scan_first");
    else
        ask(t);
}

static void answer(struct login *login, const char *text) {
    take(login_state(login), text);
}

/* The sentence first: hosts put words of their own before what they are given. */
static void info(struct login *login, enum config_lang lang, char *out, size_t bytes) {
    const struct terminal *t = login_state(login);
    char url[QR_LINK_MAX_BYTES + 1], picture[QR_TEXT_BYTES] = "";
    size_t used;

    if (!scan_url(t->scan, url, sizeof url)) {
        out[0] = '\0';
        return;
    }
    if (t->qr != CONFIG_QR_OFF)
        (void)qr_text(url, t->qr == CONFIG_QR_UTF8 ? QR_UTF8 : QR_ASCII, picture, sizeof picture);
    texts_fill(out, bytes, lang, t->missed ? "scan_missed" : "scan_hint", NULL, NULL);
    used = strlen(out);
    (void)snprintf(out + used, bytes - used, "\n%s%s", picture, url);
}

static bool heeds(struct login *login, const char *word) {
    struct terminal *t = login_state(login);

    if (strcasecmp(word, "ascii") != 0)
        return false;
    t->qr = CONFIG_QR_ASCII;
    return true;
}

const struct login_method login_method_scan = {.word = "scan",
                                               .bit = CONFIG_METHOD_SCAN,
                                               .fits = pins_is_form,
                                               .begin = begin,
                                               .info = info,
                                               .heeds = heeds,
                                               .answer = answer,
                                               .drop = drop};
