/* Control: people, departments, tags, applications, options, the clock, the certificate. */
#include "control.h"
#include "options.h"
#include "rates.h"
#include "tls.h"

#include <event2/http.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool control_member(struct order *order) {
    return corp_put_member(&order->server->corp, order->body, "member", order->why);
}

bool control_member_gone(struct order *order) {
    const char *userid = evhttp_find_header(order->query, "userid");

    if (userid == NULL || corp_member(&order->server->corp, userid) == NULL)
        return order_refuse(order, "DELETE /member?userid=...: no such member");
    corp_remove_member(&order->server->corp, userid);
    return true;
}

/* The parent must be there and not lie below the department itself; looked at before anything is
 * changed. */
static bool control_parent(struct order *order) {
    const struct corp *corp = &order->server->corp;
    json_int_t id = json_integer_value(json_object_get(order->body, "id"));
    json_int_t parentid = json_integer_value(json_object_get(order->body, "parentid"));

    if (parentid != 0 && corp_department(corp, parentid) == NULL)
        return order_refuse(order, "department.parentid: no such department");
    if (parentid != 0 && corp_below(corp, parentid, id))
        return order_refuse(order, "department.parentid: would make a ring");
    return true;
}

bool control_department(struct order *order) {
    struct corp *corp = &order->server->corp;

    return control_parent(order) &&
           corp_put_department(corp, order->body, "department", order->why) &&
           corp_link(corp, order->why);
}

bool control_tag(struct order *order) {
    return corp_put_tag(&order->server->corp, order->body, "tag", order->why);
}

bool control_app(struct order *order) {
    return corp_put_app(&order->server->corp, order->body, "app", order->why);
}

bool control_option(struct order *order) {
    if (!options_set(&order->server->options, order->body, "option", order->why))
        return false;
    rates_reset(order->server->rates);
    return true;
}

bool control_show_options(struct order *order) {
    json_t *all = options_show(&order->server->options);

    json_object_update(order->answer, all);
    json_decref(all);
    return true;
}

struct clock_order {
    int64_t advance_s;
};

// clang-format off
static const struct field clock_fields[] = {
    {"advance_s", FIELD_INT, offsetof(struct clock_order, advance_s), true, 0, 10LL * 365 * 86400},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};
// clang-format on

bool control_clock(struct order *order) {
    struct clock_order input = {0};

    if (!fields_read(order->body, clock_fields, "clock", true, &input, order->why))
        return false;
    clock_advance(&order->server->clock, input.advance_s);
    json_object_set_new(order->answer, "now", json_integer(clock_s(&order->server->clock)));
    return true;
}

struct certificate_order {
    char *kind;
};

// clang-format off
static const struct field certificate_fields[] = {
    {"kind", FIELD_STRING, offsetof(struct certificate_order, kind), true, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};
// clang-format on

bool control_certificate(struct order *order) {
    static const char *const kinds[TLS_CERTIFICATES] = {
        [TLS_GOOD] = "good",
        [TLS_WRONG_HOST] = "wrong_host",
        [TLS_EXPIRED] = "expired",
        [TLS_SELF_SIGNED] = "self_signed",
    };
    struct certificate_order input = {NULL};
    bool ok = fields_read(order->body, certificate_fields, "certificate", true, &input, order->why);
    size_t kind = 0;

    while (ok && kind < TLS_CERTIFICATES && strcmp(kinds[kind], input.kind) != 0)
        kind++;
    if (ok && kind == TLS_CERTIFICATES)
        ok = order_refuse(order, "certificate.kind: good, wrong_host, expired or self_signed");
    else if (ok && !tls_use(order->server->tls, (enum tls_certificate)kind))
        ok = order_refuse(order,
                          "certificate.kind: %s needs the simulator's own authority; start "
                          "it without --cert and --key",
                          input.kind);
    fields_free(certificate_fields, &input);
    return ok;
}
