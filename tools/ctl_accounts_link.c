/* wecomctl accounts link and unlink: which local user is which WeCom member. The file is ours, not
 * the helper's: the helper is only asked who is a member.
 */
#include "tools/ctl_accounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/localfiles.h"
#include "common/names.h"
#include "tools/ctl_cell.h"
#include "tools/ctl_grid.h"
#include "tools/ctl_links_file.h"
#include "tools/ctl_same_names.h"
#include "tools/say.h"
#include "wecom/paths.h"

/* One local user and the member that he becomes; "" while it is not known. */
struct pair {
    char name[WECOM_USER_MAX_BYTES + 1];
    char corp[WECOM_CORP_ID_MAX_BYTES + 1], userid[WECOM_USERID_MAX_BYTES + 1];
    char display[CTL_CELL_BYTES];
    char link[WECOM_LINK_MAX_BYTES + 1];
};

static int fail_file(const struct ctl_request *request, const struct ctl_links_file *file) {
    return ctl_fail_text(request, "links_file", CTL_REFUSED, file->trouble,
                         TEXTS_WORDS(WECOM_LINKS_FILE, file->why));
}

static int must_be_root(const struct ctl_request *request) {
    return geteuid() == 0 ? CTL_DONE
                          : ctl_fail_text(request, "not_root", CTL_REFUSED, TEXT_LINK_ROOT, NULL);
}

/* Who may become somebody is a matter for the audit log. */
static void log_link(const char *what, const char *name, const char *link) {
    openlog(CTL_PROGRAM, LOG_PID, LOG_AUTHPRIV);
    syslog(LOG_NOTICE, "%s localname='%s' link='%s' uid=%u", what, name, link, getuid());
    closelog();
}

/* ---- Who is that? -----------------------------------------------------------------------------
 */

/* May this name be linked at all? */
static int check_local(const struct ctl_request *request, const char *name) {
    uint32_t uid = 0;
    enum wecom_error err = WECOM_E_ABSENT;

    if (ctl_links_text_is_name(name))
        err = localfiles_find(WECOM_PASSWD_FILE, name, &uid);
    if (err == WECOM_E_ABSENT)
        return ctl_fail_text(request, "not_local", CTL_REFUSED, TEXT_LINK_NOT_LOCAL,
                             TEXTS_WORDS(name));
    if (err != WECOM_OK)
        return ctl_fail_text(request, "system", CTL_REFUSED, TEXT_FILE_READ,
                             TEXTS_WORDS(WECOM_PASSWD_FILE, strerror(errno)));
    if (uid == 0 || uid == UINT32_MAX)
        return ctl_fail_text(request, "uid_0", CTL_REFUSED, TEXT_LINK_UID_0, TEXTS_WORDS(name));
    return CTL_DONE;
}

/* Takes the rows of members that the helper knows, by userid. */
static bool take_member(void *context, json_t *row) {
    return !ctl_is_kind(row, "member") || ctl_keep(context, row);
}

static int ask_members(const struct ctl_request *request, json_t *userids, rows_each *each,
                       json_t *rows) {
    char *args = ctl_accounts_args(json_pack("{s:o}", "userids", userids));
    struct rows_question q = {
        .command = "accounts.member", .args = args, .timeout_ms = CTL_ACCOUNTS_LONG_MS};
    struct rows_end end;
    int status;

    if (args == NULL)
        return ctl_no_memory(request);
    status = ctl_ask_for(request, &q, each, rows, &end);
    ctl_accounts_free(args);
    return status;
}

static void copy(char *out, size_t bytes, const json_t *row, const char *key) {
    const char *text = json_string_value(json_object_get(row, key));

    (void)snprintf(out, bytes, "%s", text != NULL ? text : "");
}

static bool set_member(struct pair *pair, const json_t *row) {
    char cell[CTL_CELL_BYTES];

    copy(pair->corp, sizeof pair->corp, row, "corp");
    copy(pair->userid, sizeof pair->userid, row, "userid");
    (void)snprintf(pair->display, sizeof pair->display, "%s",
                   ctl_cell(row, "name", cell, sizeof cell));
    (void)snprintf(pair->link, sizeof pair->link, "%s/%s", pair->corp, pair->userid);
    return name_is_corp_id(pair->corp) && name_is_userid(pair->userid);
}

