/* The pages that people see: plain HTML, no script, one style sheet inside.
 *
 * Nothing that came from outside gets into a page but through html_text.
 */
#include "web/pages.h"

#include <stdio.h>
#include <string.h>

#include "web/cookie.h"
#include "web/texts.h"
#include "web_style.inc"
#include "wecom/page.h"

const char pages_policy[] = "default-src 'none'; style-src 'sha256-" WEB_STYLE_DIGEST
                            "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/* What a page shows beside its heading and its sentence. */
enum part {
    PLAIN = 0,
    PIN = 1 << 0,
    LOGIN = 1 << 1, /* which login it is about */
    WARNING = 1 << 2,
    COMPANY = 1 << 3,
    ID = 1 << 4,
    HOME = 1 << 5,
};

/* WeCom's own browser, and proxies, put pages of theirs in the place of some that are not 200: what
 * a person comes to in the course of a login is 200.
 */
static const struct page {
    const char *word;
    unsigned int status, parts;
} pages[] = {
    {"code", 200, PIN | LOGIN | WARNING},
    {"declined", 200, LOGIN | ID},
    {"expired", 200, LOGIN | ID},
    {"used", 200, LOGIN | ID},
    {"other_person", 200, LOGIN | ID},
    {"other_company", 200, COMPANY | LOGIN | ID},
    {"wechat", 200, PLAIN},
    {"scan_with_wecom", 200, PLAIN},
    {"not_allowed", 200, LOGIN | ID},
    {"try_again", 200, ID},
    {"home", 200, HOME},
    {"not_found", 404, PLAIN},
    {PAGES_UNAVAILABLE, 503, PLAIN},
};

static const struct page *find(const char *word) {
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        if (strcmp(pages[i].word, word) == 0)
            return &pages[i];
    }
    return NULL;
}

unsigned int pages_status(const char *word) {
    const struct page *page = find(word);

    return page != NULL ? page->status : 0;
}

/* As it may stand in a header: no blank, no control byte, nothing but ASCII. */
static bool is_location(const char *location) {
    static const char scheme[] = "https://";

    if (location == NULL || strncmp(location, scheme, strlen(scheme)) != 0)
        return false;
    location += strlen(scheme);
    if (*location == '\0' || strchr("/?#", *location) != NULL)
        return false;
    for (; *location != '\0'; location++) {
        if (*location <= ' ' || *location > '~' || strchr("\"<>\\^`{|}", *location) != NULL)
            return false;
    }
    return true;
}

static bool is_pin(const char *pin) {
    return pin != NULL && strlen(pin) == 6 && strspn(pin, "0123456789") == 6;
}

bool pages_is_good(const struct wire_message *page) {
    const char *word = wire_get(page, WIRE_F_PAGE), *cookie = wire_get(page, WIRE_F_COOKIE);

    if (word == NULL || (cookie != NULL && !cookie_is_value(cookie)))
        return false;
    if (strcmp(word, "go") == 0)
        return is_location(wire_get(page, WIRE_F_LOCATION));
    if (strcmp(word, "code") == 0)
        return is_pin(wire_get(page, WIRE_F_PIN));
    return find(word) != NULL && strcmp(word, PAGES_UNAVAILABLE) != 0;
}

/* What all writers need. */
struct writer {
    struct html *html;
    enum language language;
    const struct wire_message *details;
};

static void put_text(const struct writer *w, const char *id) {
    html_text(w->html, web_text(id, w->language));
}

static const char *detail(const struct writer *w, enum wire_field field) {
    const char *value = w->details != NULL ? wire_get(w->details, field) : NULL;

    return value != NULL && value[0] != '\0' ? value : NULL;
}

static void put_element(const struct writer *w, const char *open, const char *text_id,
                        const char *close) {
    html_put(w->html, open);
    put_text(w, text_id);
    html_put(w->html, close);
}

struct row {
    enum wire_field field;
    const char *label;
    unsigned int parts; /* any of them shows it */
};

static const struct row rows[] = {
    {WIRE_F_NAME, "web_label_name", PIN | HOME},
    {WIRE_F_USER, "web_label_user", HOME},
    {WIRE_F_COMPANY, "web_label_company", COMPANY | HOME},
    {WIRE_F_SERVICE, "web_label_service", LOGIN},
    {WIRE_F_HOST, "web_label_host", LOGIN},
    {WIRE_F_ORIGIN, "web_label_origin", LOGIN},
    {WIRE_F_AT, "web_label_at", LOGIN},
    {WIRE_F_ID, "web_label_id", ID | LOGIN},
};

