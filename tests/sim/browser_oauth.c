/* Pages: authorization inside the client, and the consent form. */
#include "browser.h"
#include "phones.h"
#include "table.h"
#include "text.h"

#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define STATE_MAX 128 /* bytes, WeCom document 96441 */

/* Fields that an administrator can tick and a member can grant, with what the form calls them. */
static const char *const oauth_fields[][2] = {
    {"gender", "性别"}, {"avatar", "头像"},       {"qr_code", "二维码"}, {"mobile", "手机"},
    {"email", "邮箱"},  {"biz_mail", "企业邮箱"}, {"address", "地址"}};

#define N_FIELDS (sizeof(oauth_fields) / sizeof(oauth_fields[0]))

/* What an authorize link asks for. */
struct oauth_link {
    struct app *app;
    const char *redirect_uri, *state;
    bool privateinfo;
};

static struct app *oauth_by_domain(const struct corp *corp, const char *host) {
    struct app *app = NULL;

    for (size_t at = 0; (app = table_next(corp->apps, &at, NULL)) != NULL;)
        if (browser_same_host(host, app->oauth_domain))
            return app;
    return NULL;
}

static struct app *oauth_by_agent(const struct corp *corp, const char *agentid) {
    char *end = NULL;
    long long id = strtoll(agentid, &end, 10);

    return *agentid == '\0' || *end != '\0' ? NULL : corp_app(corp, id);
}

/* The application of the link: by agentid, without one the first that has the domain (so that of
 * two applications on one domain only one works). NULL with *why. */
static struct app *oauth_app(const struct browse *browse, const char **why) {
    const struct corp *corp = &browse->server->corp;
    const char *agentid = browser_param(browse, "agentid");
    char *host = browser_host(browser_param(browse, "redirect_uri"));
    struct app *app =
        *agentid == '\0' ? oauth_by_domain(corp, host) : oauth_by_agent(corp, agentid);

    *why = *agentid != '\0' && app == NULL ? "agentid 不合法" : "redirect_uri 需使用应用可信域名";
    if (app != NULL && !browser_same_host(host, app->oauth_domain))
        app = NULL;
    free(host);
    return app;
}

/* NULL, or what the error page says. */
static const char *oauth_check(const struct browse *browse, struct oauth_link *link) {
    const char *scope = browser_param(browse, "scope");
    const char *why = NULL;

    link->redirect_uri = browser_param(browse, "redirect_uri");
    link->state = browser_param(browse, "state");
    link->privateinfo = strcmp(scope, "snsapi_privateinfo") == 0;
    if (strcmp(browser_param(browse, "appid"), browse->server->corp.corp_id) != 0)
        return "appid 不合法";
    if (*link->redirect_uri == '\0')
        return "缺少 redirect_uri";
    if (strcmp(browser_param(browse, "response_type"), "code") != 0)
        return "response_type 不合法";
    if (!link->privateinfo && strcmp(scope, "snsapi_base") != 0)
        return "scope 不合法";
    if (*link->state != '\0' && (!text_alnum(link->state) || strlen(link->state) > STATE_MAX))
        return "state 不合法";
    if (link->privateinfo && *browser_param(browse, "agentid") == '\0') {
        if (!browse->server->options.base_without_agent)
            return "缺少 agentid";
        link->privateinfo = false;
    }
    link->app = oauth_app(browse, &why);
    return link->app == NULL ? why : NULL;
}

static void oauth_form(struct browse *browse, const struct oauth_link *link) {
    struct visit *visit =
        phones_visit(browse->server, link->app, browse->phone, link->redirect_uri, link->state);
    char *name = text_html(link->app->name);
    char *boxes = text_copy("");

    for (size_t i = 0; i < N_FIELDS; i++) {
        char *more = NULL;
        if (!app_has_field(link->app, oauth_fields[i][0]))
            continue;
        more = text_format("%s<p><label><input type=\"checkbox\" name=\"field\" value=\"%s\" "
                           "checked> %s</label></p>\n",
                           boxes, oauth_fields[i][0], oauth_fields[i][1]);
        free(boxes);
        boxes = more;
    }
    browser_page(browse, "企业微信",
                 text_format("<h1>%s 申请获取你的信息</h1>\n"
                             "<form method=\"post\" action=\"/connect/oauth2/consent\">\n"
                             "<input type=\"hidden\" name=\"key\" value=\"%s\">\n%s"
                             "<button name=\"action\" value=\"allow\">同意</button>\n"
                             "<button name=\"action\" value=\"deny\">拒绝</button>\n</form>",
                             name, visit->key, boxes));
    free(boxes);
    free(name);
}

