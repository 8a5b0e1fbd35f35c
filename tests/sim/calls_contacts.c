/* Calls: departments, tags, the application itself, the server's addresses. */
#include "call.h"
#include "table.h"

#include <stddef.h>

static json_t *contacts_department_json(const struct department *one) {
    json_t *json =
        json_pack("{s:I, s:s, s:I, s:I}", "id", (json_int_t)one->id, "name", one->name, "parentid",
                  (json_int_t)one->parentid, "order", (json_int_t)one->order);
    json_t *leaders = json_array();
    const char *userid = NULL;

    for (size_t at = 0; (userid = table_next(one->leaders, &at, NULL)) != NULL;)
        json_array_append_new(leaders, json_string(userid));
    json_object_set_new(json, "name_en", json_string(one->name_en != NULL ? one->name_en : ""));
    json_object_set_new(json, "department_leader", leaders);
    return json;
}

static json_t *contacts_department_id(const struct department *one) {
    return json_pack("{s:I, s:I, s:I}", "id", (json_int_t)one->id, "parentid",
                     (json_int_t)one->parentid, "order", (json_int_t)one->order);
}

/* The optional id: 0 without one means every department in range. */
static int contacts_top(struct call *call, int64_t *id) {
    bool present = false;

    *id = 0;
    if (!call_number(call, "id", id, &present))
        return present ? 60123 : 0;
    if (corp_department(&call->server->corp, *id) == NULL)
        return 60003;
    return corp_sees_department(&call->server->corp, call->app, *id) ? 0 : 60011;
}

static int contacts_departments(struct call *call, const char *name,
                                json_t *(*show)(const struct department *)) {
    const struct corp *corp = &call->server->corp;
    const struct department *one = NULL;
    json_t *list = NULL;
    int64_t top = 0;
    int errcode = contacts_top(call, &top);

    if (errcode != 0)
        return errcode;
    list = json_array();
    for (size_t at = 0; (one = table_next(corp->departments, &at, NULL)) != NULL;)
        if (corp_sees_department(corp, call->app, one->id) &&
            (top == 0 || corp_below(corp, one->id, top)))
            json_array_append_new(list, show(one));
    call_json(call, name, list);
    return 0;
}

int calls_department_list(struct call *call) {
    return contacts_departments(call, "department", contacts_department_json);
}

int calls_department_simplelist(struct call *call) {
    return contacts_departments(call, "department_id", contacts_department_id);
}

int calls_department_get(struct call *call) {
    int64_t id = 0;
    int errcode = contacts_top(call, &id);

    if (errcode == 0 && id == 0)
        errcode = 60123;
    if (errcode == 0)
        call_json(call, "department",
                  contacts_department_json(corp_department(&call->server->corp, id)));
    return errcode;
}

int calls_tag_list(struct call *call) {
    json_t *list = json_array();
    const struct tag *tag = NULL;

    for (size_t at = 0; (tag = table_next(call->server->corp.tags, &at, NULL)) != NULL;)
        json_array_append_new(
            list, json_pack("{s:I, s:s}", "tagid", (json_int_t)tag->id, "tagname", tag->name));
    call_json(call, "taglist", list);
    return 0;
}

/* Only what the application may see of the tag: members by name, departments as numbers. */
int calls_tag_get(struct call *call) {
    const struct corp *corp = &call->server->corp;
    const struct tag *tag = NULL;
    const char *userid = NULL;
    json_t *users = NULL;
    json_t *parties = NULL;
    bool present = false;
    int64_t id = 0;

    if (!call_number(call, "tagid", &id, &present))
        return present ? 40068 : 41017;
    tag = corp_tag(corp, id);
    if (tag == NULL)
        return 40068;
    users = json_array();
    parties = json_array();
    for (size_t at = 0; (userid = table_next(tag->users, &at, NULL)) != NULL;) {
        const struct member *member = corp_member(corp, userid);
        if (member != NULL && corp_sees_member(corp, call->app, member))
            json_array_append_new(
                users, json_pack("{s:s, s:s}", "userid", member->userid, "name", member->name));
    }
    for (size_t i = 0; i < tag->departments.n; i++)
        if (corp_sees_department(corp, call->app, tag->departments.v[i]))
            json_array_append_new(parties, json_integer(tag->departments.v[i]));
    call_string(call, "tagname", tag->name);
    call_json(call, "userlist", users);
    call_json(call, "partylist", parties);
    return 0;
}

static json_t *contacts_ids(const struct ids *ids) {
    json_t *list = json_array();

    for (size_t i = 0; i < ids->n; i++)
        json_array_append_new(list, json_integer(ids->v[i]));
    return list;
}

int calls_agent_get(struct call *call) {
    const struct app *app = call->app;
    json_t *users = json_array();
    const char *userid = NULL;
    bool present = false;
    int64_t id = 0;
    json_t *wanted = NULL;
    int errcode = 0;

    if (call_number(call, "agentid", &id, &present))
        wanted = json_integer(id);
    else if (present)
        wanted = json_null(); /* not a number: 40056 */
    errcode = call_agent(call, wanted);
    json_decref(wanted);
    if (errcode != 0) {
        json_decref(users);
        return errcode;
    }
    for (size_t at = 0; (userid = table_next(app->visible_users, &at, NULL)) != NULL;)
        json_array_append_new(users, json_pack("{s:s}", "userid", userid));
    call_int(call, "agentid", app->agent_id);
    call_string(call, "name", app->name);
    call_string(call, "square_logo_url", "https://wework.qpic.cn/bizmail/sample/0");
    call_string(call, "description", "");
    call_json(call, "allow_userinfos", json_pack("{s:o}", "user", users));
    call_json(call, "allow_partys",
              json_pack("{s:o}", "partyid", contacts_ids(&app->visible_departments)));
    call_json(call, "allow_tags", json_pack("{s:o}", "tagid", contacts_ids(&app->visible_tags)));
    call_int(call, "close", app->closed);
    call_string(call, "redirect_domain", app->oauth_domain != NULL ? app->oauth_domain : "");
    call_int(call, "report_location_flag", 0);
    call_int(call, "isreportenter", 0);
    call_string(call, "home_url", app->home_url);
    return 0;
}

/* Documentation addresses (RFC 5737): nobody shall open a firewall by a simulator. */
int calls_api_domain_ip(struct call *call) {
    call_json(call, "ip_list", json_pack("[s, s]", "192.0.2.176", "192.0.2.66"));
    return 0;
}

int calls_callback_ip(struct call *call) {
    call_json(call, "ip_list", json_pack("[s, s]", "198.51.100.4", "203.0.113.3"));
    return 0;
}
