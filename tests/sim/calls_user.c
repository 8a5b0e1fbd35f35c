/* Calls: reading members, one or many. */
#include "call.h"
#include "errors.h"
#include "table.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USERID_MAX 64
#define CURSOR_MARK "Q2Fz"
#define LIST_ID_MAX 10000 /* rows a page of user/list_id, WeCom document 96067 */

static int64_t user_nth(const struct ids *ids, size_t i) {
    return i < ids->n ? ids->v[i] : 0;
}

/* The departments that the application may see, with the lists that run beside them. */
static void user_departments(const struct call *call, const struct member *member, json_t *into) {
    json_t *departments = json_array();
    json_t *orders = json_array();
    json_t *leaders = json_array();
    int64_t main_department = member->main_department;

    if (main_department == 0 && member->department.n > 0)
        main_department = member->department.v[0];
    for (size_t i = 0; i < member->department.n; i++) {
        if (!corp_sees_department(&call->server->corp, call->app, member->department.v[i]))
            continue;
        json_array_append_new(departments, json_integer(member->department.v[i]));
        json_array_append_new(orders, json_integer(user_nth(&member->order, i)));
        json_array_append_new(leaders, json_integer(user_nth(&member->is_leader_in_dept, i)));
    }
    json_object_set_new(into, "department", departments);
    json_object_set_new(into, "order", orders);
    json_object_set_new(into, "is_leader_in_dept", leaders);
    if (main_department != 0 &&
        corp_sees_department(&call->server->corp, call->app, main_department))
        json_object_set_new(into, "main_department", json_integer(main_department));
}

static void user_string(json_t *into, const char *name, const char *value) {
    json_object_set_new(into, name, json_string(value != NULL ? value : ""));
}

/* What applications made since 2022-06-20 do not get; their gender is "0" for everybody. */
static void user_private(const struct call *call, const struct member *member, json_t *into) {
    bool old = call->app->created_before_2022 || app_is_contacts(call->app);

    user_string(into, "gender", old && member->gender != NULL ? member->gender : "0");
    if (!old)
        return;
    user_string(into, "mobile", member->mobile);
    user_string(into, "email", member->email);
    user_string(into, "biz_mail", member->biz_mail);
    user_string(into, "avatar", member->avatar);
    user_string(into, "thumb_avatar", member->thumb_avatar);
    user_string(into, "qr_code", member->qr_code);
    user_string(into, "address", member->address);
}

/* A whole member as user/get and user/list show it. */
static json_t *user_json(const struct call *call, const struct member *member) {
    json_t *user = json_object();

    user_string(user, "userid", member->userid);
    user_string(user, "name", member->name);
    user_departments(call, member, user);
    user_string(user, "position", member->position);
    user_string(user, "telephone", member->telephone);
    user_string(user, "alias", member->alias);
    user_private(call, member, user);
    json_object_set_new(user, "direct_leader",
                        member->direct_leader != NULL ? json_incref(member->direct_leader)
                                                      : json_array());
    json_object_set_new(user, "extattr",
                        member->extattr != NULL ? json_incref(member->extattr)
                                                : json_pack("{s:[]}", "attrs"));
    json_object_set_new(user, "status", json_integer(member->status));
    if (member->enable >= 0)
        json_object_set_new(user, "enable", json_integer(member->enable));
    if (member->english_name != NULL)
        user_string(user, "english_name", member->english_name);
    if (member->external_position != NULL)
        user_string(user, "external_position", member->external_position);
    if (member->external_profile != NULL)
        json_object_set(user, "external_profile", member->external_profile);
    return user;
}

int calls_user_get(struct call *call) {
    const struct options *options = &call->server->options;
    const char *userid = call_param(call, "userid");
    const struct member *member = NULL;
    json_t *user = NULL;

    if (userid == NULL)
        return 41009;
    if (strlen(userid) > USERID_MAX)
        return call_fail(call, 40058, "userid exceed max length 64. invalid Request Parameter");
    member = corp_member(&call->server->corp, userid);
    if (member == NULL && options->unknown_user == 60111 && options->echo_userid)
        return call_fail(call, 60111, "invalid string value `%s`. userid not found", userid);
    if (member == NULL)
        return (int)options->unknown_user;
    if (!corp_sees_member(&call->server->corp, call->app, member))
        return (int)options->outside_range;
    user = user_json(call, member);
    json_object_update(call->answer, user);
    json_decref(user);
    return 0;
}

