/* Browsers, played by libcurl: cookies, User-Agents, redirects from page to page. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/support_scan.h"
#include "tests/e2e/support_scan_internal.h"

enum { BROWSERS_MOST = 256, HOPS_MOST = 8 };

/* From reports of people who looked at what their client sends. */
const char agent_ios[] =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148 wxwork/4.1.39 MicroMessenger/7.0.1 "
    "Language/zh ColorScheme/Light";
const char agent_android[] = "Mozilla/5.0 (Linux; Android 14; PGT-AN10 Build/UP1A; wv) "
                             "AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
                             "Chrome/116.0.0.0 Mobile Safari/537.36 wxwork/4.1.38 "
                             "MicroMessenger/7.0.1 NetType/WIFI Language/zh Lang/zh";
const char agent_windows[] = "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like "
                             "Gecko) Chrome/108.0.0.0 Safari/537.36 wxwork/4.1.39 "
                             "(MicroMessenger/6.2) WindowsWechat embeddisk";
const char agent_wechat[] = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
                            "AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
                            "MicroMessenger/8.0.49(0x1800312b) NetType/WIFI Language/zh_CN";
const char agent_safari[] = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
                            "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 "
                            "Safari/604.1";
const char agent_desktop[] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
                             "Gecko) Chrome/126.0.0.0 Safari/537.36";

struct browser {
    CURL *curl;
    struct curl_slist *headers, *to;
    char phone[64]; /* of the simulator; "": none */
};

static struct browser *all[BROWSERS_MOST];
static size_t count_all_browsers;
static const char *trusted; /* authorities of both servers */

static void put_file(FILE *out, const char *path) {
    char bytes[16384];
    FILE *in = fopen(path, "re");

    ck_assert_ptr_nonnull(in);
    (void)fwrite(bytes, 1, fread(bytes, 1, sizeof bytes, in), out);
    (void)fclose(in);
}

void browsers_begin(void) {
    FILE *out;

    count_all_browsers = 0;
    trusted = text("%s", place_path("browsers.pem"));
    out = fopen(trusted, "we");
    ck_assert_ptr_nonnull(out);
    put_file(out, place_path("web.pem"));
    put_file(out, sim_ca_file(place.sim));
    ck_assert_int_eq(fclose(out), 0);
}

static struct browser *browser_make(void) {
    struct browser *b = calloc(1, sizeof *b);

    ck_assert_uint_lt(count_all_browsers, BROWSERS_MOST);
    ck_assert_ptr_nonnull(b);
    all[count_all_browsers++] = b;
    b->to = curl_slist_append(NULL, text("login.example.com:443:127.0.0.1:%d", web_port));
    return b;
}

static struct browser *named(const char *agent, const char *language, const char *phone) {
    struct browser *b = browser_make();

    b->curl = curl_easy_init();
    b->headers = curl_slist_append(
        NULL, text("Accept-Language: %s", strcmp(language, "en") == 0 ? "en-GB,en;q=0.8,zh;q=0.2"
                                                                      : "zh-CN,zh;q=0.9,en;q=0.6"));
    (void)curl_easy_setopt(b->curl, CURLOPT_USERAGENT, agent);
    (void)curl_easy_setopt(b->curl, CURLOPT_HTTPHEADER, b->headers);
    (void)curl_easy_setopt(b->curl, CURLOPT_CONNECT_TO, b->to);
    (void)curl_easy_setopt(b->curl, CURLOPT_CAINFO, trusted);
    (void)curl_easy_setopt(b->curl, CURLOPT_COOKIEFILE, "");
    (void)curl_easy_setopt(b->curl, CURLOPT_TIMEOUT, 30L * place_slowness());
    (void)snprintf(b->phone, sizeof b->phone, "%s", phone);
    if (phone[0] != '\0')
        (void)curl_easy_setopt(b->curl, CURLOPT_COOKIELIST,
                               text("Set-Cookie: sim_phone=%s; domain=127.0.0.1; path=/", phone));
    return b;
}

