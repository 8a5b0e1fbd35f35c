/* The simulated company: departments, tags, members, applications, and who may see whom. */
#ifndef SIM_CORP_H
#define SIM_CORP_H

#include "fields.h"

#include <stdbool.h>
#include <stdint.h>

struct table;

struct department {
    int64_t id;
    int64_t parentid; /* 0: the root */
    int64_t order;
    char *name;
    char *name_en;
    struct table *leaders;
    struct department *parent; /* set by corp_link */
};

struct tag {
    int64_t id;
    char *name;
    struct table *users; /* userids, lower-cased */
    struct ids departments;
};

/* status as in user/get: 1 active, 2 disabled, 4 not activated, 5 left. */
struct member {
    char *userid; /* canonical form */
    char *name;
    struct ids department, order, is_leader_in_dept; /* parallel; the last two may be shorter */
    int64_t main_department;                         /* 0: the first one */
    int64_t status;
    int64_t enable; /* -1: not shown */
    char *mobile, *email, *biz_mail, *alias, *position, *gender, *avatar, *thumb_avatar, *qr_code;
    char *telephone, *address, *english_name, *external_position;
    json_t *direct_leader, *extattr, *external_profile;
};

struct app {
    int64_t agent_id;
    char *secret, *name, *kind; /* kind: "app" or "contacts" */
    bool closed;
    bool created_before_2022; /* still gets mobile, e-mail... from user/get */
    struct ids visible_departments, visible_tags;
    struct table *visible_users;
    char *oauth_domain, *login_domain, *message_url, *home_url;
    struct table *trusted_ips;      /* NULL: any address */
    struct table *sensitive_fields; /* NULL: none ticked */
    struct token *token;            /* the one that gettoken repeats; owned by tokens.c */
};

struct corp {
    char *corp_id, *company;
    struct table *departments; /* by id */
    struct table *tags;        /* by id */
    struct table *members;     /* by lower-cased userid */
    struct table *apps;        /* by agent id */
};

void corp_init(struct corp *corp);
void corp_free(struct corp *corp);

/* Add (id not there yet) or change one thing from JSON with the keys of the data file. `where`
 * names it in messages. On false `why` says what is wrong and nothing was changed. */
bool corp_put_department(struct corp *corp, json_t *json, const char *where, char *why);
bool corp_put_tag(struct corp *corp, json_t *json, const char *where, char *why);
bool corp_put_member(struct corp *corp, json_t *json, const char *where, char *why);
bool corp_put_app(struct corp *corp, json_t *json, const char *where, char *why);

/* Joins departments with their parents; false when a parent is missing or they form a ring. */
bool corp_link(struct corp *corp, char *why);

/* Takes ownership of a finished member (made by the generator). */
void corp_add_member(struct corp *corp, struct member *member);
void corp_remove_member(struct corp *corp, const char *userid);

struct member *corp_member(const struct corp *corp, const char *userid); /* any case */
struct department *corp_department(const struct corp *corp, int64_t id);
struct tag *corp_tag(const struct corp *corp, int64_t id);
struct app *corp_app(const struct corp *corp, int64_t agent_id);
struct app *corp_app_by_secret(const struct corp *corp, const char *secret);

bool app_is_contacts(const struct app *app);
bool app_has_field(const struct app *app, const char *field); /* ticked by the administrator */

/* The department lies in the application's range: named, or below one that is. */
bool corp_sees_department(const struct corp *corp, const struct app *app, int64_t id);
/* The member is in range by a department, a tag or by name. */
bool corp_sees_member(const struct corp *corp, const struct app *app, const struct member *member);
bool corp_sees_tag(const struct app *app, int64_t id);

/* `id` is `top` or lies below it. */
bool corp_below(const struct corp *corp, int64_t id, int64_t top);

/* The member is in the tag, by name or through one of the tag's departments. */
bool corp_tagged(const struct corp *corp, const struct tag *tag, const struct member *member);

#endif
