/* wecomctl sync: lets the helper synchronize now, and shows how far it is and how it ended. */
#include "tools/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/ctl_cell.h"
#include "tools/ctl_grid.h"
#include "tools/say.h"
#include "tools/width.h"

/* A company of 100,000 people at the slowest pace takes hours; who does not want to wait for them
 * presses Ctrl-C, or says --no-wait: the synchronization goes on.
 */
enum { TIMEOUT_MS = 6 * 3600 * 1000, SHORT_MS = 10 * 1000 };

static const struct {
    const char *word;
    enum texts_id text;
} phases[] = {
    {"resting", TEXT_PHASE_RESTS},   {"directory", TEXT_PHASE_DIRECTORY},
    {"members", TEXT_PHASE_MEMBERS}, {"people", TEXT_PHASE_PEOPLE},
    {"missing", TEXT_PHASE_MISSING}, {"asking", TEXT_PHASE_ASKING},
};

struct sync {
    const struct ctl_request *request;
    bool redraws;    /* one line of the terminal, again and again */
    char last[1024]; /* what was shown */
    json_t *end;     /* the row that says how it ended */
};

/* ---- Progress ---------------------------------------------------------------------------------
 */

static char *phase_of(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    const char *word = json_string_value(json_object_get(row, "phase"));

    for (size_t i = 0; word != NULL && i < sizeof phases / sizeof phases[0]; i++) {
        if (strcmp(phases[i].word, word) == 0)
            return texts_label(out, bytes, phases[i].text, lang);
    }
    return ctl_cell(row, "phase", out, bytes);
}

/* One line in one language: the first that was asked for. */
static char *describe(const struct sync *sync, const json_t *row, char *out, size_t bytes) {
    enum texts_lang lang = sync->request->lang == TEXTS_EN ? TEXTS_EN : TEXTS_ZH;
    char phase[128], members[24], calls[24], left[24], resting[400];

    (void)phase_of(row, lang, phase, sizeof phase);
    if (strcmp(ctl_cell(row, "resting", resting, sizeof resting), "-") != 0)
        return texts_label_with(out, bytes, TEXT_SYNC_RESTS, lang, TEXTS_WORDS(phase, resting));
    return texts_label_with(out, bytes, TEXT_SYNC_PROGRESS, lang,
                            TEXTS_WORDS(phase, ctl_cell(row, "members", members, sizeof members),
                                        ctl_cell(row, "calls", calls, sizeof calls),
                                        ctl_cell(row, "calls_left", left, sizeof left)));
}

/* On a terminal each report takes the place of the one before; elsewhere a line is written where
 * the phase changes.
 */
static void show_progress(struct sync *sync, const json_t *row) {
    char text[1024], cut[1024], phase[128];
    size_t width;

    if (sync->redraws) {
        (void)describe(sync, row, text, sizeof text);
        width = ctl_grid_terminal(stdout);
        (void)printf("\r%s\033[K", width_cut(cut, sizeof cut, text, width > 1 ? width - 1 : 79));
        (void)fflush(stdout);
    } else {
        (void)ctl_cell(row, "phase", phase, sizeof phase);
        if (strcmp(phase, sync->last) == 0)
            return;
        (void)printf("%s\n", describe(sync, row, text, sizeof text));
        (void)fflush(stdout);
        (void)snprintf(sync->last, sizeof sync->last, "%s", phase);
    }
}

static bool take_row(void *context, json_t *row) {
    struct sync *sync = context;

    if (ctl_is_kind(row, "sync")) {
        json_decref(sync->end);
        sync->end = json_incref(row);
    } else if (ctl_is_kind(row, "progress") && !sync->request->json) {
        show_progress(sync, row);
    }
    return true;
}

/* ---- The end ----------------------------------------------------------------------------------
 */

static void print_text(const struct sync *sync, FILE *to, enum texts_id id,
                       const char *const *words) {
    char text[TEXTS_MAX_BYTES];

    (void)fprintf(to, "%s\n", texts_say(text, sizeof text, id, sync->request->lang, words));
}

