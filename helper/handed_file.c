/* Keys of one application that a service handed over, and the file that they are kept in. */
#include "helper/handed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/names.h"
#include "common/text.h"

#define DIRECTORY "apps"

static const char odd_form[] = "is not one JSON object with service, corp_id, agent_id, secret and "
                               "company";

void handed_keys_clear(struct handed_keys *keys) {
    secret_clear(&keys->secret);
    *keys = (struct handed_keys){0};
}

static bool is_secret(const struct secret *secret) {
    if (secret->len == 0 || secret->len > WECOM_SECRET_MAX_BYTES)
        return false;
    for (size_t i = 0; i < secret->len; i++) {
        if (secret->bytes[i] <= ' ' || secret->bytes[i] > '~')
            return false;
    }
    return true;
}

enum wecom_reason handed_keys_wrong(const struct handed_keys *keys) {
    if (!name_is_corp_id(keys->corp_id))
        return WECOM_REASON_CONFIG_CORP;
    if (keys->agent_id < 1 || keys->agent_id > WECOM_AGENT_ID_MAX)
        return WECOM_REASON_CONFIG_AGENT;
    return is_secret(&keys->secret) ? WECOM_REASON_NONE : WECOM_REASON_CONFIG_SECRET;
}

/* A text that fits; jansson has refused NUL and what is no UTF-8. */
static bool take_text(const json_t *value, char *out, size_t bytes) {
    if (!json_is_string(value) || json_string_length(value) >= bytes)
        return false;
    memcpy(out, json_string_value(value), json_string_length(value) + 1);
    return true;
}

static bool is_clean_line(const char *text) {
    char clean[WECOM_COMPANY_MAX_BYTES + 1];

    (void)snprintf(clean, sizeof clean, "%s", text);
    text_clean(clean, TEXT_ONE_LINE);
    return strcmp(clean, text) == 0;
}

static const char *take_object(const json_t *object, struct handed_keys *keys) {
    const json_t *agent_id = json_object_get(object, "agent_id");
    const json_t *secret = json_object_get(object, "secret");
    const json_t *company = json_object_get(object, "company");
    size_t known = company != NULL ? 5 : 4;

    if (json_object_size(object) != known || !json_is_integer(agent_id) ||
        !json_is_string(secret) ||
        !take_text(json_object_get(object, "service"), keys->service, sizeof keys->service) ||
        !take_text(json_object_get(object, "corp_id"), keys->corp_id, sizeof keys->corp_id) ||
        (company != NULL && !take_text(company, keys->company, sizeof keys->company)))
        return odd_form;
    if (secret_set(&keys->secret, json_string_value(secret), json_string_length(secret)) !=
        WECOM_OK)
        return "out of memory";
    if (json_integer_value(agent_id) > WECOM_AGENT_ID_MAX)
        return odd_form;
    keys->agent_id = (long)json_integer_value(agent_id);
    return name_is_word(keys->service) && is_clean_line(keys->company) &&
                   handed_keys_wrong(keys) == WECOM_REASON_NONE
               ? NULL
               : "holds a value that cannot be one";
}

const char *handed_file_parse(const char *bytes, size_t len, struct handed_keys *keys) {
    json_t *object = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
    const char *wrong = odd_form;

    *keys = (struct handed_keys){0};
    if (json_is_object(object))
        wrong = take_object(object, keys);
    json_decref(object);
    if (wrong != NULL)
        handed_keys_clear(keys);
    return wrong;
}

/* What is wrong with the open directory, NULL when nothing is. */
static const char *check_directory(const struct stat *st) {
    if (st->st_uid != geteuid())
        return "belongs to another user: chown it to the user of [helper] user=";
    if ((st->st_mode & 0077) != 0)
        return "is open to others: chmod 0700 it, and have the Secrets reset if others had access";
    return NULL;
}

