/* Files that hold one secret. */
#include "helper/secretfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CREDENTIALS "/run/credentials/"

enum { MOST_BYTES = 4096 };

/* What is wrong with the open file, NULL when nothing is. */
static const char *check_file(const char *file, const struct stat *st, enum secretfile_who who) {
    /* systemd gives a service its credentials as root's files, with an ACL that shows as 0440 */
    bool is_credential = strncmp(file, CREDENTIALS, strlen(CREDENTIALS)) == 0 && st->st_uid == 0 &&
                         (st->st_mode & 0337) == 0;

    if (!S_ISREG(st->st_mode))
        return "is not a regular file";
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return "belongs to another user: chown it to the user of user=";
    if (who == SECRETFILE_PUBLIC && (st->st_mode & 022) != 0)
        return "can be written by others: chmod 0644 it";
    if (who == SECRETFILE_OURS && !is_credential && (st->st_mode & 07177) != 0)
        return "can be read by others: chmod 0600 it, and have the value reset if others had "
               "access";
    return NULL;
}

/* Opens, checks and reads at most `most` bytes; `bytes` has room for one more. What is wrong, NULL
 * when nothing is.
 */
static const char *read_file(const char *file, enum secretfile_who who, char *bytes, size_t most,
                             size_t *len) {
    const char *wrong = NULL;
    struct stat st;
    ssize_t n = 0;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    *len = 0;
    if (fd < 0)
        return strerror(errno);
    if (fstat(fd, &st) != 0)
        wrong = strerror(errno);
    else
        wrong = check_file(file, &st, who);
    while (wrong == NULL && *len <= most && (n = read(fd, bytes + *len, most + 1 - *len)) > 0)
        *len += (size_t)n;
    if (wrong == NULL && n < 0)
        wrong = strerror(errno);
    (void)close(fd);
    return wrong;
}

/* What is wrong with what was read, NULL when nothing is; white space at the end is taken off. */
static const char *check_content(char *bytes, size_t *len) {
    while (*len > 0 && memchr(" \t\r\n", bytes[*len - 1], 4) != NULL)
        (*len)--;
    if (*len == 0)
        return "is empty: put the value of the application's page into it";
    for (size_t i = 0; i < *len; i++) {
        if (bytes[i] <= ' ' || bytes[i] > '~')
            return "must hold one word of printable ASCII characters";
    }
    return NULL;
}

bool secretfile_read(const char *file, struct secret *secret, char *why, size_t why_bytes) {
    char bytes[MOST_BYTES + 1];
    size_t len = 0;
    const char *wrong = read_file(file, SECRETFILE_OURS, bytes, MOST_BYTES, &len);

    secret_clear(secret);
    if (wrong == NULL)
        wrong = len > MOST_BYTES ? "is longer than 4096 bytes" : check_content(bytes, &len);
    if (wrong == NULL && secret_set(secret, bytes, len) != WECOM_OK)
        wrong = "out of memory";
    secret_wipe(bytes);
    if (wrong != NULL)
        (void)snprintf(why, why_bytes, "%s", wrong);
    return wrong == NULL;
}

bool secretfile_read_pem(const char *file, size_t most, enum secretfile_who who, struct secret *pem,
                         char *why, size_t why_bytes) {
    char *bytes = malloc(most + 1);
    const char *wrong = "out of memory";
    size_t len = 0;

    secret_clear(pem);
    if (bytes == NULL)
        goto out;
    wrong = read_file(file, who, bytes, most, &len);
    if (wrong == NULL && len > most)
        wrong = "is too long";
    else if (wrong == NULL && (len == 0 || memchr(bytes, '\0', len) != NULL))
        wrong = "is no PEM file";
    if (wrong == NULL && secret_set(pem, bytes, len) != WECOM_OK)
        wrong = "out of memory";
    secret_wipe_bytes(bytes, len);
out:
    free(bytes);
    if (wrong != NULL)
        (void)snprintf(why, why_bytes, "%s", wrong);
    return wrong == NULL;
}
