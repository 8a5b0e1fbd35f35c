/* What a login asks the person, and what is made of the answer: words of the conversation, answers
 * to one method or another, and the wait of whoever has guessed too often.
 */
#include <stdio.h>
#include <string.h>

#include "helper/login_internal.h"
#include "helper/texts.h"
#include "helper/throttle.h"

enum {
    ROUNDS = 12,       /* prompts of one login; older sshd dies of too many */
    INFO_BYTES = 8192, /* of the wire */
};

static const struct login_method *const methods[] = {&login_method_approve, &login_method_code,
                                                     &login_method_message, &login_method_scan};

static const struct login_method *find_method(enum config_method bit) {
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (methods[i]->bit == bit)
            return methods[i];
    }
    return NULL;
}

/* How long whoever has guessed too often still has to wait; 0: not at all. */
static int64_t wait_ms(const struct login *login) {
    const struct request *r = &login->request;

    return login_is_counted(login)
               ? throttle_wait_ms(r->helper->throttle, r->user, login->known, r->rhost)
               : 0;
}

/* A text with these seconds in it, "{2}" being the id of the login. */
static void write_wait(const struct login *login, const char *text_id, char *out, size_t bytes) {
    char seconds[24];

    (void)snprintf(seconds, sizeof seconds, "%lld", (long long)(wait_ms(login) + 999) / 1000);
    texts_words(out, bytes, login->lang, text_id,
                (const char *const[]){seconds, login->request.id, NULL});
}

/* Refuses who did not wait; nothing is judged then. Asked again before each answer: many
 * conversations at once must not win tries.
 */
static bool is_slowed(struct login *login) {
    char message[1024];

    if (wait_ms(login) <= 0)
        return false;
    write_wait(login, "slowed", message, sizeof message);
    login->judged = false;
    login_deny_with(login, WECOM_REASON_TOO_MANY_TRIES, NULL, NULL, message);
    return true;
}

/* The words of the other methods of the service, separated by blanks. */
static void write_others(const struct login *login, char *out, size_t bytes) {
    const struct config_service *service = login->request.service;
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < service->order_count && used < bytes; i++) {
        const struct login_method *method = find_method(service->order[i]);

        if (method != login->method)
            used += (size_t)snprintf(out + used, bytes - used, "%s%s", used > 0 ? " " : "",
                                     method->word);
    }
}

/* What stands above the prompt; "": nothing. */
static void write_info(struct login *login, char *out, size_t bytes) {
    char others[64];
    size_t used;

    if (login->waits_out) {
        write_wait(login, "wait_and_enter", out, bytes);
        return;
    }
    if (login->method->info != NULL)
        login->method->info(login, login->lang, out, bytes);
    else
        texts_fill(out, bytes, login->lang, login->info_id, login->request.id, NULL);
    write_others(login, others, sizeof others);
    used = strlen(out);
    if (others[0] == '\0' || used + 2 > bytes)
        return;
    if (used > 0)
        out[used++] = '\n';
    texts_words(out + used, bytes - used, login->lang, "choice",
                (const char *const[]){others, NULL});
}

static void ask_again(struct login *login) {
    struct wire_message *m = wire_new(WIRE_ASK);
    char prompt[256], info[INFO_BYTES];

    if (login->rounds++ >= ROUNDS) {
        wire_free(m);
        login_deny(login, WECOM_REASON_TOO_MANY_TRIES, NULL, NULL, NULL);
        return;
    }
    texts_line(prompt, sizeof prompt, login->lang, login->prompt_id);
    write_info(login, info, sizeof info);
    if (m != NULL && wire_set(m, WIRE_F_PROMPT, prompt) == WECOM_OK &&
        wire_set(m, WIRE_F_INFO_TEXT, info[0] != '\0' ? info : NULL) == WECOM_OK &&
        wire_set_flag(m, WIRE_F_ECHO, login->echo) == WECOM_OK)
        server_send(login->request.peer, m);
    wire_free(m);
    login->asking = true;
}