/* "CORP_ID/USERID" that is taken at its word. */
static bool set_forced(struct pair *pair, const char *member) {
    const char *slash = strchr(member, '/');

    if (slash == NULL || (size_t)(slash - member) >= sizeof pair->corp ||
        strlen(slash + 1) >= sizeof pair->userid)
        return false;
    (void)snprintf(pair->corp, sizeof pair->corp, "%.*s", (int)(slash - member), member);
    (void)snprintf(pair->userid, sizeof pair->userid, "%s", slash + 1);
    (void)snprintf(pair->link, sizeof pair->link, "%s/%s", pair->corp, pair->userid);
    return name_is_corp_id(pair->corp) && name_is_userid(pair->userid);
}

/* The member must be visible and active, and of the company that was named. */
static int ask_member(const struct ctl_request *request, const char *member, struct pair *pair) {
    const char *slash = strchr(member, '/'), *userid = slash != NULL ? slash + 1 : member;
    json_t *rows = json_array(), *row;
    char cell[CTL_CELL_BYTES];
    int status;

    if (!name_is_userid(userid)) {
        json_decref(rows);
        return ctl_fail_text(request, "userid", CTL_REFUSED, TEXT_LINK_FORM, TEXTS_WORDS(member));
    }
    status = ask_members(request, json_pack("[s]", userid), ctl_keep, rows);
    row = json_array_get(rows, 0);
    if (status == CTL_DONE && !ctl_is_kind(row, "member"))
        status = ctl_fail(request, "not_visible",
                          ctl_sentence(row, request->lang, cell, sizeof cell), CTL_REFUSED);
    else if (status == CTL_DONE && strcmp(ctl_cell(row, "state", cell, sizeof cell), "active") != 0)
        status = ctl_fail_text(request, "not_active", CTL_REFUSED, TEXT_LINK_NOT_ACTIVE,
                               TEXTS_WORDS(member, cell));
    else if (status == CTL_DONE &&
             (!set_member(pair, row) ||
              (slash != NULL && !localfiles_link_is(member, pair->corp, pair->userid))))
        status = ctl_fail_text(request, "wrong_company", CTL_REFUSED, TEXT_LINK_COMPANY,
                               TEXTS_WORDS(member, pair->corp));
    json_decref(rows);
    return status;
}

/* ---- Into the file ----------------------------------------------------------------------------
 */

static json_t *row_of(const struct pair *pair) {
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "link", "localname", pair->name, "corp",
                     pair->corp, "userid", pair->userid, "name", pair->display);
}

/* Takes the reference of `rows`. */
static int end_with(const struct ctl_request *request, json_t *rows, enum texts_id text,
                    const char *const *words) {
    char message[TEXTS_MAX_BYTES];

    (void)texts_say(message, sizeof message, text, request->lang, words);
    if (request->json)
        return ctl_end(request, ctl_answer(true, rows, message), CTL_DONE);
    json_decref(rows);
    (void)printf("%s\n", message);
    return ctl_end(request, NULL, CTL_DONE);
}

/* All pairs in one go. */
static int write_pairs(const struct ctl_request *request, const struct pair *pairs, size_t count) {
    struct ctl_links_check *checks = calloc(count + 1, sizeof *checks);
    struct ctl_links_file file;
    bool good = checks != NULL;

    if (!good || !ctl_links_file_open(&file, WECOM_LINKS_FILE)) {
        free(checks);
        return good ? fail_file(request, &file) : ctl_no_memory(request);
    }
    for (size_t i = 0; i < count && good; i++) {
        checks[i] = (struct ctl_links_check){pairs[i].name, pairs[i].link};
        good = ctl_links_text_set(&file.text, pairs[i].name, pairs[i].link);
        file.trouble = TEXT_NO_MEMORY;
    }
    good = good && ctl_links_file_write(&file, checks, count);
    ctl_links_file_close(&file);
    free(checks);
    for (size_t i = 0; i < count && good; i++)
        log_link("linked", pairs[i].name, pairs[i].link);
    return good ? CTL_DONE : fail_file(request, &file);
}