static const char *phone_of(const char *json) {
    json_t *answer = sim_post(place.sim, "/phone", json);

    ck_assert_ptr_nonnull(answer);
    return json_string_value(json_object_get(place_json(answer), "phone"));
}

struct browser *browser_new(const char *agent, const char *language, const char *userid) {
    return named(agent, language,
                 userid != NULL ? phone_of(text("{\"userid\":\"%s\"}", userid)) : "");
}

struct browser *browser_elsewhere(const char *userid) {
    return named(agent_ios, "zh", phone_of(text("{\"userid\":\"%s\",\"company\":null}", userid)));
}

struct browser *browser_copy(const struct browser *from) {
    struct browser *b = browser_make();
    struct curl_slist *cookies = NULL;

    b->curl = curl_easy_duphandle(from->curl);
    (void)snprintf(b->phone, sizeof b->phone, "%s", from->phone);
    (void)curl_easy_setopt(b->curl, CURLOPT_COOKIEFILE, "");
    (void)curl_easy_setopt(b->curl, CURLOPT_CONNECT_TO, b->to);
    (void)curl_easy_getinfo(from->curl, CURLINFO_COOKIELIST, &cookies);
    for (struct curl_slist *c = cookies; c != NULL; c = c->next)
        (void)curl_easy_setopt(b->curl, CURLOPT_COOKIELIST, c->data);
    curl_slist_free_all(cookies);
    return b;
}

const char *browser_cookie(const struct browser *b) {
    struct curl_slist *cookies = NULL;
    const char *found = "";

    (void)curl_easy_getinfo(b->curl, CURLINFO_COOKIELIST, &cookies);
    for (struct curl_slist *c = cookies; c != NULL; c = c->next) {
        if (strstr(c->data, "login.example.com") != NULL)
            found = text("%s", strrchr(c->data, '\t') + 1);
    }
    curl_slist_free_all(cookies);
    return found;
}

void browsers_end(void) {
    for (size_t i = 0; i < count_all_browsers; i++) {
        scan_remember(browser_cookie(all[i]));
        curl_easy_cleanup(all[i]->curl);
        curl_slist_free_all(all[i]->headers);
        curl_slist_free_all(all[i]->to);
        free(all[i]);
    }
}

/* --- Requests --- */

struct reading {
    FILE *body, *headers;
    char *body_text, *headers_text;
    size_t body_bytes, headers_bytes;
};

