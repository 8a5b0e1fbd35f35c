/* wecom-login and PAM: real libpam, stacks of its own at /etc/pam.d in a private mount namespace,
 * the distribution's modules and ours.
 */
#include "tests/tools/support.h"

#define CODE "0123456789abcdefghijklmnopqrstuvwxyz-_ABCDE"
#define INPUT "{\"code\":\"" CODE "\"}\n"

static char dir[64];

static void set_up(void) {
    make_dir(dir);
    write_file(dir, "other", 0644, "auth required pam_deny.so\naccount required pam_deny.so\n");
}

static void tear_down(void) {
    remove_dir(dir);
}

/* Writes the stack "svc"; "DIR" in it stands for the folder, where scripts can be. */
static void stack(const char *text) {
    char lines[4096] = "";
    size_t len = 0;

    while (*text != '\0' && len < sizeof lines - sizeof dir) {
        if (strncmp(text, "DIR", 3) == 0) {
            len += (size_t)snprintf(lines + len, sizeof lines - len, "%s", dir);
            text += 3;
        } else {
            lines[len++] = *text++;
        }
    }
    lines[len] = '\0';
    write_file(dir, "svc", 0644, lines);
}

#define LOGIN(r, ...)                                                                              \
    run_how((r), &(const struct run_how){.in = INPUT, .pam_dir = dir}, "wecom-login", "--service", \
            "svc", __VA_ARGS__)

START_TEST(a_stack_that_permits_is_a_grant) {
    struct run r;

    stack("auth required pam_permit.so\naccount required pam_permit.so\n");
    LOGIN(&r, "--user", "张三", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.err, "");
    ck_assert_str_eq(r.out, "{\"ok\":true,\"user\":\"张三\",\"env\":{}}\n");
    run_free(&r);
}
END_TEST

static const struct {
    const char *stack, *pam, *reason;
    int status;
} refusing[] = {
    {"auth required pam_deny.so\naccount required pam_permit.so\n", "PAM_AUTH_ERR", "internal", 0},
    {"auth required pam_permit.so\naccount required pam_deny.so\n", "PAM_AUTH_ERR", "internal", 0},
    {"auth required pam_debug.so auth=authinfo_unavail\n", "PAM_AUTHINFO_UNAVAIL", "helper_down",
     0},
    {"auth required pam_debug.so auth=user_unknown\n", "PAM_USER_UNKNOWN", "not_visible", 0},
    {"auth required pam_debug.so auth=maxtries\n", "PAM_MAXTRIES", "too_many_tries", 0},
    {"auth required pam_permit.so\naccount required pam_debug.so acct=acct_expired\n",
     "PAM_ACCT_EXPIRED", "withdrawn", 0},
    {"auth required pam_permit.so\naccount required pam_debug.so acct=new_authtok_reqd\n",
     "PAM_NEW_AUTHTOK_REQD", "internal", 0},
    {"auth required pam_permit.so\naccount required pam_debug.so acct=perm_denied\n",
     "PAM_PERM_DENIED", "not_allowed", 0},
    {"auth required pam_debug.so auth=service_err\n", "PAM_SERVICE_ERR", "internal", 1},
    {"auth required pam_nonexistent.so\n", "PAM_MODULE_UNKNOWN", "internal", 1},
};

START_TEST(a_stack_that_refuses_is_a_refusal) {
    struct run r;

    stack(refusing[_i].stack);
    LOGIN(&r, "--user", "zhangsan", NULL);
    ck_assert(!run_ok(&r));
    ck_assert_str_eq(run_string(&r, "pam"), refusing[_i].pam);
    ck_assert_str_eq(run_string(&r, "reason"), refusing[_i].reason);
    ck_assert_str_ne(run_string(&r, "message"), "");
    ck_assert_int_eq(r.status, refusing[_i].status);
    ck_assert_str_eq(r.err, "");
    run_free(&r);
}
END_TEST

