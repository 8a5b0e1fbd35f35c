/* The files with which WeCom has a company prove that a host name is its own. */
#include "helper/proofs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/keptfile.h"

#define DIRECTORY "proofs"

bool proofs_is_name(const char *name) {
    static const char begin[] = "WW_verify_";
    size_t middle;

    if (strncmp(name, begin, strlen(begin)) != 0)
        return false;
    name += strlen(begin);
    middle = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    return middle >= 1 && middle <= 64 && strcmp(name + middle, ".txt") == 0;
}

bool proofs_is_content(const char *content) {
    size_t len = strlen(content);

    for (const char *c = content; *c != '\0'; c++) {
        if ((*c < ' ' || *c > '~' || strchr("<>&", *c) != NULL) && *c != '\r' && *c != '\n')
            return false;
    }
    return len > 0 && len <= PROOFS_MOST_BYTES;
}

/* What speaks against keeping it; NULL: nothing. */
static const char *refusal(const char *state_dir, const char *name, const char *content) {
    char names[PROOFS_MOST][PROOFS_NAME_BYTES];
    size_t count = proofs_list(state_dir, names);

    if (!proofs_is_name(name))
        return "must have the name that WeCom gave it: WW_verify_, letters and digits, .txt";
    if (!proofs_is_content(content))
        return "is not what WeCom gives out: one short line of text";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return NULL;
    }
    return count < PROOFS_MOST ? NULL : "is the 33rd: remove one that WeCom fetched long ago";
}

bool proofs_put(const char *state_dir, const char *name, const char *content, char *why,
                size_t why_bytes) {
    const char *wrong = refusal(state_dir, name, content);
    int directory;

    if (wrong == NULL) {
        directory = keptfile_directory(state_dir, DIRECTORY, true, why, why_bytes);
        if (directory < 0)
            return false;
        wrong = keptfile_write(directory, name, content, strlen(content));
        (void)close(directory);
    }
    if (wrong != NULL)
        (void)snprintf(why, why_bytes, "%s", wrong);
    return wrong == NULL;
}

bool proofs_remove(const char *state_dir, const char *name) {
    char why[512];
    int directory = keptfile_directory(state_dir, DIRECTORY, false, why, sizeof why);
    bool good = directory >= 0 && proofs_is_name(name) && unlinkat(directory, name, 0) == 0;

    if (directory >= 0)
        (void)close(directory);
    return good;
}

bool proofs_get(const char *state_dir, const char *name, char content[PROOFS_MOST_BYTES + 1],
                char *why, size_t why_bytes) {
    char bytes[KEPTFILE_MOST_BYTES];
    const char *wrong = NULL;
    size_t len = 0;
    int directory;

    why[0] = '\0';
    if (!proofs_is_name(name))
        return false;
    directory = keptfile_directory(state_dir, DIRECTORY, false, why, why_bytes);
    if (directory < 0)
        return false;
    wrong = faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0
                ? keptfile_read(directory, name, bytes, &len)
                : ""; /* anybody asks for names that nobody has */
    (void)close(directory);
    if (wrong == NULL && len <= PROOFS_MOST_BYTES && memchr(bytes, '\0', len) == NULL) {
        memcpy(content, bytes, len);
        content[len] = '\0';
    } else if (wrong == NULL) {
        content[0] = '\0';
    }
    if (wrong == NULL && !proofs_is_content(content))
        wrong = "is no file of WeCom";
    if (wrong != NULL && wrong[0] != '\0')
        (void)snprintf(why, why_bytes, "%s/" DIRECTORY "/%s: %s", state_dir, name, wrong);
    return wrong == NULL;
}

size_t proofs_list(const char *state_dir, char names[PROOFS_MOST][PROOFS_NAME_BYTES]) {
    char why[512];
    int directory = keptfile_directory(state_dir, DIRECTORY, false, why, sizeof why);
    DIR *all = directory >= 0 ? fdopendir(directory) : NULL;
    const struct dirent *one;
    size_t count = 0;

    if (all == NULL) {
        if (directory >= 0)
            (void)close(directory);
        return 0;
    }
    while (count < PROOFS_MOST && (one = readdir(all)) != NULL) {
        if (proofs_is_name(one->d_name))
            (void)snprintf(names[count++], PROOFS_NAME_BYTES, "%.*s", PROOFS_NAME_BYTES - 1,
                           one->d_name);
    }
    (void)closedir(all);
    return count;
}