static void read_into(struct browser *b, struct reading *r, const char *url) {
    r->body = open_memstream(&r->body_text, &r->body_bytes);
    r->headers = open_memstream(&r->headers_text, &r->headers_bytes);
    (void)curl_easy_setopt(b->curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(b->curl, CURLOPT_WRITEDATA, r->body);
    (void)curl_easy_setopt(b->curl, CURLOPT_HEADERDATA, r->headers);
}

/* What stands between the two; "" where they do not. */
static const char *between(const char *all_of_it, const char *open, const char *close) {
    const char *begin = strstr(all_of_it, open), *end;

    if (begin == NULL)
        return "";
    begin += strlen(open);
    end = strstr(begin, close);
    return end != NULL ? text("%.*s", (int)(end - begin), begin) : "";
}

/* The value of this parameter of an address. */
static const char *parameter(const char *url, const char *name) {
    const char *at = strstr(url, name);

    return at != NULL ? text("%.*s", (int)strcspn(at + strlen(name), "&#"), at + strlen(name)) : "";
}

static struct seen finish(struct browser *b, struct reading *r) {
    struct seen seen = {.status = 0};
    const char *location = NULL;

    (void)fclose(r->body);
    (void)fclose(r->headers);
    (void)curl_easy_getinfo(b->curl, CURLINFO_RESPONSE_CODE, &seen.status);
    (void)curl_easy_getinfo(b->curl, CURLINFO_REDIRECT_URL, &location);
    seen.body = place_keep(r->body_text);
    seen.headers = place_keep(r->headers_text);
    seen.location = text("%s", location != NULL ? location : "");
    seen.head = between(seen.body, "<h1>", "</h1>");
    seen.pin = between(seen.body, "<p class=\"pin\">", "</p>");
    scan_remember(parameter(seen.location, "code="));
    scan_remember(parameter(seen.location, "state="));
    scan_remember(seen.pin);
    return seen;
}

struct seen browser_get(struct browser *b, const char *url) {
    struct reading r;
    CURLcode code;

    read_into(b, &r, url);
    code = curl_easy_perform(b->curl);
    ck_assert_msg(code == CURLE_OK, "%s: %s\n%s", url, curl_easy_strerror(code), web_log());
    return finish(b, &r);
}

void browser_get_twice(struct browser *b, const char *url, struct seen both[2]) {
    struct browser *each[2] = {b, browser_copy(b)};
    CURLM *multi = curl_multi_init();
    struct reading r[2];
    int running = 2;

    for (int i = 0; i < 2; i++) {
        read_into(each[i], &r[i], url);
        ck_assert_int_eq(curl_multi_add_handle(multi, each[i]->curl), CURLM_OK);
    }
    while (running > 0) {
        ck_assert_int_eq(curl_multi_perform(multi, &running), CURLM_OK);
        if (running > 0)
            (void)curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    for (int i = 0; i < 2; i++) {
        (void)curl_multi_remove_handle(multi, each[i]->curl);
        both[i] = finish(each[i], &r[i]);
    }
    (void)curl_multi_cleanup(multi);
}

struct seen browser_open(struct browser *b, const char *url) {
    struct seen seen = browser_get(b, url);

    for (int hops = 0; seen.location[0] != '\0'; hops++) {
        ck_assert_int_lt(hops, HOPS_MOST);
        seen = browser_get(b, seen.location);
    }
    return seen;
}

static const char *key_of(const struct seen *page) {
    const char *key = between(page->body, "data-key=\"", "\"");

    ck_assert_msg(key[0] != '\0', "%ld: no QR code of WeCom: %s", page->status, page->body);
    return key;
}

struct seen browser_scanned(struct browser *b, const struct seen *page, struct browser *phone,
                            const char *action) {
    const char *key = key_of(page), *to;
    struct seen poll;
    json_t *json;

    json = sim_post(
        place.sim, "/scan",
        text("{\"key\":\"%s\",\"phone\":\"%s\",\"action\":\"%s\"}", key, phone->phone, action));
    ck_assert_ptr_nonnull(json);
    json_decref(json);
    poll = browser_get(b, text("%s/wwlogin/sso/poll?key=%s", sim_api_url(place.sim), key));
    json = place_json(json_loads(poll.body, 0, NULL));
    to = json_string_value(json_object_get(json, "redirect"));
    ck_assert_msg(to != NULL, "%s", poll.body);
    return browser_open(b, to);
}

struct seen browser_clicks(struct browser *b, const struct seen *page) {
    const char *form = text("key=%s", key_of(page));
    struct seen seen;

    (void)curl_easy_setopt(b->curl, CURLOPT_COPYPOSTFIELDS, form);
    seen = browser_get(b, text("%s/wwlogin/sso/quick", sim_api_url(place.sim)));
    (void)curl_easy_setopt(b->curl, CURLOPT_HTTPGET, 1L);
    ck_assert_str_ne(seen.location, "");
    return browser_open(b, seen.location);
}

void seen_is(const struct seen *page, const char *word, const char *language) {
    const char *lang = strcmp(language, "en") == 0 ? "en" : "zh_CN";
    const char *head = place_sentence(lang, text("web_%s_head", word), NULL);

    ck_assert_msg(page->status == 200 && strcmp(page->head, head) == 0,
                  "%ld '%s' instead of '%s' (%s)\nhelper: %s\nweb: %s", page->status, page->head,
                  head, page->location, helper_tail(), web_log());
    text_has(page->body, text("<html lang=\"%s\">", strcmp(lang, "en") == 0 ? "en" : "zh-CN"));
    text_has(page->headers, "Cache-Control: no-store");
    text_has(page->headers, "Content-Security-Policy: default-src 'none'");
    ck_assert_int_eq(page->pin[0] != '\0', strcmp(word, "code") == 0);
}
