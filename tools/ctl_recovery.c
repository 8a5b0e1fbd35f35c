/* wecomctl recovery USER: fresh recovery codes, printed once; with --revoke none any more. */
#include "tools/ctl.h"

#include <stdio.h>
#include <string.h>

#include "common/secret.h"
#include "tools/ctl_accounts.h"
#include "tools/ctl_cell.h"

static void print_text(enum texts_id text, enum texts_lang lang, const char *const *words) {
    char line[TEXTS_MAX_BYTES];

    (void)printf("%s\n", texts_say(line, sizeof line, text, lang, words));
}

/* Words of a text, one a line. */
static void print_words(const char *words) {
    for (size_t len; *words != '\0'; words += len + (words[len] != '\0')) {
        len = strcspn(words, " ");
        (void)printf("    %.*s\n", (int)len, words);
    }
}

/* How the person is called: the login name, else the userid. */
static const char *name_of(const json_t *row) {
    const char *login = json_string_value(json_object_get(row, "login"));
    const char *userid = json_string_value(json_object_get(row, "userid"));

    if (login != NULL && login[0] != '\0')
        return login;
    return userid != NULL ? userid : "-";
}

static void print_row(const json_t *row, enum texts_lang lang) {
    const char *codes = json_string_value(json_object_get(row, "codes"));
    char voided[24];

    (void)ctl_cell(row, "voided", voided, sizeof voided);
    if (codes == NULL || codes[0] == '\0') {
        print_text(TEXT_RECOVERY_REVOKED, lang, TEXTS_WORDS(name_of(row), voided));
        return;
    }
    print_text(TEXT_RECOVERY_ISSUED, lang, TEXTS_WORDS(name_of(row), voided));
    (void)printf("\n");
    print_words(codes);
    (void)printf("\n");
    print_text(TEXT_RECOVERY_KEEP, lang, NULL);
}

static void print_notes(const json_t *rows, enum texts_lang lang) {
    char text[TEXTS_MAX_BYTES];
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row) {
        if (ctl_is_kind(row, "note"))
            (void)printf("%s\n", ctl_sentence(row, lang, text, sizeof text));
    }
}

int ctl_recovery(const struct ctl_request *request) {
    bool revokes = request->values[CTL_REVOKE] != NULL;
    json_t *rows = NULL;
    const json_t *row;
    size_t i;
    int status = ctl_accounts_rows(request, revokes ? "recovery.revoke" : "recovery.issue",
                                   json_pack("{s:s}", "user", request->words[0]), &rows);

    if (status != CTL_DONE)
        return status;
    if (request->json)
        return ctl_end(request, ctl_answer(true, rows, ""), CTL_DONE);
    json_array_foreach(rows, i, row) {
        if (ctl_is_kind(row, "recovery"))
            print_row(row, request->lang);
    }
    print_notes(rows, request->lang);
    json_decref(rows);
    return ctl_end(request, NULL, CTL_DONE);
}
