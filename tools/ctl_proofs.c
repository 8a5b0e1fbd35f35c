/* wecomctl verify-file: files that WeCom fetches to see whose a host name is.
 */
#include "tools/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/ctl_accounts.h"
#include "tools/ctl_cell.h"
#include "tools/say.h"

/* More than WeCom's 16 bytes, and more than the helper takes: what is longer is refused by it. */
enum { FILE_BYTES = 2048 };

static void print(const json_t *rows, enum texts_id none, enum texts_id one, enum texts_lang lang) {
    char name[CTL_CELL_BYTES], url[CTL_CELL_BYTES];
    bool any = false;
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row) {
        if (!ctl_is_kind(row, "proof"))
            continue;
        ctl_print_text(one, lang,
                       TEXTS_WORDS(ctl_cell(row, "name", name, sizeof name),
                                   ctl_cell(row, "url", url, sizeof url)));
        any = true;
    }
    if (!any)
        ctl_print_text(none, lang, NULL);
}

/* Takes the reference of `args`. */
static int ask(const struct ctl_request *request, const char *command, json_t *args,
               enum texts_id none, enum texts_id one) {
    json_t *rows = NULL;
    int status = ctl_accounts_rows(request, command, args, &rows);

    if (status != CTL_DONE)
        return status;
    if (request->json)
        return ctl_end(request, ctl_answer(true, rows, ""), CTL_DONE);
    print(rows, none, one, request->lang);
    json_decref(rows);
    return ctl_end(request, NULL, CTL_DONE);
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static int add(const struct ctl_request *request, const char *path) {
    char content[FILE_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t n = fd >= 0 ? read(fd, content, sizeof content) : -1;
    int error = errno;
    json_t *args;

    if (fd >= 0)
        (void)close(fd);
    if (n < 0)
        return ctl_fail_text(request, "file", CTL_REFUSED, TEXT_FILE_READ,
                             TEXTS_WORDS(path, strerror(error)));
    args = json_pack("{s:s, s:s%}", "name", base_name(path), "content", content, (size_t)n);
    if (args == NULL)
        return ctl_fail_text(request, "file", CTL_REFUSED, TEXT_PROOF_ODD, TEXTS_WORDS(path));
    return ask(request, "proofs.add", args, TEXT_NO_PROOFS, TEXT_PROOF_ADDED);
}

int ctl_proofs(const struct ctl_request *request) {
    if (request->words_count == 0)
        return ask(request, "proofs", json_object(), TEXT_NO_PROOFS, TEXT_PROOF);
    if (request->words_count == 1)
        return add(request, request->words[0]);
    if (strcmp(request->words[0], "remove") == 0)
        return ask(request, "proofs.remove", json_pack("{s:s}", "name", request->words[1]),
                   TEXT_NO_PROOFS, TEXT_PROOF_REMOVED);
    say_error(CTL_PROGRAM, TEXT_PROOFS_USAGE, request->lang, NULL);
    return CTL_USAGE;
}