static int link_one(const struct ctl_request *request) {
    struct pair pair = {.name = ""};
    int status = must_be_root(request);

    if (status == CTL_DONE)
        status = check_local(request, request->words[0]);
    if (status != CTL_DONE)
        return status;
    (void)snprintf(pair.name, sizeof pair.name, "%s", request->words[0]);
    if (request->values[CTL_FORCE] == NULL)
        status = ask_member(request, request->words[1], &pair);
    else if (!set_forced(&pair, request->words[1]))
        status = ctl_fail_text(request, "userid", CTL_REFUSED, TEXT_LINK_FORCED,
                               TEXTS_WORDS(request->words[1]));
    if (status == CTL_DONE)
        status = write_pairs(request, &pair, 1);
    if (status != CTL_DONE)
        return status;
    return end_with(request, json_pack("[o]", row_of(&pair)), TEXT_LINKED,
                    TEXTS_WORDS(pair.name, pair.link, pair.display));
}

int ctl_accounts_unlink(const struct ctl_request *request) {
    const char *name = request->words[0];
    const struct ctl_links_check check = {name, NULL};
    struct ctl_links_file file;
    int status = must_be_root(request);
    size_t count = 0;
    bool good;

    if (status != CTL_DONE)
        return status;
    if (!ctl_links_file_open(&file, WECOM_LINKS_FILE))
        return fail_file(request, &file);
    if (ctl_links_text_count(&file.text, name) == 0) {
        ctl_links_file_close(&file);
        return ctl_fail_text(request, "not_linked", CTL_REFUSED, TEXT_UNLINK_NONE,
                             TEXTS_WORDS(name, WECOM_LINKS_FILE));
    }
    file.trouble = TEXT_NO_MEMORY;
    good =
        ctl_links_text_remove(&file.text, name, &count) && ctl_links_file_write(&file, &check, 1);
    ctl_links_file_close(&file);
    if (!good)
        return fail_file(request, &file);
    log_link("unlinked", name, "");
    return end_with(request, json_pack("[{s:s, s:s}]", "kind", "unlink", "localname", name),
                    TEXT_UNLINKED, TEXTS_WORDS(name));
}

/* ---- All that have the same name --------------------------------------------------------------
 */

static const struct pair *find_pair(const struct pair *pairs, size_t count, const char *userid) {
    for (size_t i = 0; i < count; i++) {
        if (name_same_userid(pairs[i].name, userid))
            return &pairs[i];
    }
    return NULL;
}

/* The local users that are members too, as WeCom has them; the others go. */
static int find_members(const struct ctl_request *request, struct pair *pairs, size_t *count) {
    json_t *rows = json_array(), *row;
    int status = CTL_DONE;
    size_t found = 0, i;

    for (size_t at = 0; at < *count && status == CTL_DONE; at += CTL_ACCOUNTS_AT_ONCE) {
        json_t *userids = json_array();

        for (i = at; i < *count && i < at + CTL_ACCOUNTS_AT_ONCE; i++)
            (void)json_array_append_new(userids, json_string(pairs[i].name));
        status = ask_members(request, userids, take_member, rows);
    }
    for (i = 0; i < *count; i++) {
        size_t r;

        json_array_foreach(rows, r, row) {
            const char *userid = json_string_value(json_object_get(row, "userid"));
            char cell[CTL_CELL_BYTES];

            if (userid != NULL && find_pair(&pairs[i], 1, userid) != NULL &&
                strcmp(ctl_cell(row, "state", cell, sizeof cell), "active") == 0 &&
                set_member(&pairs[i], row)) {
                pairs[found++] = pairs[i];
                break;
            }
        }
    }
    json_decref(rows);
    *count = found;
    return status;
}

