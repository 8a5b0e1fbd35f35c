/* One record of the account table: from its bytes to what it says, or refused. */
#include "common/table_record.h"

#include <string.h>

#include "common/names.h"
#include "common/text.h"
#include "common/words.h"

/* Fields of each kind, in their order; the last one is the sum. */
enum { U_KIND, U_NAME, U_ID, U_GECOS, U_HOME, U_SHELL, U_GIDS, U_STATUS, U_FIELDS = U_STATUS + 6 };
enum { G_KIND, G_NAME, G_ID, G_MEMBERS, G_SUM, G_FIELDS };
enum { S_KIND, S_STATUS, S_FIELDS = S_STATUS + 6 };
enum { M_KIND, M_GENERATION, M_SERVICES, M_SUM, M_FIELDS };
enum { STATUS_STATE, STATUS_CONFIRMED, STATUS_DATED, STATUS_SERVICES, STATUS_LINK };

uint32_t table_record_sum(const char *bytes, size_t len) {
    const unsigned char *b = (const unsigned char *)bytes;
    uint32_t sum = 2166136261u;

    for (; len >= 4; b += 4, len -= 4) {
        uint32_t word =
            (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;

        sum = (sum ^ word) * 16777619u;
    }
    for (; len > 0; b++, len--)
        sum = (sum ^ *b) * 16777619u;
    return sum;
}

static bool sum_is(const char *digits, uint32_t sum) {
    if (strlen(digits) != 8)
        return false;
    for (int i = 0; i < 8; i++) {
        if (digits[i] != "0123456789abcdef"[sum >> (28 - 4 * i) & 0xFu])
            return false;
    }
    return true;
}

/* Exactly `count` fields, the first one `kind`, the last one a good sum. */
static bool split(const char *record, size_t len, size_t count, const char **fields) {
    size_t at = 0, found = 0;

    if (len == 0 || record[len - 1] != '\0')
        return false;
    while (at < len) {
        if (found == count)
            return false;
        fields[found++] = record + at;
        at += strlen(record + at) + 1;
    }
    return found == count && sum_is(fields[count - 1],
                                    table_record_sum(record, (size_t)(fields[count - 1] - record)));
}

static bool is_kind(const char *record, size_t len, const char *kind) {
    return len > strlen(kind) && memcmp(record, kind, strlen(kind) + 1) == 0;
}

/* A decimal number without sign and leading zeros, up to `end`. */
static bool number(const char *digits, const char *end, uint64_t most, uint64_t *value) {
    uint64_t sum = 0;

    if (digits == end || (*digits == '0' && digits + 1 != end))
        return false;
    for (; digits < end; digits++) {
        uint64_t digit = (uint64_t)(*digits - '0');

        if (*digits < '0' || *digits > '9' || sum > (most - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

static bool whole_number(const char *digits, uint64_t most, uint64_t *value) {
    return number(digits, digits + strlen(digits), most, value);
}

bool table_id_is_ours(uint32_t id) {
    return id >= WECOM_ID_MIN && id <= WECOM_ID_MAX;
}

static bool get_id(const char *digits, const char *end, uint32_t *id) {
    uint64_t value;

    if (!number(digits, end, WECOM_ID_MAX, &value) || !table_id_is_ours((uint32_t)value))
        return false;
    *id = (uint32_t)value;
    return true;
}

/* Fit for a line of passwd(5) and for a terminal, at most `most` bytes. */
static bool is_text(const char *text, size_t most) {
    char copy[WECOM_GECOS_MAX_BYTES + 1];
    size_t len = strlen(text);
    bool plain = true;

    _Static_assert(WECOM_HOME_MAX_BYTES < sizeof copy && WECOM_SHELL_MAX_BYTES < sizeof copy,
                   "the longest text fits into the copy");
    if (len > most || len >= sizeof copy)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == ':' || (unsigned char)text[i] < ' ' || text[i] == 0x7F)
            return false;
        plain = plain && (unsigned char)text[i] < 0x80;
    }
    if (plain)
        return true;
    memcpy(copy, text, len + 1);
    text_clean(copy, TEXT_ONE_LINE);
    return strcmp(copy, text) == 0;
}

static bool is_path(const char *path, size_t most) {
    return path[0] == '/' && is_text(path, most);
}

static bool is_link(const char *link) {
    const char *slash = strchr(link, '/');
    char corp_id[WECOM_CORP_ID_MAX_BYTES + 1];

    if (slash == NULL || (size_t)(slash - link) >= sizeof corp_id)
        return false;
    memcpy(corp_id, link, (size_t)(slash - link));
    corp_id[slash - link] = '\0';
    return name_is_corp_id(corp_id) && name_is_userid(slash + 1);
}

/* Calls `take` with each part between the commas of a list; an empty list has no parts. False when
 * there are more than `most` or a part is refused.
 */
static bool each_part(const char *list, size_t most,
                      bool (*take)(const char *, const char *, void *), void *arg, size_t *count) {
    size_t found = 0;

    if (list[0] != '\0') {
        for (const char *at = list;; at++) {
            const char *end = at + strcspn(at, ",");

            if (found == most || !take(at, end, arg))
                return false;
            found++;
            at = end;
            if (*end == '\0')
                break;
        }
    }
    *count = found;
    return true;
}

struct gid_list {
    uint32_t *gids;
    size_t count;
    uint32_t own; /* the primary group, which is no further one */
};

static bool take_gid(const char *at, const char *end, void *arg) {
    struct gid_list *list = arg;
    uint32_t gid;

    if (!get_id(at, end, &gid) || gid == list->own)
        return false;
    if (list->count > 0 && gid <= list->gids[list->count - 1])
        return false;
    list->gids[list->count++] = gid;
    return true;
}

/* Is what lies between the two pointers a name to `is_good`? */
static bool part_is(const char *at, const char *end, bool (*is_good)(const char *)) {
    char name[WECOM_SERVICE_MAX_BYTES + 1];
    size_t len = (size_t)(end - at);

    if (len >= sizeof name)
        return false;
    memcpy(name, at, len);
    name[len] = '\0';
    return is_good(name);
}

static bool take_member(const char *at, const char *end, void *arg) {
    (void)arg;
    return part_is(at, end, name_is_login);
}

static bool take_service(const char *at, const char *end, void *arg) {
    (void)arg;
    return part_is(at, end, name_is_word);
}

static bool get_status(const char *const *fields, struct table_status *status) {
    size_t services = strlen(fields[STATUS_SERVICES]);
    bool by_file = strcmp(fields[STATUS_DATED], "file") == 0;
    uint64_t confirmed;

    status->active = strcmp(fields[STATUS_STATE], "active") == 0;
    status->reason = status->active ? WECOM_REASON_NONE : words_to_reason(fields[STATUS_STATE]);
    if (!status->active && status->reason == WECOM_REASON_NONE)
        return false;
    if (!whole_number(fields[STATUS_CONFIRMED], WECOM_TABLE_TIME_MAX_S, &confirmed))
        return false;
    if (!by_file && strcmp(fields[STATUS_DATED], "record") != 0)
        return false;
    if (services > WECOM_TABLE_SERVICES_MAX || strspn(fields[STATUS_SERVICES], "01") != services)
        return false;
    if (fields[STATUS_LINK][0] != '\0' && !is_link(fields[STATUS_LINK]))
        return false;
    status->confirmed_s = (int64_t)confirmed;
    status->dated_by_file = by_file;
    status->services = fields[STATUS_SERVICES];
    status->link = fields[STATUS_LINK];
    return true;
}

/* Name and number stand at the same place in users and groups. */
static bool get_name(const char *const *fields, const char **name, uint32_t *id) {
    *name = fields[U_NAME];
    return name_is_login(*name) && get_id(fields[U_ID], fields[U_ID] + strlen(fields[U_ID]), id);
}

enum wecom_error table_record_user(const char *record, size_t len, struct table_user *user) {
    struct gid_list list = {.gids = user->gids};
    const char *fields[U_FIELDS];

    if (is_kind(record, len, "g1"))
        return WECOM_E_ABSENT;
    if (len > WECOM_TABLE_USER_MAX_BYTES || !is_kind(record, len, "u1") ||
        !split(record, len, U_FIELDS, fields) || !get_name(fields, &user->name, &user->id) ||
        !get_status(fields + U_STATUS, &user->status))
        return WECOM_E_FORMAT;
    user->gecos = fields[U_GECOS];
    user->home = fields[U_HOME];
    user->shell = fields[U_SHELL];
    if (!is_text(user->gecos, WECOM_GECOS_MAX_BYTES) ||
        !is_path(user->home, WECOM_HOME_MAX_BYTES) || !is_path(user->shell, WECOM_SHELL_MAX_BYTES))
        return WECOM_E_FORMAT;
    list.own = user->id;
    if (!each_part(fields[U_GIDS], WECOM_USER_GROUPS_MAX, take_gid, &list, &user->gids_count))
        return WECOM_E_FORMAT;
    /* who has left is in no group, whatever else went wrong */
    return user->status.active || user->gids_count == 0 ? WECOM_OK : WECOM_E_FORMAT;
}

enum wecom_error table_record_group(const char *record, size_t len, struct table_group *group) {
    const char *fields[G_FIELDS];

    if (is_kind(record, len, "u1")) {
        struct table_user user;
        enum wecom_error err = table_record_user(record, len, &user);

        group->name = user.name;
        group->id = user.id;
        group->members = "";
        group->members_count = 0;
        return err;
    }
    if (len > WECOM_TABLE_GROUP_MAX_BYTES || !is_kind(record, len, "g1") ||
        !split(record, len, G_FIELDS, fields) || !get_name(fields, &group->name, &group->id))
        return WECOM_E_FORMAT;
    group->members = fields[G_MEMBERS];
    return each_part(group->members, WECOM_GROUP_MEMBERS_MAX, take_member, NULL,
                     &group->members_count)
               ? WECOM_OK
               : WECOM_E_FORMAT;
}

enum wecom_error table_record_status(const char *record, size_t len, struct table_status *status) {
    const char *fields[S_FIELDS];

    if (len > WECOM_TABLE_USER_MAX_BYTES || !is_kind(record, len, "s1") ||
        !split(record, len, S_FIELDS, fields) || !get_status(fields + S_STATUS, status) ||
        status->link[0] == '\0')
        return WECOM_E_FORMAT;
    return WECOM_OK;
}

enum wecom_error table_record_meta(const char *record, size_t len, struct table_meta *meta) {
    const char *fields[M_FIELDS];

    if (len > WECOM_TABLE_META_MAX_BYTES || !is_kind(record, len, "m1") ||
        !split(record, len, M_FIELDS, fields) ||
        !whole_number(fields[M_GENERATION], UINT64_MAX, &meta->generation))
        return WECOM_E_FORMAT;
    meta->services = fields[M_SERVICES];
    return each_part(meta->services, WECOM_TABLE_SERVICES_MAX, take_service, NULL,
                     &meta->services_count)
               ? WECOM_OK
               : WECOM_E_FORMAT;
}

struct service_search {
    const char *name;
    size_t at, found, times;
};

static bool take_search(const char *at, const char *end, void *arg) {
    struct service_search *search = arg;
    size_t len = (size_t)(end - at);

    if (strlen(search->name) == len && memcmp(search->name, at, len) == 0) {
        search->found = search->at;
        search->times++;
    }
    search->at++;
    return true;
}

enum table_admission table_admits(const struct table_meta *meta, const struct table_status *status,
                                  const char *service) {
    struct service_search search = {.name = service};
    size_t count;

    if (!status->active || strlen(status->services) != meta->services_count ||
        !each_part(meta->services, WECOM_TABLE_SERVICES_MAX, take_search, &search, &count))
        return TABLE_ADMITS_NOT;
    if (search.times == 0)
        return TABLE_ADMITS_UNNAMED;
    return search.times == 1 && status->services[search.found] == '1' ? TABLE_ADMITS
                                                                      : TABLE_ADMITS_NOT;
}
