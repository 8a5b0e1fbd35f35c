/* Answers to wecom-web. */
#include "helper/web_page.h"

#include <stdio.h>
#include <string.h>

struct wire_message *web_page_new(enum wecom_page page) {
    static const char *const words[WECOM_PAGE_COUNT] = {
#define X(constant, word) [WECOM_PAGE_##constant] = word,
        WECOM_PAGES(X)
#undef X
    };
    struct wire_message *m = wire_new(WIRE_PAGE);

    if (m != NULL && wire_set(m, WIRE_F_PAGE, words[page]) != WECOM_OK) {
        wire_free(m);
        return NULL;
    }
    return m;
}

void web_page_send(struct server_peer *peer, struct wire_message *m) {
    if (m != NULL)
        server_send(peer, m);
    wire_free(m);
    server_finish(peer);
}

void web_page_show(struct server_peer *peer, enum wecom_page page) {
    web_page_send(peer, web_page_new(page));
}

void web_page_refuse(struct server_peer *peer, enum wecom_page page, const struct request *r) {
    struct wire_message *m = web_page_new(page);

    if (m != NULL && page == WECOM_PAGE_NOT_ALLOWED)
        (void)wire_set(m, WIRE_F_ID, r->id);
    web_page_send(peer, m);
}

void web_page_go(struct server_peer *peer, const char *location, const char *cookie) {
    struct wire_message *m = web_page_new(WECOM_PAGE_GO);

    if (m != NULL && (wire_set(m, WIRE_F_LOCATION, location) != WECOM_OK ||
                      wire_set(m, WIRE_F_COOKIE, cookie) != WECOM_OK)) {
        wire_free(m);
        m = web_page_new(WECOM_PAGE_TRY_AGAIN);
    }
    web_page_send(peer, m);
}

void web_page_reply(struct server_peer *peer, int status, const char *body) {
    struct wire_message *m = wire_new(WIRE_REPLY);

    if (m != NULL && (wire_set_number(m, WIRE_F_STATUS, status) != WECOM_OK ||
                      wire_set(m, WIRE_F_BODY, body) != WECOM_OK)) {
        wire_free(m);
        m = NULL;
    }
    web_page_send(peer, m);
}

bool web_page_is_agent(const struct wire_message *message, const char *word) {
    const char *agent = wire_get(message, WIRE_F_AGENT);

    return agent != NULL && strcmp(agent, word) == 0;
}

/* A text of bounded size that grows; whatever does not fit makes it bad for good. */
struct growing {
    char *out;
    size_t bytes, used;
    bool bad;
};

static void put(struct growing *g, const char *text) {
    size_t len = strlen(text);

    g->bad = g->bad || len >= g->bytes - g->used;
    if (g->bad)
        return;
    memcpy(g->out + g->used, text, len + 1);
    g->used += len;
}

/* Percent-encoded (RFC 3986; unreserved characters stay). */
static void put_encoded(struct growing *g, const char *text) {
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *text != '\0'; text++) {
        char piece[4] = {*text, '\0'};

        if (strchr(plain, *text) == NULL)
            (void)snprintf(piece, sizeof piece, "%%%02X", (unsigned int)(unsigned char)*text);
        put(g, piece);
    }
}

/* In its client WeCom is asked silently (page 91022), on a desktop with a QR code or by one click
 * (page 98152). Always with agentid: two applications may share a domain.
 */
bool web_page_location(const struct request *r, const struct wire_message *message,
                       const char *state, char out[WEB_PAGE_LOCATION_BYTES]) {
    const struct config_app *app = client_app_settings(r->app);
    bool in_client = !web_page_is_agent(message, "desktop");
    struct growing g = {.out = out, .bytes = WEB_PAGE_LOCATION_BYTES};
    char agent_id[24];

    (void)snprintf(agent_id, sizeof agent_id, "%ld", app->agent_id);
    put(&g, in_client ? app->authorize_url : app->sso_url);
    put(&g, in_client ? "?appid=" : "?login_type=CorpApp&appid=");
    put_encoded(&g, app->corp_id);
    put(&g, "&redirect_uri=");
    put_encoded(&g, r->setup->config->web.public_url);
    put(&g, "%2Fcallback");
    put(&g, in_client ? "&response_type=code&scope=snsapi_base&state=" : "&state=");
    put(&g, state);
    put(&g, "&agentid=");
    put(&g, agent_id);
    put(&g, in_client ? "#wechat_redirect" : "");
    return !g.bad;
}