void login_ask(struct login *login, const char *prompt_id, const char *info_id, bool echo) {
    login->prompt_id = prompt_id;
    login->info_id = info_id;
    login->echo = echo;
    ask_again(login);
}

/* The first method of the service that the text may be an answer to; NULL: none. A recovery code is
 * one wherever somebody signs in to an account of the host.
 */
static const struct login_method *fitting(const struct login *login, const char *text) {
    const struct config_service *service = login->request.service;

    if (service->account && login_method_recovery.fits(text))
        return &login_method_recovery;
    for (size_t i = 0; i < service->order_count; i++) {
        const struct login_method *method = find_method(service->order[i]);

        if (method->blind && method->fits(text))
            return method;
    }
    return NULL;
}

/* The method of the service that the word means; NULL: none. */
static const struct login_method *meant(const struct login *login, const char *word) {
    const struct config_service *service = login->request.service;

    for (size_t i = 0; i < service->order_count; i++) {
        const struct login_method *method = find_method(service->order[i]);

        if (strcasecmp(method->word, word) == 0)
            return method;
    }
    return NULL;
}

static bool is_lang(const char *word, enum config_lang *lang) {
    bool zh = strcasecmp(word, "zh") == 0;

    if (!zh && strcasecmp(word, "en") != 0)
        return false;
    *lang = zh ? CONFIG_LANG_ZH : CONFIG_LANG_EN;
    return true;
}

void login_go_to(struct login *login, const struct login_method *method, const char *authtok) {
    if (login->state != NULL)
        login->method->drop(login->state);
    login->state = NULL;
    login->method = method;
    method->begin(login, authtok);
}

/* The preferred method of those that serve a host which answers before it asks; NULL: none does. */
static const struct login_method *first_blind(const struct login *login) {
    const struct config_service *service = login->request.service;

    for (size_t i = 0; i < service->order_count; i++) {
        const struct login_method *method = find_method(service->order[i]);

        if (method->blind)
            return method;
    }
    return NULL;
}

bool login_hand_over(struct login *login, const char *text) {
    const struct login_method *method = fitting(login, text);

    if (method == NULL)
        method = first_blind(login);
    if (method == NULL || method == login->method)
        return false;
    login_go_to(login, method, text);
    return true;
}

/* What the host has already goes to the method that it fits, else to the preferred one that may
 * take it: that has to refuse it as it refuses anything.
 */
void login_begin_first(struct login *login, const char *authtok) {
    const struct login_method *method = authtok != NULL ? fitting(login, authtok) : NULL;

    if (authtok != NULL && method == NULL)
        method = first_blind(login);

    /* hosts show a text with a prompt only: whoever must wait is asked to press Enter after it */
    if (authtok == NULL && wait_ms(login) > 0) {
        login->waits_out = true;
        login_ask(login, "prompt_enter", NULL, false);
        return;
    }
    if (is_slowed(login))
        return;
    login->judged = authtok != NULL;
    login_go_to(login, method != NULL ? method : login->method, authtok);
}

void login_begin_anew(struct login *login) {
    if (login->state != NULL)
        login->method->drop(login->state);
    login->state = NULL;
    login->method = login_first_method(login->request.service);
    login_begin_first(login, NULL);
}

/* A word for the conversation itself, an answer to another method, or an answer. */
void login_take_answer(struct login *login, const char *text) {
    const struct login_method *method = meant(login, text);

    if (login->waits_out) {
        login->waits_out = false;
        if (!is_slowed(login))
            login_go_to(login, login->method, NULL);
    } else if (method != NULL && method != login->method) {
        login_go_to(login, method, NULL);
    } else if (method != NULL || is_lang(text, &login->lang) ||
               (login->method->heeds != NULL && login->method->heeds(login, text))) {
        ask_again(login);
    } else if (!is_slowed(login)) {
        login->judged = true;
        method = login->method->fits(text) ? login->method : fitting(login, text);
        if (method == NULL || method == login->method)
            login->method->answer(login, text);
        else
            login_go_to(login, method, text);
    }
}

const struct login_method *login_first_method(const struct config_service *service) {
    return find_method(service->order[0]);
}
