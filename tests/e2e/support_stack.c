/* PAM services of this test's own, and what the programs that use them say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/e2e/support.h"

static const char services[] = "[service wecom-web]\n"
                               "methods = code\n"
                               "account = no\n"
                               "export = userid name mobile email departments\n"
                               "[service wecom-host]\n"
                               "methods = code\n"
                               "[service wecom-fall]\n"
                               "methods = code\n"
                               "[service wecom-slow]\n"
                               "methods = code\n"
                               "account = no\n";

#define MODULE "{build}/pam_wecom.so socket={dir}/login.sock links={dir}/links"

void stack_write(const char *name, const char *control, const char *arguments, const char *last) {
    const char *all = "";
    static const char *const kinds[] = {"auth", "account", "session"};

    for (int i = 0; i < 3; i++)
        all =
            text("%s%s %s " MODULE " %s\n%s%s%s", all, kinds[i], control, arguments,
                 last != NULL ? kinds[i] : "", last != NULL ? last : "", last != NULL ? "\n" : "");
    place_write(text("pam.d/%s", name), all, 0644, 0);
}

static void write_stacks(void) {
    ck_assert_int_eq(mkdir(place_path("pam.d"), 0755), 0);
    stack_write("wecom-web", "required", "identity timeout=10", NULL);
    stack_write("wecom-host", "required", "timeout=10", NULL);
    stack_write("wecom-slow", "required", "identity timeout=3", NULL);
    stack_write("wecom-fall", "[success=done default=ignore]", "timeout=10",
                " required pam_permit.so");
    place_write("pam.d/other", "auth required pam_deny.so\naccount required pam_deny.so\n", 0644,
                0);
    place_mount("pam.d", "/etc/pam.d");
}

void stack_begin(const char *helper_lines, const char *app_lines) {
    write_stacks();
    helper_configure(helper_lines, app_lines, services);
    helper_start();
}

void run_passes(const struct run *r) {
    ck_assert_msg(r->status == 0, "%d: %s%s\n%s", r->status, r->out, r->err, helper_tail());
}

/* wecom-login: the code goes in as JSON, the answer comes out as JSON. */
const json_t *sign_in(const char *code, int status, const char *const more[]) {
    const char *argv[RUN_MOST] = {place_program("wecom-login")};
    json_t *answer;
    struct run r;
    size_t n = 1;

    for (; more[n - 1] != NULL; n++)
        argv[n] = more[n - 1];
    r = run(code != NULL ? text("{\"code\":\"%s\"}", code) : NULL, 60, argv);
    ck_assert_msg(r.status == status, "status %d: %s%s", r.status, r.out, r.err);
    answer = json_loads(r.out, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(json_is_object(answer), "%s", r.out);
    return place_json(answer);
}

const char *word_of(const json_t *object, const char *key) {
    const char *string = json_string_value(json_object_get(object, key));

    return string != NULL ? string : "";
}

void sign_in_ok(const json_t *answer, const char *user) {
    ck_assert_msg(json_is_true(json_object_get(answer, "ok")), "%s",
                  (const char *)place_keep(json_dumps(answer, 0)));
    ck_assert_str_eq(word_of(answer, "user"), user);
}

void sign_in_refused(const json_t *answer, const char *pam, const char *reason) {
    ck_assert_msg(
        json_is_false(json_object_get(answer, "ok")) && strcmp(word_of(answer, "pam"), pam) == 0 &&
            strcmp(word_of(answer, "reason"), reason) == 0 && word_of(answer, "message")[0] != '\0',
        "%s", (const char *)place_keep(json_dumps(answer, 0)));
}