static void put_rows(const struct writer *w, unsigned int parts) {
    bool any = false;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *value = detail(w, rows[i].field);

        if ((rows[i].parts & parts) == 0 || value == NULL)
            continue;
        html_put(w->html, any ? "<dt>" : "<dl><dt>");
        put_text(w, rows[i].label);
        html_put(w->html, "</dt><dd>");
        html_text(w->html, value);
        html_put(w->html, "</dd>");
        any = true;
    }
    if (any)
        html_put(w->html, "</dl>");
}

/* "service TAB host TAB origin TAB time", of `len` bytes; what stands behind them is left out. */
static void put_waiting_line(const struct writer *w, const char *line, size_t len) {
    static const char *const before[] = {"<li>", " · ", "<span>", " · "};
    int cell = 0;

    for (; cell < 4 && len > 0; cell++) {
        const char *tab = memchr(line, '\t', len);
        size_t bytes = tab != NULL ? (size_t)(tab - line) : len;

        html_put(w->html, before[cell]);
        html_text_part(w->html, line, bytes);
        bytes += tab != NULL;
        line += bytes;
        len -= bytes;
    }
    html_put(w->html, cell > 2 ? "</span></li>" : "</li>");
}

static void put_waiting(const struct writer *w) {
    const char *line = detail(w, WIRE_F_WAITING);

    put_element(w, "<h2>", "web_home_waiting", "</h2>");
    if (line == NULL) {
        put_element(w, "<p>", "web_home_none", "</p>");
        return;
    }
    html_put(w->html, "<ul>");
    while (*line != '\0') {
        size_t len = strcspn(line, "\n");

        if (len > 0)
            put_waiting_line(w, line, len);
        line += len + (line[len] == '\n');
    }
    html_put(w->html, "</ul>");
}

static void put_home(const struct writer *w) {
    const char *user = detail(w, WIRE_F_USER), *host = detail(w, WIRE_F_HOST);

    if (user == NULL) {
        put_element(w, "<p>", "web_home_no_login", "</p>");
        return;
    }
    put_element(w, "<p>", "web_home_text", "</p>");
    html_put(w->html, "<p class=\"ssh\">ssh ");
    html_text(w->html, user);
    html_put(w->html, "@");
    html_text(w->html, host != NULL ? host : web_text("web_home_host", w->language));
    html_put(w->html, "</p>");
}

static void put_start(const struct writer *w, const char *head) {
    html_put(w->html, "<!DOCTYPE html>\n<html lang=\"");
    html_put(w->html, language_tag(w->language));
    html_put(w->html, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                      "content=\"width=device-width,initial-scale=1\"><title>");
    put_text(w, head);
    html_put(w->html, "</title><style>");
    html_put(w->html, WEB_STYLE);
    html_put(w->html, "</style></head><body><main><p class=\"brand\"><b>");
    put_text(w, "web_title");
    html_put(w->html, "</b></p><h1>");
    put_text(w, head);
    html_put(w->html, "</h1>");
}

void pages_write(struct html *html, const char *word, enum language language,
                 const struct wire_message *details) {
    const struct writer w = {.html = html, .language = language, .details = details};
    const struct page *page = find(word);
    char id[64];

    if (page == NULL)
        page = find(PAGES_UNAVAILABLE);
    (void)snprintf(id, sizeof id, "web_%s_head", page->word);
    put_start(&w, id);
    (void)snprintf(id, sizeof id, "web_%s_text", page->word);
    if ((page->parts & HOME) != 0)
        put_home(&w);
    else
        put_element(&w, "<p>", id, "</p>");
    if ((page->parts & PIN) != 0) {
        html_put(html, "<p class=\"pin\">");
        html_text(html, detail(&w, WIRE_F_PIN));
        html_put(html, "</p>");
    }
    put_rows(&w, page->parts);
    if ((page->parts & WARNING) != 0)
        put_element(&w, "<p class=\"warn\">", "web_code_warning", "</p>");
    if ((page->parts & HOME) != 0)
        put_waiting(&w);
    html_put(html, "</main></body></html>\n");
}
