/* A recovery code, typed where another method asks, while WeCom cannot be reached.
 *
 * 1. While WeCom answers, also where it refuses, a code MUST be neither judged nor used up; so it
 *    MUST be when nobody can tell. What is typed is refused in the same way whatever it is.
 * 2. It MUST be certain for a minute, by what the client has seen, that WeCom does not answer. A
 *    login that comes earlier has WeCom asked until it is, and the person types the code again.
 * 3. Whoever has no account, or no code, MUST see the same and cost the same HMAC.
 * 4. A code MUST be crossed out durably before the grant, and lets in only whom the store, the
 *    rules and WeCom's last word (stale=) would let in.
 * 5. The code MUST be wiped when the login ends. It goes to nobody and to no log.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "helper/login_method.h"
#include "helper/outage.h"
#include "helper/people.h"
#include "helper/recovery.h"
#include "helper/texts.h"

/* No person reads the sentence and types the code again in that time: a host does that which has
 * one answer for every prompt (sshd's password method, PostgreSQL).
 */
enum { READS_MS = 2000 };

struct typed {
    struct login *login;
    int64_t asked_ms; /* when the code was to be typed again; 0: not yet */
    char symbols[WECOM_RECOVERY_SYMBOLS + 1];
    struct outage_watch *watch;
    struct people_ticket *people;
    struct store_ticket *job;
    struct people_answer whose; /* as the store had it when the code was judged */
    bool right;
    int64_t left; /* codes, after this one */
};

static void drop(void *state) {
    struct typed *t = state;

    outage_leave(t->watch);
    people_drop(t->people);
    store_drop(t->job);
    OPENSSL_cleanse(t, sizeof *t);
    free(t);
}

static bool fits(const char *text) {
    return name_is_recovery(text, strlen(text));
}

/* ---- Judged and crossed out ------------------------------------------------------------------ */

static void fail(struct typed *t) {
    static const struct client_failure failed = {.detail = "the account store failed"};

    login_deny(t->login, WECOM_REASON_INTERNAL, NULL, &failed, NULL);
}

/* `userid` NULL: not proved. */
static void refuse(struct typed *t, enum wecom_reason reason, const char *text_id) {
    char userid[WECOM_USERID_MAX_BYTES + 1];

    memcpy(userid, t->whose.account.userid, sizeof userid);
    login_deny(t->login, reason, t->right ? userid : NULL, NULL, text_id);
}

static const char *account_of(const struct typed *t) {
    return t->whose.known ? t->whose.account.id : "";
}

/* Nobody's code is looked for and judged as everybody's. */
static enum wecom_error run_judge(void *arg, struct store_tx *tx) {
    struct typed *t = arg;
    struct store_recovery kept;
    enum wecom_error err = store_find_recovery(tx, account_of(t), recovery_row(t->symbols), &kept);

    if (err != WECOM_OK && err != WECOM_E_ABSENT)
        return err;
    t->right = recovery_fits(account_of(t), t->symbols, err == WECOM_OK ? &kept : NULL);
    OPENSSL_cleanse(&kept, sizeof kept);
    return WECOM_OK;
}

/* Once more and now for good: another login may have been quicker, the administrator as well. */
static enum wecom_error run_cross_out(void *arg, struct store_tx *tx) {
    struct typed *t = arg;
    const struct store_account *judged = &t->whose.account;
    unsigned int row = recovery_row(t->symbols);
    struct store_account now;
    struct store_recovery kept;
    enum wecom_error err = store_find_id(tx, judged->id, &now);

    if (err == WECOM_OK && (now.state != judged->state || now.held != judged->held ||
                            now.switched_off != judged->switched_off))
        return WECOM_E_ABSENT;
    if (err == WECOM_OK)
        err = store_find_recovery(tx, judged->id, row, &kept);
    if (err != WECOM_OK)
        return err;
    err = recovery_fits(judged->id, t->symbols, &kept)
              ? store_use_recovery(tx, judged->id, row, kept.digest)
              : WECOM_E_ABSENT;
    OPENSSL_cleanse(&kept, sizeof kept);
    return err == WECOM_OK ? store_count_recovery(tx, judged->id, &t->left) : err;
}

static void on_crossed_out(void *arg, enum wecom_error error) {
    struct typed *t = arg;
    struct people_answer whose = t->whose;
    struct client_failure note = {0};

    t->job = NULL;
    if (error == WECOM_E_ABSENT) {
        t->right = false;
        refuse(t, WECOM_REASON_CODE_INVALID, "recovery_invalid");
        return;
    }
    if (error != WECOM_OK) {
        fail(t);
        return;
    }
    (void)snprintf(note.detail, sizeof note.detail,
                   "WeCom cannot be reached: recovery code %02u is used up, %lld left",
                   recovery_row(t->symbols), (long long)t->left);
    login_accept_stored(t->login, &whose, &note);
}

static void submit(struct typed *t, enum store_mode mode, store_work *run,
                   void (*done)(void *arg, enum wecom_error error)) {
    t->job = store_submit(login_request(t->login)->helper->store, mode, run, done, t);
    if (t->job == NULL)
        fail(t);
}