static void oauth_grant(struct browse *browse, struct app *app, const char *redirect_uri,
                        const char *state, bool privateinfo, const struct table *consent) {
    char *code =
        browser_code(browse->server, app, browse->phone, redirect_uri, false, privateinfo, consent);

    browser_redirect(browse, browser_callback(browse->server, redirect_uri, code, state));
    free(code);
}

/* Consent: inside the visible range only, asked unless it is remembered. */
static void oauth_private(struct browse *browse, const struct oauth_link *link) {
    const struct member *member = browser_member(browse->server, browse->phone);
    const struct table *consent = NULL;

    if (member == NULL || !corp_sees_member(&browse->server->corp, link->app, member)) {
        browser_error(browse, "你不在应用的可见范围内，无权限访问");
        return;
    }
    consent = phones_consent(browse->server, link->app, browse->phone);
    if (consent == NULL)
        oauth_form(browse, link);
    else
        oauth_grant(browse, link->app, link->redirect_uri, link->state, true, consent);
}

void browser_authorize(struct browse *browse) {
    struct oauth_link link = {NULL, NULL, NULL, false};
    bool wecom = strstr(browse->user_agent, "wxwork/") != NULL;
    bool wechat = !wecom && strstr(browse->user_agent, "MicroMessenger") != NULL;
    const char *why = NULL;

    if (!wecom && !wechat) {
        browser_error(browse, "请在企业微信客户端打开链接 (please open in WeCom client)");
        return;
    }
    why = oauth_check(browse, &link);
    if (why != NULL)
        browser_error(browse, why);
    else if (wechat && browse->server->options.wechat_calls_back)
        browser_redirect(browse,
                         browser_callback(browse->server, link.redirect_uri, NULL, link.state));
    else if (wechat)
        browser_error(browse, "请在企业微信客户端打开链接 (please open in WeCom client)");
    else if (browse->phone == NULL)
        browser_error(browse, "simulator: no cookie sim_phone; POST /phone on the control port");
    else if (browse->phone->here && browser_member(browse->server, browse->phone) == NULL)
        browser_error(browse, "你不是该企业的成员");
    else if (link.privateinfo)
        oauth_private(browse, &link);
    else
        oauth_grant(browse, link.app, link.redirect_uri, link.state, false, NULL);
}

/* The boxes that were ticked, as far as the administrator allows them. */
static struct table *oauth_ticked(const struct browse *browse, const struct app *app) {
    struct table *fields = table_new(free);
    const struct evkeyval *pair = NULL;

    TAILQ_FOREACH(pair, &browse->form, next) {
        if (strcmp(pair->key, "field") == 0 && app_has_field(app, pair->value))
            table_put(fields, pair->value, text_copy(pair->value));
    }
    return fields;
}

void browser_consent(struct browse *browse) {
    struct visit *visit = phones_visit_find(browse->server, browser_field(browse, "key"));
    struct table *fields = NULL;

    if (visit == NULL || visit->qr || visit->phone != browse->phone ||
        visit->status != VISIT_WAITING) {
        browser_error(browse, "页面已过期");
        return;
    }
    if (strcmp(browser_field(browse, "action"), "allow") != 0) {
        visit->status = VISIT_DENIED;
        browser_redirect(browse,
                         browser_callback(browse->server, visit->redirect_uri, NULL, visit->state));
        return;
    }
    visit->status = VISIT_ALLOWED;
    fields = oauth_ticked(browse, visit->app);
    phones_remember(browse->server, visit->app, visit->phone, fields);
    oauth_grant(browse, visit->app, visit->redirect_uri, visit->state, true, fields);
}