static bool is_whole(const json_t *row) {
    const char *end = json_string_value(json_object_get(row, "end"));

    return end != NULL && strcmp(end, "whole") == 0;
}

static void print_end(const struct sync *sync) {
    static const char *const keys[] = {"members", "made", "withdrawn", "returned", "no_login"};
    const json_t *row = sync->end, *pending = json_object_get(row, "pending");
    char n[5][24], cell[CTL_CELL_BYTES], count[24];

    for (size_t i = 0; i < 5; i++)
        (void)ctl_cell(row, keys[i], n[i], sizeof n[i]);
    print_text(sync, stdout, TEXT_SYNC_SUMMARY, TEXTS_WORDS(n[0], n[1], n[2], n[3], n[4]));
    if (json_is_integer(pending) && json_integer_value(pending) > 0)
        print_text(sync, stdout, TEXT_SYNC_PENDING,
                   TEXTS_WORDS(ctl_cell(row, "pending", count, sizeof count),
                               ctl_cell(row, "pending_names", cell, sizeof cell)));
}

static int tell(const struct sync *sync) {
    int status = is_whole(sync->end) ? CTL_DONE : CTL_REFUSED;
    char cell[CTL_CELL_BYTES], end[64];

    if (sync->request->json)
        return ctl_end(sync->request,
                       ctl_answer(status == CTL_DONE, json_pack("[O]", sync->end), ""), status);
    print_end(sync);
    status = ctl_end(sync->request, NULL, status);
    if (!is_whole(sync->end))
        say_error(CTL_PROGRAM, TEXT_SYNC_NOT_WHOLE, sync->request->lang,
                  TEXTS_WORDS(ctl_cell(sync->end, "end", end, sizeof end),
                              ctl_cell(sync->end, "error", cell, sizeof cell)));
    return status;
}

static int tell_started(const struct ctl_request *request) {
    char text[TEXTS_MAX_BYTES];

    (void)texts_say(text, sizeof text, TEXT_SYNC_STARTED, request->lang, NULL);
    if (request->json)
        return ctl_end(request, ctl_answer(true, json_array(), text), CTL_DONE);
    (void)printf("%s\n", text);
    return ctl_end(request, NULL, CTL_DONE);
}

int ctl_sync(const struct ctl_request *request) {
    bool waits = request->values[CTL_NO_WAIT] == NULL;
    struct sync sync = {.request = request,
                        .redraws = !request->json && isatty(STDOUT_FILENO) == 1};
    const char *args = request->values[CTL_ACCEPT] != NULL
                           ? (waits ? "{\"accept\":true,\"wait\":true}" : "{\"accept\":true}")
                           : (waits ? "{\"wait\":true}" : "{}");
    struct rows_question q = {.command = "sync",
                              .args = args,
                              .is_long = true,
                              .timeout_ms = waits ? TIMEOUT_MS : SHORT_MS};
    struct rows_end end;
    json_t *refusal;
    int status;

    if (request->values[CTL_WAIT] != NULL && !waits) {
        say_error(CTL_PROGRAM, TEXT_OPTION_NOT_HERE, request->lang,
                  TEXTS_WORDS("--wait", "--no-wait"));
        return CTL_USAGE;
    }
    refusal = ctl_ask_only(request, &q, take_row, &sync, &end);
    if (sync.redraws)
        (void)fputs("\r\033[K", stdout);
    status = ctl_told(request, &q, &end, refusal);
    if (status == CTL_DONE && !waits)
        status = tell_started(request);
    else if (status == CTL_DONE && sync.end == NULL)
        status = ctl_fail_text(request, "internal", CTL_NO_ANSWER, TEXT_SYNC_NO_END, NULL);
    else if (status == CTL_DONE)
        status = tell(&sync);
    json_decref(sync.end);
    return status;
}
