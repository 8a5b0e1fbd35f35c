/* A simulator for each test, requests to it, answers. */
#include "check_sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim *sim;
const char *sim_binary, *sim_data, *sim_dir;

static struct {
    int64_t agent_id;
    char *text;
} tokens_kept[3];

void sim_setup(void) {
    sim = sim_start(sim_binary, sim_data, sim_dir);
    ck_assert_ptr_nonnull(sim);
}

void sim_teardown(void) {
    for (size_t i = 0; i < 3; i++) {
        free(tokens_kept[i].text);
        tokens_kept[i].text = NULL;
    }
    ck_assert_int_eq(sim_stop(sim), 0);
    sim = NULL;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *arg) {
    struct reply *reply = arg;

    reply->body = realloc(reply->body, reply->bytes + size * n + 1);
    ck_assert_ptr_nonnull(reply->body);
    memcpy(reply->body + reply->bytes, bytes, size * n);
    reply->bytes += size * n;
    reply->body[reply->bytes] = '\0';
    return size * n;
}

static size_t take_header(char *bytes, size_t size, size_t n, void *arg) {
    struct reply *reply = arg;
    size_t length = size * n;
    const struct {
        const char *name;
        char **slot;
    } rows[] = {{"Location: ", &reply->location},
                {"Error-Code: ", &reply->error_code},
                {"Error-Msg: ", &reply->error_msg}};

    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
        length--;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t skip = strlen(rows[i].name);
        if (length < skip || strncasecmp(bytes, rows[i].name, skip) != 0)
            continue;
        free(*rows[i].slot);
        *rows[i].slot = strndup(bytes + skip, length - skip);
    }
    return size * n;
}

void ask_prepare(CURL *curl, const struct ask *ask, char **url) {
    ck_assert_int_ge(asprintf(url, "%s%s", sim_api_url(sim), ask->path), 0);
    curl_easy_setopt(curl, CURLOPT_URL, *url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CAINFO, sim_ca_file(sim));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ask->timeout_ms == 0 ? 20000L : ask->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, ask->user_agent);
    curl_easy_setopt(curl, CURLOPT_COOKIE, ask->cookie);
    curl_easy_setopt(curl, CURLOPT_INTERFACE, ask->from);
    if (ask->body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(ask->body));
    } else {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
}

struct reply ask(const struct ask *what) {
    struct reply reply = {.body = strdup("")};
    struct curl_slist *headers = NULL;
    CURL *curl = what->curl != NULL ? what->curl : curl_easy_init();
    char *url = NULL;

    ask_prepare(curl, what, &url);
    if (what->header != NULL)
        headers = curl_slist_append(headers, what->header);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
    reply.result = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    reply.json = json_loadb(reply.body, reply.bytes, 0, NULL);
    if (what->curl == NULL)
        curl_easy_cleanup(curl);
    else
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    free(url);
    return reply;
}

void reply_free(struct reply *reply) {
    free(reply->body);
    free(reply->location);
    free(reply->error_code);
    free(reply->error_msg);
    json_decref(reply->json);
    memset(reply, 0, sizeof(*reply));
}

const char *text_of(json_t *object, const char *name) {
    return json_string_value(json_object_get(object, name));
}

static const char *secret_of(int64_t agent_id) {
    if (agent_id == CONTACTS)
        return "sample-secret-of-contacts-0123456789abcdef";
    return agent_id == LINUX_APP ? LINUX_SECRET : "sample-secret-of-1000003-0123456789abcdefg";
}

const char *token(int64_t agent_id) {
    size_t slot = agent_id == CONTACTS ? 0 : agent_id == LINUX_APP ? 1 : 2;
    char path[200];
    struct reply reply;

    snprintf(path, sizeof(path), "/cgi-bin/gettoken?corpid=" CORP "&corpsecret=%s",
             secret_of(agent_id));
    reply = ask(&(struct ask){.path = path});
    ck_assert_int_eq(reply.result, CURLE_OK);
    ck_assert_ptr_nonnull(text_of(reply.json, "access_token"));
    free(tokens_kept[slot].text);
    tokens_kept[slot].text = strdup(text_of(reply.json, "access_token"));
    reply_free(&reply);
    return tokens_kept[slot].text;
}

/* The token of an earlier call in this test, else a fresh one. */
static const char *token_kept(int64_t agent_id) {
    size_t slot = agent_id == CONTACTS ? 0 : agent_id == LINUX_APP ? 1 : 2;

    return tokens_kept[slot].text != NULL ? tokens_kept[slot].text : token(agent_id);
}

static json_t *run(int64_t agent_id, const char *path, const char *body) {
    char *full = NULL;
    struct reply reply;
    json_t *json = NULL;

    ck_assert_int_ge(asprintf(&full, "/cgi-bin/%s%caccess_token=%s", path,
                              strchr(path, '?') == NULL ? '?' : '&', token_kept(agent_id)),
                     0);
    reply = ask(&(struct ask){.path = full, .body = body});
    free(full);
    ck_assert_int_eq(reply.result, CURLE_OK);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_msg(json_is_object(reply.json), "no JSON object: %s", reply.body);
    json = json_incref(reply.json);
    reply_free(&reply);
    return json;
}

json_t *post(int64_t agent_id, const char *path, const char *body) {
    return run(agent_id, path, body);
}

json_t *call(int64_t agent_id, const char *format, ...) {
    char path[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(path, sizeof(path), format, args);
    va_end(args);
    return run(agent_id, path, NULL);
}

int errcode_of(json_t *answer) {
    json_t *errcode = json_object_get(answer, "errcode");
    int number = (int)json_integer_value(errcode);

    ck_assert_msg(json_is_integer(errcode), "no errcode");
    json_decref(answer);
    return number;
}

int call_errcode(int64_t agent_id, const char *format, ...) {
    char path[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(path, sizeof(path), format, args);
    va_end(args);
    return errcode_of(run(agent_id, path, NULL));
}

int post_errcode(int64_t agent_id, const char *path, const char *body) {
    return errcode_of(run(agent_id, path, body));
}
