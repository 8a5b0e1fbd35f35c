/* Pages: QR and one-click login of a desktop browser. */
#include "browser.h"
#include "deliver.h"
#include "phones.h"
#include "text.h"

#include <event2/event.h>
#include <event2/http.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE_MAX 128
#define POLL_S 25 /* a poll is held so long */

/* NULL, or what the error page says. */
static const char *qr_check(const struct browse *browse, struct app **app) {
    const char *agentid = browser_param(browse, "agentid");
    const char *lang = browser_param(browse, "lang");
    char *host = browser_host(browser_param(browse, "redirect_uri"));
    char *end = NULL;
    long long id = strtoll(agentid, &end, 10);
    bool fits = false;

    *app = *agentid == '\0' || *end != '\0' ? NULL : corp_app(&browse->server->corp, id);
    if (*app != NULL)
        fits = browser_same_host(host, (*app)->oauth_domain) ||
               browser_same_host(host, (*app)->login_domain);
    free(host);
    if (strcmp(browser_param(browse, "login_type"), "CorpApp") != 0)
        return "login_type 不合法";
    if (strcmp(browser_param(browse, "appid"), browse->server->corp.corp_id) != 0)
        return "appid 不合法";
    if (*app == NULL)
        return "agentid 不合法";
    if (!fits)
        return "redirect_uri 与配置的授权回调域名不一致，无法访问该链接";
    if (strlen(browser_param(browse, "state")) > STATE_MAX)
        return "state 不合法";
    if (*lang != '\0' && strcmp(lang, "zh") != 0 && strcmp(lang, "en") != 0)
        return "lang 不合法";
    return (*app)->closed ? "应用已停用" : NULL;
}

void browser_login(struct browse *browse) {
    struct app *app = NULL;
    const char *why = qr_check(browse, &app);
    struct visit *visit = NULL;
    char *name = NULL;

    if (why != NULL) {
        browser_error(browse, why);
        return;
    }
    visit = phones_visit(browse->server, app, NULL, browser_param(browse, "redirect_uri"),
                         browser_param(browse, "state"));
    visit->qr = true;
    name = text_html(app->name);
    browser_page(
        browse, "企业微信登录",
        text_format(
            "<h1>%s</h1>\n<p>请使用企业微信扫描二维码登录</p>\n"
            "<p>key: <code id=\"key\" data-key=\"%s\">%s</code></p>\n"
            "<form method=\"post\" action=\"/wwlogin/sso/quick\">\n"
            "<input type=\"hidden\" name=\"key\" value=\"%s\"><button>快捷登录</button>\n</form>\n"
            "<p id=\"status\"></p>\n<script>\n"
            "function poll() {\n"
            "  fetch('/wwlogin/sso/poll?wait=1&key=%s').then(function (r) { return r.json(); })\n"
            "    .then(function (a) {\n"
            "      document.getElementById('status').textContent = a.status;\n"
            "      if (a.redirect) location.href = a.redirect;\n"
            "      else if (a.status === 'waiting') poll();\n"
            "    });\n}\npoll();\n</script>",
            name, visit->key, visit->key, visit->key, visit->key));
    free(name);
}

static char *qr_status(const struct visit *visit) {
    static const char *const words[] = {
        [VISIT_WAITING] = "waiting",
        [VISIT_ALLOWED] = "allowed",
        [VISIT_DENIED] = "denied",
        [VISIT_NO_PERMISSION] = "no_permission",
    };
    json_t *json =
        json_pack("{s:s, s:s*}", "status", words[visit->status], "redirect", visit->redirect);
    char *text = json_dumps(json, JSON_COMPACT);

    json_decref(json);
    return text;
}

/* Answers the poll that is held, if any. */
static void qr_wake(struct server *server, struct visit *visit) {
    struct answer answer = {.status = 0};
    struct evhttp_request *waiter = visit->waiter;

    if (waiter == NULL)
        return;
    visit->waiter = NULL;
    event_del(visit->timer);
    browser_json(&answer, qr_status(visit));
    deliver(server, waiter, &answer, NULL);
}

static void qr_late(evutil_socket_t fd, short what, void *arg) {
    struct visit *visit = arg;

    (void)fd, (void)what;
    qr_wake(visit->server, visit);
}

static void qr_hold(struct browse *browse, struct visit *visit) {
    struct timeval wait = {POLL_S, 0};

    qr_wake(browse->server, visit); /* an older poll has to make room */
    if (visit->timer == NULL)
        visit->timer = evtimer_new(browse->server->base, qr_late, visit);
    visit->waiter = browse->request;
    evtimer_add(visit->timer, &wait);
}

void browser_poll(struct browse *browse) {
    struct visit *visit = phones_visit_find(browse->server, browser_param(browse, "key"));

    if (visit == NULL || !visit->qr)
        browser_json(browse->answer, text_copy("{\"status\":\"expired\"}"));
    else if (visit->status == VISIT_WAITING && *browser_param(browse, "wait") != '\0')
        qr_hold(browse, visit);
    else
        browser_json(browse->answer, qr_status(visit));
}

void browser_scan(struct server *server, struct visit *visit, const struct phone *phone,
                  bool allow) {
    const struct member *member = browser_member(server, phone);
    char *code = NULL;

    if (phone->here && (member == NULL || !corp_sees_member(&server->corp, visit->app, member))) {
        visit->status = VISIT_NO_PERMISSION;
    } else if (allow) {
        code = browser_code(server, visit->app, phone, visit->redirect_uri, true, false, NULL);
        visit->status = VISIT_ALLOWED;
        visit->redirect = browser_callback(server, visit->redirect_uri, code, visit->state);
        free(code);
    } else {
        visit->status = VISIT_DENIED;
        if (server->options.qr_deny_calls_back)
            visit->redirect = browser_callback(server, visit->redirect_uri, NULL, visit->state);
    }
    qr_wake(server, visit);
}

/* The desktop client beside the browser: one click instead of a scan. */
void browser_quick(struct browse *browse) {
    struct visit *visit = phones_visit_find(browse->server, browser_field(browse, "key"));

    if (visit == NULL || !visit->qr || visit->status != VISIT_WAITING) {
        browser_error(browse, "页面已过期");
        return;
    }
    if (browse->phone == NULL) {
        browser_error(browse, "simulator: no cookie sim_phone; POST /phone on the control port");
        return;
    }
    browser_scan(browse->server, visit, browse->phone, true);
    if (visit->redirect != NULL)
        browser_redirect(browse, text_copy(visit->redirect));
    else
        browser_error(browse, "你不在应用的可见范围内，无权限访问");
}