static void on_judged(void *arg, enum wecom_error error) {
    struct typed *t = arg;
    const struct request *r = login_request(t->login);
    enum wecom_reason reason = people_reason(r, &t->whose);

    t->job = NULL;
    if (error != WECOM_OK)
        fail(t);
    else if (!t->right)
        refuse(t, WECOM_REASON_CODE_INVALID, "recovery_invalid");
    else if (reason != WECOM_REASON_NONE)
        refuse(t, reason, NULL);
    else if (!people_stays(r, &t->whose))
        refuse(t, WECOM_REASON_WECOM_UNREACHABLE, "recovery_stale");
    else
        submit(t, STORE_WRITE, run_cross_out, on_crossed_out);
}

static void on_found(void *arg, const struct people_answer *answer) {
    struct typed *t = arg;

    t->people = NULL;
    t->whose = *answer;
    if (answer->error != WECOM_OK)
        fail(t);
    else
        submit(t, STORE_READ, run_judge, on_judged);
}

static void judge(struct typed *t) {
    t->people = people_find(login_request(t->login), NULL, NULL, on_found, t);
    if (t->people == NULL)
        fail(t);
}

/* ---- Whether it counts now ------------------------------------------------------------------- */

/* The seconds until the outage is one. */
static void write_wait(const struct typed *t, enum config_lang lang, const char *text_id, char *out,
                       size_t bytes) {
    const struct request *r = login_request(t->login);
    int64_t down_ms, left_ms;
    char seconds[24];

    (void)client_app_reach(r->app, &down_ms);
    left_ms = REACH_SURE_MS - down_ms;
    /* what makes it certain is the question behind that time */
    left_ms = left_ms > 0 ? left_ms + OUTAGE_EVERY_MS : OUTAGE_EVERY_MS;
    (void)snprintf(seconds, sizeof seconds, "%lld", (long long)(left_ms / 1000));
    texts_words(out, bytes, lang, text_id, (const char *const[]){seconds, r->id, NULL});
}

static void info(struct login *login, enum config_lang lang, char *out, size_t bytes) {
    write_wait(login_state(login), lang, "recovery_wait", out, bytes);
}

/* Can the host show the sentence, and bring another answer? */
static bool can_ask(const struct typed *t) {
    int64_t now_ms = helper_now_ms(login_request(t->login)->helper);

    return login_can_ask(t->login) && (t->asked_ms == 0 || now_ms - t->asked_ms >= READS_MS);
}

/* WeCom does not answer, for less than a minute: the code is to be typed again. */
static void put_off(struct typed *t) {
    static const struct client_failure early = {
        .detail = "a recovery code was typed, and WeCom has not been away for a minute yet"};
    char message[1024];

    OPENSSL_cleanse(t->symbols, sizeof t->symbols);
    if (can_ask(t)) {
        t->asked_ms = helper_now_ms(login_request(t->login)->helper);
        login_ask(t->login, "prompt_recovery", NULL, false);
        return;
    }
    write_wait(t, login_request(t->login)->service->lang, "recovery_later", message,
               sizeof message);
    login_deny_with(t->login, WECOM_REASON_WECOM_UNREACHABLE, NULL, &early, message);
}

static void refuse_now(struct typed *t) {
    static const struct client_failure answers = {
        .detail = "a recovery code was typed while WeCom answers"};

    login_deny(t->login, WECOM_REASON_NOT_ALLOWED, NULL, &answers, "recovery_not_now");
}

/* By what the client has seen; false: nothing lately. */
static bool decide(struct typed *t) {
    int64_t down_ms;

    switch (client_app_reach(login_request(t->login)->app, &down_ms)) {
    case REACH_UP:
        refuse_now(t);
        return true;
    case REACH_DOWN:
        if (down_ms >= REACH_SURE_MS)
            judge(t);
        else
            put_off(t);
        return true;
    case REACH_UNKNOWN:
        break;
    }
    return false;
}

static void on_asked(void *arg) {
    struct typed *t = arg;

    t->watch = NULL;
    if (!decide(t))
        put_off(t); /* nobody can tell */
}

/* Also where it is known already: what is seen must not grow old before the next try. */
static void take(struct typed *t, const char *text) {
    const struct request *r = login_request(t->login);

    if (!name_recovery_symbols(text, strlen(text), t->symbols)) {
        refuse(t, WECOM_REASON_CODE_INVALID, "recovery_invalid");
        return;
    }
    if (client_app_reach(r->app, NULL) != REACH_UNKNOWN) {
        (void)outage_watch(r->helper->outages, r->app, NULL, NULL);
        (void)decide(t);
        return;
    }
    t->watch = outage_watch(r->helper->outages, r->app, on_asked, t);
    if (t->watch == NULL)
        fail(t);
}

static void begin(struct login *login, const char *authtok) {
    struct typed *t = calloc(1, sizeof *t);

    if (t == NULL) {
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
        return;
    }
    t->login = login;
    login_set_state(login, t);
    take(t, authtok);
}

static void answer(struct login *login, const char *text) {
    struct typed *t = login_state(login);

    t->right = false;
    t->whose = (struct people_answer){0};
    take(t, text);
}

const struct login_method login_method_recovery = {
    .word = "recovery", .fits = fits, .begin = begin, .info = info, .answer = answer, .drop = drop};
