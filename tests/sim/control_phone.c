/* Control: phones and the scans that their owners make. */
#include "browser.h"
#include "control.h"
#include "phones.h"
#include "table.h"
#include "text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct phone_order {
    char *userid, *external_userid;
    json_t *company, *consent;
};

struct scan_order {
    char *key, *phone, *action;
};

// clang-format off
static const struct field phone_fields[] = {
    {"userid", FIELD_STRING, offsetof(struct phone_order, userid), true, 0, 0},
    {"company", FIELD_JSON, offsetof(struct phone_order, company), false, 0, 0},
    {"consent", FIELD_JSON, offsetof(struct phone_order, consent), false, 0, 0},
    {"external_userid", FIELD_STRING, offsetof(struct phone_order, external_userid), false, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};

static const struct field scan_fields[] = {
    {"key", FIELD_STRING, offsetof(struct scan_order, key), true, 0, 0},
    {"phone", FIELD_STRING, offsetof(struct scan_order, phone), true, 0, 0},
    {"action", FIELD_STRING, offsetof(struct scan_order, action), true, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};
// clang-format on

/* {"mobile":true,"email":false} -> the set of what is true; NULL for null or nothing. */
static struct table *phone_consent(json_t *consent) {
    struct table *fields = NULL;
    const char *name = NULL;
    json_t *granted = NULL;

    if (!json_is_object(consent))
        return NULL;
    fields = table_new(free);
    json_object_foreach(consent, name, granted) {
        if (json_is_true(granted))
            table_put(fields, name, text_copy(name));
    }
    return fields;
}

static bool phone_check(struct order *order, const struct phone_order *input) {
    const struct corp *corp = &order->server->corp;
    bool stranger = input->company != NULL && !json_is_string(input->company);

    if (stranger && !json_is_null(input->company))
        return order_refuse(order, "phone.company: a company id, or null for another company");
    if (input->consent != NULL && !json_is_null(input->consent) && !json_is_object(input->consent))
        return order_refuse(order, "phone.consent: {\"mobile\":true,...}, or null to ask");
    if (!stranger && corp_member(corp, input->userid) == NULL &&
        (input->company == NULL || strcmp(json_string_value(input->company), corp->corp_id) == 0))
        return order_refuse(order, "phone.userid: no such member; POST /member adds one");
    return true;
}

bool control_phone(struct order *order) {
    struct server *server = order->server;
    struct phone_order input = {.userid = NULL};
    bool ok = fields_read(order->body, phone_fields, "phone", true, &input, order->why) &&
              phone_check(order, &input);
    struct phone *phone = ok ? phones_add(server->phones) : NULL;

    if (phone != NULL) {
        const char *company = json_string_value(input.company);
        phone->userid = text_copy(input.userid);
        phone->external_userid = text_copy(input.external_userid);
        phone->here = input.company == NULL ||
                      (company != NULL && strcmp(company, server->corp.corp_id) == 0);
        phone->consent = phone_consent(input.consent);
        phone->consent_ms = clock_ms(&server->clock);
        json_object_set_new(order->answer, "phone", json_string(phone->id));
    }
    fields_free(phone_fields, &input);
    return ok;
}

static bool scan_run(struct order *order, const struct scan_order *input) {
    static const char *const results[] = {
        [VISIT_WAITING] = "waiting",
        [VISIT_ALLOWED] = "allowed",
        [VISIT_DENIED] = "denied",
        [VISIT_NO_PERMISSION] = "no_permission",
    };
    struct visit *visit = phones_visit_find(order->server, input->key);
    const struct phone *phone = phones_find(order->server->phones, input->phone);
    bool allow = strcmp(input->action, "allow") == 0;

    if (visit == NULL || !visit->qr || visit->status != VISIT_WAITING)
        return order_refuse(order, "scan.key: no page waits with it (it may be over or used)");
    if (phone == NULL)
        return order_refuse(order, "scan.phone: not known; POST /phone makes one");
    if (!allow && strcmp(input->action, "deny") != 0)
        return order_refuse(order, "scan.action: allow or deny");
    browser_scan(order->server, visit, phone, allow);
    json_object_set_new(order->answer, "result", json_string(results[visit->status]));
    return true;
}

bool control_scan(struct order *order) {
    struct scan_order input = {NULL, NULL, NULL};
    bool ok = fields_read(order->body, scan_fields, "scan", true, &input, order->why) &&
              scan_run(order, &input);

    fields_free(scan_fields, &input);
    return ok;
}