int handed_file_directory(const char *state_dir, bool make, char *why, size_t why_bytes) {
    int above = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), directory = -1;
    const char *wrong = NULL;
    struct stat st;

    why[0] = '\0';
    if (above >= 0)
        directory = openat(above, DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (above >= 0 && directory < 0 && errno == ENOENT && make) {
        if (mkdirat(above, DIRECTORY, 0700) == 0)
            directory = openat(above, DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (directory >= 0)
            (void)fsync(above);
    }
    if (directory < 0 || fstat(directory, &st) != 0)
        wrong = errno == ENOENT && !make ? "" : strerror(errno);
    else
        wrong = check_directory(&st);
    if (wrong != NULL) {
        if (wrong[0] != '\0')
            (void)snprintf(why, why_bytes, "%s/" DIRECTORY ": %s", state_dir, wrong);
        if (directory >= 0)
            (void)close(directory);
        directory = -1;
    }
    if (above >= 0)
        (void)close(above);
    return directory;
}

/* What is wrong with the open file, NULL when nothing is. */
static const char *check_file(const struct stat *st) {
    if (!S_ISREG(st->st_mode))
        return "is not a regular file";
    if (st->st_uid != geteuid())
        return "belongs to another user: chown it to the user of [helper] user=";
    if ((st->st_mode & 07177) != 0)
        return "can be read by others: chmod 0600 it, and have the Secret reset if others had "
               "access";
    return NULL;
}

bool handed_file_read(int directory, const char *name, struct handed_keys *keys, char *why,
                      size_t why_bytes) {
    char bytes[HANDED_FILE_MOST_BYTES + 1];
    const char *wrong = NULL;
    struct stat st;
    size_t len = 0;
    ssize_t n = 0;
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    *keys = (struct handed_keys){0};
    if (fd < 0 || fstat(fd, &st) != 0) {
        wrong = errno == ELOOP ? "is a symbolic link" : strerror(errno);
        goto out;
    }
    wrong = check_file(&st);
    if (wrong != NULL)
        goto out;
    while (len < sizeof bytes && (n = read(fd, bytes + len, sizeof bytes - len)) > 0)
        len += (size_t)n;
    if (n < 0)
        wrong = strerror(errno);
    else if (len > HANDED_FILE_MOST_BYTES)
        wrong = "is longer than 4096 bytes";
    else
        wrong = handed_file_parse(bytes, len, keys);
out:
    secret_wipe(bytes);
    if (fd >= 0)
        (void)close(fd);
    if (wrong != NULL)
        (void)snprintf(why, why_bytes, "%s", wrong);
    return wrong == NULL;
}

size_t handed_file_print(const struct handed_keys *keys, char *bytes, size_t most) {
    json_t *object = json_pack("{s:s, s:s, s:I, s:s, s:s}", "service", keys->service, "corp_id",
                               keys->corp_id, "agent_id", (json_int_t)keys->agent_id, "secret",
                               keys->secret.bytes, "company", keys->company);
    size_t len = object != NULL ? json_dumpb(object, bytes, most, JSON_COMPACT) : 0;

    json_decref(object);
    if (len == 0 || len >= most)
        return 0;
    bytes[len] = '\n';
    return len + 1;
}

static bool write_all(int fd, const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

bool handed_file_write(int directory, const char *name, const struct handed_keys *keys, char *why,
                       size_t why_bytes) {
    char bytes[HANDED_FILE_MOST_BYTES];
    size_t len = handed_file_print(keys, bytes, sizeof bytes);
    int fd = -1;
    bool good = false;

    (void)unlinkat(directory, HANDED_FILE_NEW, 0); /* left behind by a crash */
    if (len == 0)
        errno = ENOMEM;
    else
        fd = openat(directory, HANDED_FILE_NEW,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0)
        good = write_all(fd, bytes, len) && fsync(fd) == 0 &&
               renameat(directory, HANDED_FILE_NEW, directory, name) == 0;
    if (!good) {
        (void)snprintf(why, why_bytes, "%s", strerror(errno));
        (void)unlinkat(directory, HANDED_FILE_NEW, 0);
    } else {
        /* the new one is in force already; only a power cut could bring the old one back */
        (void)fsync(directory);
    }
    secret_wipe(bytes);
    if (fd >= 0)
        (void)close(fd);
    return good;
}
