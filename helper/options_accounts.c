/* Values of [accounts], and the rules of a service. */
#include "helper/options_accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/localfiles.h"
#include "common/names.h"
#include "wecom/paths.h"

enum { UIDS_LEAST = 1000, REFRESH_LEAST_S = 10, RATE_MOST = 10000, REMEMBER_MOST_S = 12 * 3600 };

static void *place(const struct option *self, void *target) {
    return (char *)target + self->at;
}

/* Digits only, at most 18, so that it fits; `*end` is what follows. */
static bool read_number(const char *text, int64_t *number, const char **end) {
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 18)
        return false;
    *number = 0;
    for (size_t i = 0; i < digits; i++)
        *number = *number * 10 + (text[i] - '0');
    *end = text + digits;
    return true;
}

const char *options_set_username(const struct option *self, void *target, const char *value) {
    static const char *const words[] = {[CONFIG_USERNAME_USERID] = "userid",
                                        [CONFIG_USERNAME_ALIAS] = "alias",
                                        [CONFIG_USERNAME_EMAIL] = "email_local"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(value, words[i]) == 0) {
            *(enum config_username *)place(self, target) = (enum config_username)i;
            return NULL;
        }
    }
    return "must be one of userid, alias, email_local";
}

const char *options_set_prefix(const struct option *self, void *target, const char *value) {
    if (!name_is_login(value) || strlen(value) > 8)
        return "must be the beginning of a login name: at most 8 of a-z 0-9 _ . -, a letter or _ "
               "first";
    memcpy(place(self, target), value, strlen(value) + 1);
    return NULL;
}

const char *options_set_uid_range(const struct option *self, void *target, const char *value) {
    uint32_t *range = place(self, target);
    int64_t first, last;
    const char *end;

    if (!read_number(value, &first, &end) || *end != '-' || !read_number(end + 1, &last, &end) ||
        *end != '\0')
        return "must be FIRST-LAST, such as 1900000000-1999999999";
    if (first < WECOM_ID_MIN || last > WECOM_ID_MAX)
        return "must lie between 65536 and 2147483647";
    if (last - first + 1 < UIDS_LEAST)
        return "must have room for at least 1000 numbers";
    range[0] = (uint32_t)first;
    range[1] = (uint32_t)last;
    return NULL;
}

/* What may stand in a field of passwd(5) that names a file. */
static bool is_passwd_path(const char *value) {
    if (value[0] != '/' || strlen(value) > WECOM_HOME_MAX_BYTES)
        return false;
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == ':' || (unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
            return false;
    }
    return true;
}

const char *options_set_home(const struct option *self, void *target, const char *value) {
    const char *mark = strchr(value, '%');

    if (!is_passwd_path(value) || strlen(value) + WECOM_LOGIN_NAME_MAX_BYTES > WECOM_HOME_MAX_BYTES)
        return "must be an absolute path without blanks and colons, of at most 224 bytes";
    if (mark == NULL || mark[1] != 'u' || strchr(mark + 1, '%') != NULL)
        return "must have %u once, for the login name: /home/%u";
    memcpy(place(self, target), value, strlen(value) + 1);
    return NULL;
}

const char *options_set_shell(const struct option *self, void *target, const char *value) {
    if (!is_passwd_path(value))
        return "must be an absolute path without blanks and colons, of at most 256 bytes";
    memcpy(place(self, target), value, strlen(value) + 1);
    return NULL;
}

/* A number with a unit, as seconds; INT64_MAX stands for what does not fit 31 bits. */
static bool read_duration(const char *value, int64_t *duration_s) {
    static const char units[] = "smhd";
    static const int seconds[] = {1, 60, 3600, 86400};
    const char *end, *unit;
    int64_t number;

    if (!read_number(value, &number, &end) || *end == '\0' || end[1] != '\0' ||
        (unit = strchr(units, *end)) == NULL)
        return false;
    *duration_s =
        number > INT32_MAX / seconds[unit - units] ? INT64_MAX : number * seconds[unit - units];
    return true;
}

const char *options_set_duration(const struct option *self, void *target, const char *value) {
    int64_t duration_s;

    if (!read_duration(value, &duration_s))
        return "must be a number with s, m, h or d, such as 5m";
    if (duration_s > INT32_MAX || duration_s < REFRESH_LEAST_S)
        return "must be at least 10s and at most 24855d";
    *(int64_t *)place(self, target) = duration_s;
    return NULL;
}

const char *options_set_remember(const struct option *self, void *target, const char *value) {
    int64_t duration_s;

    if (!read_duration(value, &duration_s))
        return "must be a number with s, m or h, such as 8h; 0s: never";
    if (duration_s > REMEMBER_MOST_S)
        return "must be at most 12h: longer than a working day, a key that was stolen meanwhile "
               "would be enough";
    *(int64_t *)place(self, target) = duration_s;
    return NULL;
}

const char *options_set_rate(const struct option *self, void *target, const char *value) {
    const char *end;
    int64_t number;

    if (!read_number(value, &number, &end) || *end != '\0' || number < 1 || number > RATE_MOST)
        return "must be a number of calls between 1 and 10000; WeCom allows a company 10000 a "
               "minute for each call";
    *(int64_t *)place(self, target) = number;
    return NULL;
}

const char *options_set_policy(const struct option *self, void *target, const char *value) {
    return policy_parse(place(self, target), value);
}

const char *options_name_group(void *target, const char *name) {
    struct config_accounts *accounts = target;
    struct config_group *group;
    uint32_t id;

    if (!name_is_login(name))
        return "the group's name must be of a-z 0-9 _ . -, a letter or _ first, at most 32";
    if (localfiles_find(WECOM_GROUP_FILE, name, &id) != WECOM_E_ABSENT)
        return "is a group of /etc/group (or that cannot be read): take another name, and give it "
               "its rights where they are defined, e.g. in /etc/sudoers.d";
    if (localfiles_find(WECOM_PASSWD_FILE, name, &id) != WECOM_E_ABSENT)
        return "is a name of /etc/passwd: take another";
    if (accounts->groups_count == CONFIG_GROUPS)
        return "is one group too many: there can be 64";
    group = &accounts->groups[accounts->groups_count++];
    (void)snprintf(group->name, sizeof group->name, "%s", name);
    return NULL;
}

const char *options_set_group(const struct option *self, void *target, const char *value) {
    struct config_accounts *accounts = target;

    (void)self;
    return policy_parse(&accounts->groups[accounts->groups_count - 1].members, value);
}