START_TEST(a_service_without_a_stack_is_refused_by_the_other_one) {
    struct run r;

    LOGIN(&r, "--user", "zhangsan", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert(!run_ok(&r));
    run_free(&r);
}
END_TEST

START_TEST(the_code_answers_the_prompt_and_does_not_become_the_user) {
    struct run r;

    /* pam_exec asks "Password: " and hands the answer to the script */
    write_file(dir, "is_code", 0755, "#!/bin/sh\nread -r x; [ \"$x\" = " CODE " ]\n");
    stack("auth required pam_exec.so expose_authtok quiet DIR/is_code\n"
          "account required pam_permit.so\n");
    LOGIN(&r, "--user", "zhangsan", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "{\"ok\":true,\"user\":\"zhangsan\",\"env\":{}}\n");
    run_free(&r);
    /* pam_permit asks for the user name */
    stack("auth required pam_permit.so\naccount required pam_permit.so\n");
    LOGIN(&r, NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert(!run_ok(&r));
    ck_assert_str_eq(run_string(&r, "reason"), "internal");
    assert_has(run_string(&r, "message"), "--user");
    assert_lacks(r.out, CODE);
    run_free(&r);
}
END_TEST

START_TEST(what_the_command_line_says_reaches_the_modules) {
    struct run r;

    write_file(dir, "sees", 0755,
               "#!/bin/sh\n[ \"$PAM_USER\" = zhangsan ] && [ \"$PAM_RHOST\" = 2001:db8::1 ] &&\n"
               "[ \"$PAM_SERVICE\" = svc ] && [ \"$WECOM_APP\" = noco ] &&\n"
               "env | grep -qx WECOM_REASON=\n");
    stack(
        "auth required pam_exec.so quiet DIR/sees\naccount required pam_exec.so quiet DIR/sees\n");
    LOGIN(&r, "--user", "zhangsan", "--rhost", "2001:db8::1", "--app", "noco", NULL);
    ck_assert(run_ok(&r));
    run_free(&r);
    LOGIN(&r, "--user", "zhangsan", "--rhost", "2001:db8::1", NULL);
    ck_assert(!run_ok(&r));
    run_free(&r);
    LOGIN(&r, "--account", "--user", "zhangsan", "--rhost", "2001:db8::1", "--app", "noco", NULL);
    ck_assert_str_eq(r.out, "{\"ok\":true,\"user\":\"zhangsan\"}\n");
    run_free(&r);
}
END_TEST

START_TEST(what_modules_say_is_the_message_without_control_characters) {
    struct run r;

    write_file(dir, "says", 0755,
               "#!/bin/sh\nprintf 'one \\033[31m\\342\\200\\256red\\ntwo 中\\n'\n"
               "exit 1\n");
    stack("auth required pam_exec.so stdout quiet DIR/says\naccount required pam_permit.so\n");
    LOGIN(&r, "--user", "zhangsan", NULL);
    ck_assert_int_eq(r.status, 1); /* pam_exec calls that a system error */
    ck_assert(!run_ok(&r));
    assert_has(run_string(&r, "message"), "one [31mred\ntwo 中");
    assert_is_harmless(r.out);
    run_free(&r);
}
END_TEST

START_TEST(account_asks_the_account_stack_alone_and_reads_no_input) {
    const struct run_how how = {.in_stays_open = true, .pam_dir = dir};
    struct run r;

    stack("auth required pam_deny.so\naccount required pam_permit.so\n");
    run_how(&r, &how, "wecom-login", "--service", "svc", "--account", "--user", "zhangsan", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "{\"ok\":true,\"user\":\"zhangsan\"}\n");
    ck_assert_int_lt(r.took_ms, 8000);
    run_free(&r);
    stack("auth required pam_permit.so\naccount required pam_deny.so\n");
    run_how(&r, &how, "wecom-login", "--service", "svc", "--account", "--user", "zhangsan", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert(!run_ok(&r));
    ck_assert_str_eq(run_string(&r, "pam"), "PAM_AUTH_ERR");
    run_free(&r);
}
END_TEST

/* Is `needle` in the writable memory of the process? */
static bool is_in_memory(pid_t pid, const char *needle) {
    char path[64], line[512];
    bool found = false;
    FILE *maps;
    int mem;

    (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    mem = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(mem, 0);
    (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    maps = fopen(path, "re");
    ck_assert_ptr_nonnull(maps);
    while (!found && fgets(line, sizeof line, maps) != NULL) {
        unsigned long first, last;
        char *end;
        char *bytes;
        ssize_t n;

        first = strtoul(line, &end, 16);
        last = strtoul(end + 1, &end, 16);
        if (strncmp(end, " rw", 3) != 0 || last - first > 64 * 1024 * 1024)
            continue;
        bytes = malloc(last - first);
        ck_assert_ptr_nonnull(bytes);
        n = pread(mem, bytes, last - first, (off_t)first);
        found = n > 0 && memmem(bytes, (size_t)n, needle, strlen(needle)) != NULL;
        free(bytes);
    }
    (void)fclose(maps);
    (void)close(mem);
    return found;
}

/* Waits for a file that the account stack makes. */
static void wait_for(const char *name) {
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    for (int i = 0; i < 3000 && access(path, F_OK) != 0; i++)
        (void)poll(NULL, 0, 10);
    ck_assert_int_eq(access(path, F_OK), 0);
}

/* AddressSanitizer lays stack frames out anew and keeps freed memory: what is gone without it is
 * there with it.
 */
#ifdef __SANITIZE_ADDRESS__
enum { MEMORY_ROUNDS = 0 };
#else
enum { MEMORY_ROUNDS = 3 };
#endif

START_TEST(the_code_is_gone_from_memory_after_its_use) {
    /* behind many blanks it lies where nothing overwrites it by chance */
    static const int blanks[] = {0, 3000, 40000};
    char input[40000 + sizeof INPUT];
    const struct run_how how = {.in = input, .pam_dir = dir};
    struct started s;
    struct run r;

    if (geteuid() != 0)
        return; /* only root may look into that process */
    (void)snprintf(input, sizeof input, "%*s%s", blanks[_i], "", INPUT);
    write_file(dir, "rests", 0755,
               "#!/bin/sh\n: >${0%/*}/resting\nwhile [ ! -e ${0%/*}/go ] && kill -0 $PPID; do "
               "sleep 0.05; done\n");
    /* nobody asks for the code here, so that what is left of it is ours and not libpam's */
    stack("auth required pam_permit.so\naccount required pam_exec.so quiet DIR/rests\n");
    start_how(&s, &how, "wecom-login", "--service", "svc", "--user", "marked-user-name", NULL);
    wait_for("resting");
    ck_assert(is_in_memory(s.pid, "marked-user-name")); /* the search works */
    ck_assert(!is_in_memory(s.pid, CODE));
    ck_assert(
        !is_in_memory(s.pid, "xyz-_ABCDE")); /* nor its end: allocators write over the start */
    write_file(dir, "go", 0644, "");
    finish_run(&s, &r);
    ck_assert(run_ok(&r));
    run_free(&r);
}
END_TEST

/* -- our own module ------------------------------------------------------------------------- */

/* The stack with pam_wecom.so as a web host has it: identity only. */
static void wecom_stack(const struct helper *h) {
    char module[PATH_MAX], lines[2 * PATH_MAX + 512];

    built("pam_wecom.so", module);
    (void)snprintf(lines, sizeof lines,
                   "auth required %s socket=%s identity timeout=5\n"
                   "account required %s socket=%s identity timeout=5\n",
                   module, h->socket, module, h->socket);
    write_file(dir, "svc", 0644, lines);
}

static void wecom_login(struct run *r, struct helper *h, const struct step *script) {
    helper_start(h, script);
    wecom_stack(h);
    LOGIN(r, "--app", "noco", "--rhost", "192.0.2.7", NULL);
}

static void done(struct run *r, struct helper *h) {
    run_free(r);
    helper_stop(h);
}

#define ASK SEND("ask\ninfo=Type the code.\nprompt=Code: \necho=no\n")

START_TEST(with_the_module_a_grant_tells_who_it_is) {
    static const struct step script[] = {
        READ,
        READY,
        ASK,
        READ,
        SEND("result\nverdict=granted\naccount=valid\nuserid=ZhangSan\ncorp=ww1\n"
             "env.WECOM_USERID=ZhangSan\nenv.WECOM_NAME=张三\nenv.WECOM_MOBILE=13800000000\n"
             "env.WECOM_FIRST_LOGIN=yes\n"),
        END};
    struct helper h;
    struct run r;

    wecom_login(&r, &h, script);
    ck_assert_int_eq(r.status, 0);
    ck_assert(run_ok(&r));
    ck_assert_str_eq(run_string(&r, "user"), "ZhangSan");
    ck_assert_uint_eq(json_object_size(json_object_get(run_json(&r), "env")), 4);
    assert_has(r.out, "\"WECOM_NAME\":\"张三\"");
    assert_has(r.out, "\"WECOM_MOBILE\":\"13800000000\"");
    ck_assert(helper_heard(&h, "app=noco\n"));
    ck_assert(helper_heard(&h, "rhost=192.0.2.7\n"));
    ck_assert(helper_heard(&h, "text=" CODE "\n"));
    done(&r, &h);
}
END_TEST

START_TEST(with_the_module_a_refusal_has_its_reason_and_message) {
    static const struct step script[] = {
        READ,
        READY,
        ASK,
        READ,
        SEND("result\nverdict=denied\nreason=code_invalid\nmessage=Please scan again (t1).\n"),
        END};
    struct helper h;
    struct run r;

    wecom_login(&r, &h, script);
    ck_assert_int_eq(r.status, 0);
    ck_assert(!run_ok(&r));
    ck_assert_str_eq(run_string(&r, "pam"), "PAM_AUTH_ERR");
    ck_assert_str_eq(run_string(&r, "reason"), "code_invalid");
    assert_has(run_string(&r, "message"), "Please scan again (t1).");
    assert_lacks(run_string(&r, "message"), "Type the code.");
    done(&r, &h);
}
END_TEST

START_TEST(with_the_module_a_second_question_is_not_answered) {
    static const struct step script[] = {READ, READY, ASK, READ, ASK, READ, END};
    struct helper h;
    struct run r;

    wecom_login(&r, &h, script);
    ck_assert_int_eq(r.status, 0);
    ck_assert(!run_ok(&r));
    ck_assert_str_eq(run_string(&r, "reason"), "cancelled");
    done(&r, &h);
}
END_TEST

START_TEST(with_the_module_and_no_helper_the_helper_is_down) {
    static const struct step script[] = {READ, END};
    struct helper h;
    struct run r;

    wecom_login(&r, &h, script);
    ck_assert_int_eq(r.status, 0);
    ck_assert(!run_ok(&r));
    ck_assert_str_eq(run_string(&r, "pam"), "PAM_AUTHINFO_UNAVAIL");
    ck_assert_str_eq(run_string(&r, "reason"), "helper_down");
    ck_assert_str_ne(run_string(&r, "message"), "");
    done(&r, &h);
}
END_TEST

START_TEST(with_the_module_account_asks_whether_somebody_is_still_in) {
    static const struct step valid[] = {
        READ, READY, SEND("result\nverdict=granted\naccount=valid\nuserid=zhangsan\n"), END};
    static const struct step gone[] = {
        READ, READY,
        SEND("result\nverdict=denied\naccount=expired\nreason=withdrawn\nmessage=Gone.\n"), END};
    struct helper h;
    struct run r;

    helper_start(&h, valid);
    wecom_stack(&h);
    LOGIN(&r, "--account", "--user", "zhangsan", NULL);
    ck_assert_str_eq(r.out, "{\"ok\":true,\"user\":\"zhangsan\"}\n");
    ck_assert(helper_heard(&h, "account\n"));
    done(&r, &h);
    helper_start(&h, gone);
    wecom_stack(&h);
    LOGIN(&r, "--account", "--user", "zhangsan", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert(!run_ok(&r));
    ck_assert_str_eq(run_string(&r, "reason"), "withdrawn");
    done(&r, &h);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("wecom-login and PAM");
    TCase *tc = new_case(s, "stacks", 120);

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_stack_that_permits_is_a_grant);
    tcase_add_loop_test(tc, a_stack_that_refuses_is_a_refusal, 0, COUNT(refusing));
    tcase_add_test(tc, a_service_without_a_stack_is_refused_by_the_other_one);
    tcase_add_test(tc, the_code_answers_the_prompt_and_does_not_become_the_user);
    tcase_add_test(tc, what_the_command_line_says_reaches_the_modules);
    tcase_add_test(tc, what_modules_say_is_the_message_without_control_characters);
    tcase_add_test(tc, account_asks_the_account_stack_alone_and_reads_no_input);
    tcase_add_loop_test(tc, the_code_is_gone_from_memory_after_its_use, 0, MEMORY_ROUNDS);
    tc = new_case(s, "pam_wecom.so", 120);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, with_the_module_a_grant_tells_who_it_is);
    tcase_add_test(tc, with_the_module_a_refusal_has_its_reason_and_message);
    tcase_add_test(tc, with_the_module_a_second_question_is_not_answered);
    tcase_add_test(tc, with_the_module_and_no_helper_the_helper_is_down);
    tcase_add_test(tc, with_the_module_account_asks_whether_somebody_is_still_in);
    return s;
}
