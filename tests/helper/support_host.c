/* A host of the service "sshd" against a whole helper. */
#include "tests/helper/support_host.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/helper/support.h"

#define SENT "{\"errcode\":0,\"errmsg\":\"ok\",\"msgid\":\"M\"}"

struct inner_helper *host_inner;
struct wire_message *host_m;
static unsigned int codes;
char host_digits[PINS_DIGITS + 1];

void host_start(const char *services) {
    host_inner = inner_helper_new(services);
    host_m = wire_new(WIRE_NO_VERB);
    codes = 0;
    inner_helper_wall_s = 1700000000;
}

void host_end(void) {
    inner_helper_free(host_inner);
    wire_free(host_m);
}

int host_begin_from(const char *user, const char *link, const char *rhost, const char *authtok) {
    int host = served_dial(host_inner->served, "login.sock");

    served_say(host, WIRE_BEGIN, WIRE_F_SERVICE, "sshd", WIRE_F_USER, user, WIRE_F_LINK, link,
               WIRE_F_RHOST, rhost, WIRE_F_IDENTITY, "no", WIRE_F_AUTHTOK, authtok,
               WIRE_F_DEADLINE_MS, "20000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(host_inner->served, host, host_m));
    ck_assert_int_eq(host_m->verb, WIRE_READY);
    return host;
}

void host_asked(int host, const char *prompt) {
    ck_assert(served_receive(host_inner->served, host, host_m));
    ck_assert_int_eq(host_m->verb, WIRE_ASK);
    ck_assert_msg(strncmp(wire_get(host_m, WIRE_F_PROMPT), prompt, strlen(prompt)) == 0, "%s",
                  wire_get(host_m, WIRE_F_PROMPT));
    ck_assert(!wire_get_flag(host_m, WIRE_F_ECHO));
}

int host_begin(const char *user) {
    int host = host_begin_from(user, NULL, "10.0.0.5", NULL);

    host_asked(host, "Six-digit code");
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "If you may sign in here"));
    return host;
}

void host_answer(int host, const char *text) {
    served_say(host, WIRE_ANSWER, WIRE_F_TEXT, text, WIRE_FIELD_COUNT);
}

void host_result(int host, const char *verdict, const char *reason) {
    inner_helper_result(host_inner, host, host_m, verdict, reason);
}

void host_denied(const char *user, const char *text, const char *reason) {
    int host = host_begin(user);

    host_answer(host, text);
    host_result(host, "denied", reason);
}

void host_delivered(const char *userid) {
    const struct http_request *request;
    const char *content;
    json_t *body;

    inner_helper_token(host_inner, SEND);
    request = fake_await(host_inner->sender, SEND);
    body = json_loads(request->body, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(body, "touser")), userid);
    ck_assert_str_eq(json_string_value(json_object_get(body, "msgtype")), "text");
    ck_assert_int_eq(json_integer_value(json_object_get(body, "agentid")), 1000002);
    content = json_string_value(json_object_get(json_object_get(body, "text"), "content"));
    memcpy(host_digits, content, PINS_DIGITS);
    host_digits[PINS_DIGITS] = '\0';
    ck_assert_msg(pins_is_form(host_digits), "%s", content);
    ck_assert_ptr_nonnull(strstr(content, "10.0.0.5"));
    ck_assert_ptr_nonnull(strstr(content, "sshd"));
    json_decref(body);
    fake_answer(host_inner->sender, SEND, 200, SENT);
}

void host_has_account(const char *user) {
    char code[64], text[256];
    int host;

    (void)snprintf(code, sizeof code, HOST_CODE "%03u", codes++);
    host = host_begin_from(user, NULL, "10.0.0.9", code);
    (void)snprintf(text, sizeof text, "{\"userid\":\"%s\"}", user);
    inner_helper_token(host_inner, GETUSERINFO);
    fake_answer(host_inner->sender, GETUSERINFO, 200, text);
    inner_helper_token(host_inner, USER_GET);
    (void)snprintf(text, sizeof text, ACTIVE("%s"), user);
    fake_answer(host_inner->sender, USER_GET, 200, text);
    host_result(host, "granted", NULL);
}

const char *host_wrong(void) {
    static char text[PINS_DIGITS + 1];

    memcpy(text, host_digits, sizeof text);
    text[0] = (char)('0' + (text[0] - '0' + 1) % 10);
    return text;
}
