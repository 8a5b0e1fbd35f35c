/* What shall go wrong with the next requests. */
#include "faults.h"

#include "fields.h"
#include "text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAULTS_MAX 100
#define DELAY_MAX_MS 600000
#define HUGE_MAX (64 * 1024 * 1024)

struct faults {
    struct fault *list;
    size_t n;
};

struct fault_row {
    const char *name;
    bool executed;     /* unless the order says otherwise */
    const char *needs; /* a key that must be given with this kind */
};

// clang-format off
static const struct fault_row faults_rows[FAULT_KINDS] = {
    [FAULT_DELAY]          = {"delay_ms",       true,  "delay_ms"},
    [FAULT_ERRCODE]        = {"errcode",        false, "errcode"},
    [FAULT_HTTP_STATUS]    = {"http_status",    false, "http_status"},
    [FAULT_HANG]           = {"hang",           true,  NULL},
    [FAULT_CLOSE_BEFORE]   = {"close_before",   true,  NULL},
    [FAULT_CLOSE_MID]      = {"close_mid",      true,  NULL},
    [FAULT_GARBAGE]        = {"garbage",        true,  NULL},
    [FAULT_BODY]           = {"body",           true,  "body"},
    [FAULT_HUGE_BYTES]     = {"huge_bytes",     true,  "huge_bytes"},
    [FAULT_DRIP]           = {"drip",           true,  "drip_ms"},
    [FAULT_TRUNCATED_JSON] = {"truncated_json", true,  NULL},
    [FAULT_NO_ERRCODE]     = {"no_errcode",     true,  NULL},
    [FAULT_ERRCODE_STRING] = {"errcode_string", true,  NULL},
};

#define AT(member) offsetof(struct fault, member)
static const struct field faults_fields[] = {
    {"path", FIELD_STRING, AT(path), false, 0, 0},
    {"kind", FIELD_STRING, AT(kind_name), true, 0, 0},
    {"times", FIELD_INT, AT(times), false, 0, INT32_MAX},
    {"skip", FIELD_INT, AT(skip), false, 0, INT32_MAX},
    {"errcode", FIELD_INT, AT(errcode), false, INT32_MIN, INT32_MAX},
    {"errmsg", FIELD_STRING, AT(errmsg), false, 0, 0},
    {"http_status", FIELD_INT, AT(http_status), false, 200, 599},
    {"body", FIELD_STRING, AT(body), false, 0, 0},
    {"delay_ms", FIELD_INT, AT(delay_ms), false, 0, DELAY_MAX_MS},
    {"huge_bytes", FIELD_INT, AT(huge_bytes), false, 1, HUGE_MAX},
    {"drip_ms", FIELD_INT, AT(drip_ms), false, 1, 60000},
    {"executed", FIELD_BOOL, AT(executed), false, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};
// clang-format on

struct faults *faults_new(void) {
    return text_alloc(sizeof(struct faults));
}

void faults_clear_one(struct fault *fault) {
    fields_free(faults_fields, fault);
    memset(fault, 0, sizeof(*fault));
}

void faults_clear(struct faults *faults) {
    for (size_t i = 0; i < faults->n; i++)
        faults_clear_one(&faults->list[i]);
    free(faults->list);
    faults->list = NULL;
    faults->n = 0;
}

void faults_free(struct faults *faults) {
    faults_clear(faults);
    free(faults);
}

static bool faults_kind(const char *name, enum fault_kind *kind) {
    for (size_t i = 0; i < FAULT_KINDS; i++)
        if (strcmp(faults_rows[i].name, name) == 0) {
            *kind = (enum fault_kind)i;
            return true;
        }
    return false;
}

bool faults_add(struct faults *faults, json_t *json, char *why) {
    struct fault fault = {.times = 1};
    const char *needs = NULL;

    if (!fields_read(json, faults_fields, "fault", true, &fault, why))
        goto bad;
    if (!faults_kind(fault.kind_name, &fault.kind)) {
        snprintf(why, FIELDS_WHY, "fault.kind: \"%.40s\" is not known; the README has the list",
                 fault.kind_name);
        goto bad;
    }
    needs = faults_rows[fault.kind].needs;
    if (needs != NULL && json_object_get(json, needs) == NULL) {
        snprintf(why, FIELDS_WHY, "fault.%s: kind \"%s\" needs this key", needs, fault.kind_name);
        goto bad;
    }
    if (faults->n >= FAULTS_MAX) {
        snprintf(why, FIELDS_WHY, "more than %d faults: DELETE /fault first", FAULTS_MAX);
        goto bad;
    }
    if (json_object_get(json, "executed") == NULL)
        fault.executed = faults_rows[fault.kind].executed;
    if (fault.path == NULL)
        fault.path = text_copy("*");
    faults->list = text_resize(faults->list, faults->n + 1, sizeof(fault));
    faults->list[faults->n++] = fault;
    return true;
bad:
    faults_clear_one(&fault);
    return false;
}

static void faults_copy(struct fault *out, const struct fault *from) {
    *out = *from;
    out->path = text_copy(from->path);
    out->kind_name = text_copy(from->kind_name);
    out->errmsg = text_copy(from->errmsg);
    out->body = text_copy(from->body);
}

static void faults_drop(struct faults *faults, size_t i) {
    faults_clear_one(&faults->list[i]);
    memmove(&faults->list[i], &faults->list[i + 1], (faults->n - i - 1) * sizeof(struct fault));
    faults->n--;
}

bool faults_take(struct faults *faults, const char *path, struct fault *out) {
    for (size_t i = 0; i < faults->n; i++) {
        struct fault *fault = &faults->list[i];
        if (strcmp(fault->path, "*") != 0 && strcmp(fault->path, path) != 0)
            continue;
        if (fault->skip > 0) {
            fault->skip--;
            continue;
        }
        faults_copy(out, fault);
        if (fault->times > 0 && --fault->times == 0)
            faults_drop(faults, i);
        return true;
    }
    return false;
}

json_t *faults_show(const struct faults *faults) {
    json_t *list = json_array();

    for (size_t i = 0; i < faults->n; i++) {
        const struct fault *fault = &faults->list[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:I, s:I, s:b}", "path", fault->path, "kind",
                                        fault->kind_name, "times", (json_int_t)fault->times, "skip",
                                        (json_int_t)fault->skip, "executed", (int)fault->executed));
    }
    return list;
}
