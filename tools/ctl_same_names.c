/* Local people who could be members of the same name. */
#include "tools/ctl_same_names.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/localfiles.h"
#include "common/names.h"
#include "common/text.h"
#include "tools/ctl_links_text.h"
#include "wecom/limits.h"

/* The first uid of people (login.defs(5), UID_MIN), and nobody's. */
enum { FIRST_UID = 1000, NOBODY_UID = 65534 };

static bool add(struct ctl_same_names *names, const char *name, const char *gecos) {
    struct ctl_same_name *one;

    if (names->count == names->room) {
        size_t room = names->room * 2 + 32;
        struct ctl_same_name *more = reallocarray(names->users, room, sizeof *more);

        if (more == NULL)
            return false;
        names->users = more;
        names->room = room;
    }
    one = &names->users[names->count];
    one->name = strdup(name);
    one->gecos = strdup(gecos[0] != '\0' ? gecos : "-");
    if (one->name == NULL || one->gecos == NULL) {
        free(one->name);
        free(one->gecos);
        return false;
    }
    text_clean(one->gecos, TEXT_ONE_LINE);
    names->count++;
    return true;
}

static bool is_person(const char *digits) {
    char *end = NULL;
    unsigned long uid = digits != NULL ? strtoul(digits, &end, 10) : 0;

    return end != NULL && end != digits && *end == '\0' && uid >= FIRST_UID && uid != NOBODY_UID &&
           uid < UINT32_MAX;
}

/* "name:x:uid:gid:gecos:..." */
static bool take_line(struct ctl_same_names *names, char *line, const char *links) {
    char link[WECOM_LINK_MAX_BYTES + 1];
    char *rest = line, *name, *uid, *gecos, *comma;
    enum wecom_error err;

    line[strcspn(line, "\n")] = '\0';
    name = strsep(&rest, ":");
    (void)strsep(&rest, ":");
    uid = strsep(&rest, ":");
    (void)strsep(&rest, ":");
    gecos = strsep(&rest, ":");
    if (gecos == NULL || !is_person(uid) || !name_is_userid(name) || !ctl_links_text_is_name(name))
        return true;
    err = localfiles_link(links, name, link, sizeof link);
    if (err == WECOM_E_SYSTEM || err == WECOM_E_PEER) {
        names->file = links;
        errno = err == WECOM_E_PEER ? EPERM : errno;
        return false;
    }
    if (err != WECOM_E_ABSENT) /* linked, or with a line that somebody should look at */
        return true;
    comma = strchr(gecos, ',');
    if (comma != NULL)
        *comma = '\0';
    return add(names, name, gecos);
}

bool ctl_same_names_read(struct ctl_same_names *names, const char *passwd, const char *links) {
    FILE *stream = fopen(passwd, "re");
    bool good = stream != NULL;
    char *line = NULL;
    size_t room = 0;

    *names = (struct ctl_same_names){.file = passwd};
    while (good && getline(&line, &room, stream) >= 0)
        good = take_line(names, line, links);
    good = good && !ferror(stream);
    names->why = strerror(errno);
    if (stream != NULL)
        (void)fclose(stream);
    free(line);
    if (!good)
        ctl_same_names_free(names);
    return good;
}

void ctl_same_names_free(struct ctl_same_names *names) {
    for (size_t i = 0; i < names->count; i++) {
        free(names->users[i].name);
        free(names->users[i].gecos);
    }
    free(names->users);
    names->users = NULL;
    names->count = names->room = 0;
}

const char *ctl_same_names_gecos(const struct ctl_same_names *names, const char *name) {
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->users[i].name, name) == 0)
            return names->users[i].gecos;
    }
    return "-";
}
