/* Files that hold one secret. */
#include "helper/secretfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CREDENTIALS "/run/credentials/"

enum { MOST_BYTES = 4096 };

/* What is wrong with the open file, NULL when nothing is. */
static const char *check_file(const char *file, const struct stat *st) {
    /* systemd gives a service its credentials as root's files, with an ACL that shows as 0440 */
    bool is_credential = strncmp(file, CREDENTIALS, strlen(CREDENTIALS)) == 0 && st->st_uid == 0 &&
                         (st->st_mode & 0337) == 0;

    if (!S_ISREG(st->st_mode))
        return "is not a regular file";
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return "belongs to another user: chown it to the user of [helper] user=";
    if (!is_credential && (st->st_mode & 07177) != 0)
        return "can be read by others: chmod 0600 it, and have the Secret reset if others had "
               "access";
    return NULL;
}

/* What is wrong with what was read, NULL when nothing is; white space at the end is taken off. */
static const char *check_content(char *bytes, size_t *len) {
    while (*len > 0 && memchr(" \t\r\n", bytes[*len - 1], 4) != NULL)
        (*len)--;
    if (*len == 0)
        return "is empty: put the Secret of the application's page into it";
    for (size_t i = 0; i < *len; i++) {
        if (bytes[i] <= ' ' || bytes[i] > '~')
            return "must hold one word of printable ASCII characters";
    }
    return NULL;
}

bool secretfile_read(const char *file, struct secret *secret, char *why, size_t why_bytes) {
    char bytes[MOST_BYTES + 1];
    const char *wrong = NULL;
    struct stat st;
    size_t len = 0;
    ssize_t n = 0;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    secret_clear(secret);
    if (fd < 0 || fstat(fd, &st) != 0) {
        wrong = strerror(errno);
        goto out;
    }
    wrong = check_file(file, &st);
    if (wrong != NULL)
        goto out;
    while (len < sizeof bytes && (n = read(fd, bytes + len, sizeof bytes - len)) > 0)
        len += (size_t)n;
    if (n < 0)
        wrong = strerror(errno);
    else if (len > MOST_BYTES)
        wrong = "is longer than 4096 bytes";
    else
        wrong = check_content(bytes, &len);
    if (wrong == NULL && secret_set(secret, bytes, len) != WECOM_OK)
        wrong = "out of memory";
out:
    secret_wipe(bytes);
    if (fd >= 0)
        (void)close(fd);
    if (wrong != NULL)
        (void)snprintf(why, why_bytes, "%s", wrong);
    return wrong == NULL;
}