static bool print_pairs(const struct pair *pairs, size_t count, const struct ctl_same_names *names,
                        enum texts_lang lang) {
    static const struct ctl_grid_column columns[] = {{TEXT_LABEL_LOCALNAME, 8},
                                                     {TEXT_LABEL_GECOS, 6},
                                                     {TEXT_LABEL_USERID, 8},
                                                     {TEXT_LABEL_NAME, 6}};
    struct ctl_grid *grid = ctl_grid_new(columns, 4);
    bool good = grid != NULL;

    for (size_t i = 0; i < count && good; i++) {
        const char *cells[] = {pairs[i].name, ctl_same_names_gecos(names, pairs[i].name),
                               pairs[i].userid, pairs[i].display};

        good = ctl_grid_add(grid, cells);
    }
    if (good)
        ctl_grid_print(stdout, grid, lang, ctl_grid_terminal(stdout));
    ctl_grid_free(grid);
    return good;
}

/* Only a person at a terminal can say that equal names are equal people. */
static int confirm(const struct ctl_request *request) {
    char text[TEXTS_MAX_BYTES], answer[16] = "";

    if (request->values[CTL_YES] != NULL)
        return CTL_DONE;
    if (request->json || isatty(STDIN_FILENO) != 1)
        return ctl_fail_text(request, "not_confirmed", CTL_REFUSED, TEXT_LINK_TERMINAL, NULL);
    (void)printf("\n%s ", texts_say(text, sizeof text, TEXT_LINK_CONFIRM, request->lang, NULL));
    (void)fflush(stdout);
    if (fgets(answer, sizeof answer, stdin) != NULL)
        answer[strcspn(answer, "\r\n")] = '\0';
    if (strcasecmp(answer, "yes") == 0 || strcasecmp(answer, "y") == 0 ||
        strcmp(answer, "\xE6\x98\xAF") == 0) /* U+662F, yes */
        return CTL_DONE;
    return ctl_fail_text(request, "not_confirmed", CTL_REFUSED, TEXT_LINK_NOTHING, NULL);
}

static int tell_pairs(const struct ctl_request *request, const struct pair *pairs, size_t count) {
    json_t *rows = json_array();
    char number[24];

    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(rows, row_of(&pairs[i]));
    (void)snprintf(number, sizeof number, "%zu", count);
    return end_with(request, rows, count > 0 ? TEXT_LINKED_ALL : TEXT_LINK_NO_SAME,
                    TEXTS_WORDS(number));
}

static int link_same(const struct ctl_request *request) {
    struct ctl_same_names names;
    struct pair *pairs;
    size_t count;
    int status = must_be_root(request);

    if (status != CTL_DONE)
        return status;
    if (!ctl_same_names_read(&names, WECOM_PASSWD_FILE, WECOM_LINKS_FILE))
        return ctl_fail_text(request, "system", CTL_REFUSED, TEXT_FILE_READ,
                             TEXTS_WORDS(names.file, names.why));
    count = names.count;
    pairs = calloc(count + 1, sizeof *pairs);
    for (size_t i = 0; i < count && pairs != NULL; i++)
        (void)snprintf(pairs[i].name, sizeof pairs[i].name, "%s", names.users[i].name);
    status = pairs != NULL ? find_members(request, pairs, &count) : ctl_no_memory(request);
    if (status == CTL_DONE && count > 0) {
        if (!request->json && !print_pairs(pairs, count, &names, request->lang))
            status = ctl_no_memory(request);
        if (status == CTL_DONE)
            status = confirm(request);
        if (status == CTL_DONE)
            status = write_pairs(request, pairs, count);
    }
    if (status == CTL_DONE)
        status = tell_pairs(request, pairs, count);
    free(pairs);
    ctl_same_names_free(&names);
    return status;
}

int ctl_accounts_link(const struct ctl_request *request) {
    bool same = request->values[CTL_SAME_NAMES] != NULL;

    if (same ? request->words_count > 0 || request->values[CTL_FORCE] != NULL
             : request->words_count != 2 || request->values[CTL_YES] != NULL) {
        say_error(CTL_PROGRAM, TEXT_LINK_USAGE, request->lang, NULL);
        say_error(CTL_PROGRAM, TEXT_SEE_HELP, request->lang, TEXTS_WORDS("wecomctl accounts"));
        return CTL_USAGE;
    }
    return same ? link_same(request) : link_one(request);
}