/* The department parameter of the two lists: 0, 60123, 60003 or 60011. */
static int user_department(struct call *call, int64_t *id) {
    bool present = false;

    if (!call_number(call, "department_id", id, &present))
        return 60123;
    if (corp_department(&call->server->corp, *id) == NULL)
        return 60003;
    return corp_sees_department(&call->server->corp, call->app, *id) ? 0 : 60011;
}

static bool user_in(const struct corp *corp, const struct member *member, int64_t id,
                    bool children) {
    for (size_t i = 0; i < member->department.n; i++)
        if (member->department.v[i] == id ||
            (children && corp_below(corp, member->department.v[i], id)))
            return true;
    return false;
}

static json_t *user_short_json(const struct call *call, const struct member *member) {
    json_t *user = json_object();

    user_string(user, "userid", member->userid);
    user_string(user, "name", member->name);
    user_departments(call, member, user);
    json_object_del(user, "order");
    json_object_del(user, "is_leader_in_dept");
    json_object_del(user, "main_department");
    return user;
}

static int user_lists(struct call *call, bool children,
                      json_t *(*show)(const struct call *, const struct member *)) {
    const struct corp *corp = &call->server->corp;
    const struct member *member = NULL;
    json_t *list = NULL;
    int64_t id = 0;
    int64_t max = call->server->options.list_members;
    int errcode = user_department(call, &id);

    if (errcode != 0)
        return errcode;
    list = json_array();
    for (size_t at = 0; (member = table_next(corp->members, &at, NULL)) != NULL;)
        if (user_in(corp, member, id, children))
            json_array_append_new(list, show(call, member));
    if (max > 0 && (int64_t)json_array_size(list) > max) {
        json_decref(list);
        return 45029;
    }
    call_json(call, "userlist", list);
    return 0;
}

static bool user_fetch_child(const struct call *call) {
    const char *value = call_param(call, "fetch_child");

    return value != NULL && strcmp(value, "1") == 0;
}

int calls_user_list(struct call *call) {
    return user_lists(call, call->server->options.user_list_children && user_fetch_child(call),
                      user_json);
}

int calls_user_simplelist(struct call *call) {
    return user_lists(call, user_fetch_child(call), user_short_json);
}

/* A cursor is the number of rows already given, in a form that nobody computes with. */
static bool user_cursor(const char *cursor, size_t *skip) {
    char *end = NULL;

    *skip = 0;
    if (cursor == NULL || *cursor == '\0')
        return true;
    if (strncmp(cursor, CURSOR_MARK, strlen(CURSOR_MARK)) != 0)
        return false;
    cursor += strlen(CURSOR_MARK);
    *skip = strtoull(cursor, &end, 16);
    return end != cursor && *end == '\0';
}

int calls_user_list_id(struct call *call) {
    json_t *limit = json_object_get(call->body, "limit");
    json_int_t max = limit == NULL ? LIST_ID_MAX : json_integer_value(limit);
    const struct member *member = NULL;
    json_t *rows = NULL;
    size_t skip = 0;
    size_t row = 0;
    char cursor[40] = "";
    size_t rest = 0;

    if (max < 1 || max > LIST_ID_MAX)
        return call_fail(call, 40058, "limit must be 1 to 10000. invalid Request Parameter");
    if (!user_cursor(json_string_value(json_object_get(call->body, "cursor")), &skip))
        return call_fail(call, 40058, "cursor invalid. invalid Request Parameter");
    rows = json_array();
    for (size_t at = 0; (member = table_next(call->server->corp.members, &at, NULL)) != NULL;)
        for (size_t i = 0; i < member->department.n; i++, row++) {
            if (row >= skip && json_array_size(rows) < (size_t)max)
                json_array_append_new(rows,
                                      json_pack("{s:s, s:I}", "userid", member->userid,
                                                "department", (json_int_t)member->department.v[i]));
        }
    rest = skip + json_array_size(rows);
    if (rest < row)
        snprintf(cursor, sizeof(cursor), CURSOR_MARK "%zx", rest);
    call_string(call, "next_cursor", cursor);
    call_json(call, "dept_user", rows);
    return 0;
}
