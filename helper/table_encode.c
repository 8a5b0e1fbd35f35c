/* Records of the account table: from what they say to their bytes. */
#include "helper/table_encode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/words.h"

static void add_text(struct table_encoded *r, const char *text) {
    size_t len = text != NULL ? strlen(text) : 0;

    if (text == NULL || r->full || len > sizeof r->bytes - r->len) {
        r->full = true;
        return;
    }
    memcpy(r->bytes + r->len, text, len);
    r->len += len;
}

static void end_field(struct table_encoded *r) {
    if (r->full || r->len == sizeof r->bytes)
        r->full = true;
    else
        r->bytes[r->len++] = '\0';
}

static void add_field(struct table_encoded *r, const char *text) {
    add_text(r, text);
    end_field(r);
}

static void add_number(struct table_encoded *r, uint64_t number) {
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    add_field(r, digits);
}

static void add_sum(struct table_encoded *r) {
    char digits[9];

    (void)snprintf(digits, sizeof digits, "%08x", (unsigned int)table_record_sum(r->bytes, r->len));
    add_field(r, digits);
}

static int compare_gids(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void add_gids(struct table_encoded *r, const struct table_user *user) {
    uint32_t gids[WECOM_USER_GROUPS_MAX];
    char digits[12];

    if (user->gids_count > WECOM_USER_GROUPS_MAX) {
        r->full = true;
        return;
    }
    memcpy(gids, user->gids, user->gids_count * sizeof gids[0]);
    qsort(gids, user->gids_count, sizeof gids[0], compare_gids);
    for (size_t i = 0; i < user->gids_count; i++) {
        (void)snprintf(digits, sizeof digits, "%s%u", i > 0 ? "," : "", gids[i]);
        add_text(r, digits);
    }
    end_field(r);
}

static void add_status(struct table_encoded *r, const struct table_status *status) {
    /* active for a reason is neither one nor the other */
    add_field(r, !status->active                       ? words_reason(status->reason)
                 : status->reason == WECOM_REASON_NONE ? "active"
                                                       : "");
    /* a negative time becomes one that is out of bounds */
    add_number(r, (uint64_t)status->confirmed_s);
    add_field(r, status->dated_by_file ? "file" : "record");
    add_field(r, status->services);
    add_field(r, status->link);
}

void table_encode_user(const struct table_user *user, struct table_encoded *r) {
    r->len = 0;
    r->full = false;
    add_field(r, "u1");
    add_field(r, user->name);
    add_number(r, user->id);
    add_field(r, user->gecos);
    add_field(r, user->home);
    add_field(r, user->shell);
    add_gids(r, user);
    add_status(r, &user->status);
    add_sum(r);
}

void table_encode_group(const struct table_group *group, struct table_encoded *r) {
    r->len = 0;
    r->full = false;
    add_field(r, "g1");
    add_field(r, group->name);
    add_number(r, group->id);
    add_field(r, group->members);
    add_sum(r);
}

void table_encode_status(const struct table_status *status, struct table_encoded *r) {
    r->len = 0;
    r->full = false;
    add_field(r, "s1");
    add_status(r, status);
    add_sum(r);
}

void table_encode_meta(const struct table_meta *meta, struct table_encoded *r) {
    r->len = 0;
    r->full = false;
    add_field(r, "m1");
    add_number(r, meta->generation);
    add_field(r, meta->services);
    add_sum(r);
}
