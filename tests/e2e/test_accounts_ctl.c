/* wecomctl accounts against the real helper: what administrators do, and what they do wrong. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/localfiles.h"
#include "tests/check_main.h"
#include "tests/e2e/support.h"

#define LINKS "/etc/wecom/links"

/* ---- Running it ------------------------------------------------------------------------------ */

static struct run ctl_with(const char *input, const char *const words[]) {
    const char *argv[RUN_MOST] = {place_program("wecomctl"), "--socket", place_path("admin.sock")};

    for (size_t i = 0; words[i] != NULL; i++)
        argv[3 + i] = words[i];
    return run(input, 120 * place_slowness(), argv);
}
#define CTL(...) ctl_with(NULL, (const char *const[]){__VA_ARGS__, NULL})

static const json_t *json_of(const struct run *r) {
    json_t *json = json_loads(r->out, JSON_REJECT_DUPLICATES, NULL);

    ck_assert_msg(json_is_object(json), "%s%s", r->out, r->err);
    return place_json(json);
}

/* Ends with that status, and says so on standard error in both languages. */
static void refused(const struct run *r, int status, const char *words) {
    ck_assert_msg(r->status == status, "%d: %s%s", r->status, r->out, r->err);
    text_has(r->err, words);
}

static void passes(const struct run *r, const char *words) {
    run_passes(r);
    text_has(r->out, words);
}

static size_t count_rows(const json_t *answer, const char *kind) {
    size_t i, count = 0;
    const json_t *row;

    json_array_foreach(json_object_get(answer, "rows"), i, row) {
        count += strcmp(word_of(row, "kind"), kind) == 0;
    }
    return count;
}

/* The account as `show` has it. */
static const json_t *show(const char *user) {
    struct run r = CTL("accounts", "show", user, "--json");

    run_passes(&r);
    return json_array_get(json_object_get(json_of(&r), "rows"), 0);
}

static long long number_of(const json_t *object, const char *key) {
    return (long long)json_integer_value(json_object_get(object, key));
}

static void state_is(const char *user, const char *state) {
    ck_assert_str_eq(word_of(show(user), "state"), state);
}

/* A helper that makes no account by itself. */
static void begin_with(const char *accounts) {
    helper_configure(NULL, NULL,
                     text("%s[accounts]\ntable = {dir}/state/public/accounts.cdb\n%s",
                          helper_services, accounts));
    helper_start();
}

static void begin(void) {
    begin_with("provision = no\n");
}

static void add(const char *userid) {
    struct run r = CTL("accounts", "add", userid);

    run_passes(&r);
}

/* ---- One account ----------------------------------------------------------------------------- */

START_TEST(an_account_is_made_looked_at_and_switched_off) {
    const json_t *a;
    struct run r;

    begin();
    r = CTL("accounts");
    passes(&r, "There is no such account");
    r = CTL("accounts", "add", "zhangsan", "WangFang", "1001");
    passes(&r, "zhangsan");
    text_has(r.out, "wangfang");
    text_has(r.out, "u1001");
    a = show("zhangsan");
    ck_assert_str_eq(word_of(a, "name"), "张三");
    ck_assert_str_eq(word_of(a, "departments"), "2 3");
    ck_assert_str_eq(word_of(a, "services"), "host");
    ck_assert(json_is_true(json_object_get(a, "added")));
    ck_assert_int_ge(number_of(a, "uid"), 1900000000);
    r = CTL("accounts", "show", text("%lld", number_of(a, "uid")));
    passes(&r, "zhangsan");
    r = CTL("accounts", "show", word_of(a, "account"));
    passes(&r, "张三");
    r = CTL("accounts", "disable", "zhangsan");
    passes(&r, "switched off");
    state_is("zhangsan", "switched_off");
    ck_assert_ptr_nonnull(helper_line(0, "account switched off by administrator"));
    text_has(helper_line(0, "account switched off by administrator"), "by_uid='0'");
    r = CTL("accounts", "disable", "zhangsan");
    passes(&r, "nothing had to be changed");
    r = CTL("accounts", "enable", "zhangsan");
    passes(&r, "active");
    r = CTL("accounts", "list", "--lang", "en");
    passes(&r, "3 accounts");
    text_has(r.out, "LOGIN ");
    ck_assert(strstr(r.out, "u1001") < strstr(r.out, "wangfang") &&
              strstr(r.out, "wangfang") < strstr(r.out, "zhangsan"));
    r = CTL("accounts", "list", "FANG");
    passes(&r, "wangfang");
    ck_assert_ptr_null(strstr(r.out, "zhangsan"));
    r = CTL("accounts", "list", "--state", "held");
    passes(&r, "There is no such account");
}
END_TEST

/* What is not done, and the words that say why. */
static const struct {
    const char *words[4];
    const char *text;
} mistakes[] = {
    {{"show", "nobodyhere"}, "No account is called nobodyhere"},
    {{"show", "uid:12"}, "No account is called uid:12"},
    {{"disable", "nobodyhere"}, "没有名为 nobodyhere 的账户"},
    {{"add", "outsider"}, "WeCom shows the application no member outsider"},
    {{"add", "leaver"}, "has left the company"},
    {{"add", "../x"}, "cannot be a WeCom userid"},
    {{"alias", "zhangsan", "Zhang"}, "cannot be a login name"},
    {{"alias", "zhangsan", "root"}, "a name of this machine"},
    {{"alias", "zhangsan", "daemon"}, "a name of this machine"},
    {{"alias", "zhangsan", "docker"}, "gives rights by itself"},
    {{"alias", "zhangsan", "ops"}, "name of a group in wecom.conf"},
    {{"alias", "zhangsan", "wangfang"}, "is, or was, the name of WangFang"},
    {{"rename", "zhangsan", "outsider"}, "no member outsider"},
    {{"rename", "zhangsan", "ZHANGSAN"}, "has the userid zhangsan already"},
    {{"rename", "zhangsan", "lisi"}, "WeCom still has a member zhangsan"},
    {{"rename", "zhangsan", "no/userid"}, "cannot be a WeCom userid"},
    {{"readmit", "zhangsan"}, "is not held"},
    {{"readmit", "zhangsan", "--new"}, "is not held"},
    {{"import", "/nonexistent/file"}, "cannot be read"},
};

START_TEST(a_mistake_changes_nothing_and_is_explained) {
    const char *const *w = mistakes[_i].words;
    char *before;
    struct run r;

    begin_with("provision = no\ngroup.ops = department:2\n");
    add("zhangsan");
    add("wangfang");
    r = CTL("accounts", "export");
    before = place_keep(strdup(r.out));
    r = CTL("accounts", w[0], w[1], w[2], w[3]);
    refused(&r, 1, mistakes[_i].text);
    r = CTL("accounts", w[0], w[1], "--json", w[2], w[3]);
    ck_assert_int_eq(r.status, 1);
    ck_assert(json_is_false(json_object_get(json_of(&r), "ok")));
    r = CTL("accounts", "export");
    ck_assert_str_eq(r.out, before);
}
END_TEST

START_TEST(a_name_is_given_and_the_former_one_stays_reserved) {
    struct run r;

    begin();
    add("a@b");
    r = CTL("accounts", "list", "--no-login");
    passes(&r, "a@b");
    r = CTL("accounts", "alias", "a@b", "ab");
    passes(&r, "ab");
    r = CTL("accounts", "list", "--no-login");
    passes(&r, "There is no such account");
    r = CTL("accounts", "alias", "ab", "abee");
    passes(&r, "The name ab stays reserved");
    add("lisi");
    r = CTL("accounts", "alias", "lisi", "ab");
    refused(&r, 1, "is, or was, the name of a@b");
    r = CTL("accounts", "alias", "abee", "ab");
    passes(&r, "ab");
    ck_assert_str_eq(word_of(show("userid:a@b"), "login"), "ab");
}
END_TEST

START_TEST(a_userid_that_was_changed_keeps_the_account) {
    const json_t *before, *after;
    struct run r;

    begin();
    add("wangwu");
    before = show("wangwu");
    ck_assert(sim_member(place.sim, "{\"userid\":\"wangwu2\",\"name\":\"王五\",\"department\":[4],"
                                    "\"status\":1}"));
    r = CTL("accounts", "rename", "wangwu", "wangwu2");
    refused(&r, 1, "still has a member wangwu");
    json_decref(sim_delete(place.sim, "/member?userid=wangwu"));
    r = CTL("accounts", "rename", "wangwu", "wangwu2");
    passes(&r, "wangwu2");
    after = show("wangwu2");
    ck_assert_str_eq(word_of(after, "account"), word_of(before, "account"));
    ck_assert_str_eq(word_of(after, "login"), "wangwu");
    ck_assert_int_eq(number_of(after, "uid"), number_of(before, "uid"));
    ck_assert_str_eq(word_of(after, "state"), "active");
}
END_TEST

START_TEST(an_account_in_the_way_of_a_new_userid_is_retired_if_nobody_used_it) {
    const json_t *first;
    struct run r;

    begin();
    add("wangwu");
    ck_assert(sim_member(place.sim, "{\"userid\":\"wangwu2\",\"name\":\"王五\",\"department\":[4],"
                                    "\"status\":1}"));
    add("wangwu2");
    first = show("wangwu2");
    json_decref(sim_delete(place.sim, "/member?userid=wangwu"));
    r = CTL("accounts", "rename", "wangwu", "wangwu2");
    passes(&r, text("former.%s", word_of(first, "account")));
    ck_assert_str_eq(word_of(show("userid:wangwu2"), "login"), "wangwu");
    state_is(text("id:%s", word_of(first, "account")), "deleted");
    ck_assert_str_eq(word_of(show(word_of(first, "account")), "login"), "wangwu2");
    /* and not if somebody did */
    add("lisi");
    GRANTED(LOGIN("lisi", .service = "host", .user = "lisi", .host = true), "lisi");
    add("zhangsan");
    json_decref(sim_delete(place.sim, "/member?userid=zhangsan"));
    r = CTL("accounts", "rename", "zhangsan", "lisi");
    refused(&r, 1, "somebody has signed in with it");
}
END_TEST

/* Deleted in WeCom, noticed, and back. */
static void delete_and_return(const char *userid) {
    struct run r;

    json_decref(sim_delete(place.sim, text("/member?userid=%s", userid)));
    r = CTL("accounts", "readmit", userid);
    refused(&r, 1, "WeCom does not know the userid");
    state_is(userid, "deleted");
    ck_assert(sim_member(place.sim,
                         "{\"userid\":\"%s\",\"name\":\"新人\",\"department\":[4],\"status\":1}",
                         userid));
}

START_TEST(who_came_back_after_a_deletion_is_let_in_again) {
    const json_t *before;
    struct run r;

    begin();
    add("wangwu");
    before = show("wangwu");
    delete_and_return("wangwu");
    r = CTL("accounts", "add", "wangwu");
    refused(&r, 1, "wecomctl accounts readmit wangwu");
    state_is("wangwu", "held");
    r = CTL("accounts", "readmit", "wangwu");
    passes(&r, "active");
    ck_assert_str_eq(word_of(show("wangwu"), "account"), word_of(before, "account"));
    state_is("wangwu", "active");
}
END_TEST

START_TEST(somebody_else_of_that_userid_gets_an_account_of_his_own) {
    const json_t *before, *after;
    struct run r;

    begin();
    add("wangwu");
    before = show("wangwu");
    delete_and_return("wangwu");
    r = CTL("accounts", "readmit", "wangwu", "--new");
    passes(&r, "names are never given again");
    text_has(r.out, "wecomctl accounts alias wangwu");
    after = show("userid:wangwu");
    ck_assert_str_ne(word_of(after, "account"), word_of(before, "account"));
    ck_assert_int_ne(number_of(after, "uid"), number_of(before, "uid"));
    ck_assert_str_eq(word_of(after, "login"), "");
    state_is(text("id:%s", word_of(before, "account")), "deleted");
    r = CTL("accounts", "show", "wangwu"); /* the former one's login name, the new one's userid */
    refused(&r, 1, "names more than one account");
    r = CTL("accounts", "alias", "userid:wangwu", "wangwu-2");
    passes(&r, "wangwu-2");
}
END_TEST

START_TEST(without_wecom_nobody_is_added_or_renamed) {
    struct run r;

    begin();
    add("zhangsan");
    ck_assert(sim_fault(place.sim,
                        "{\"path\":\"%s\",\"kind\":\"errcode\",\"errcode\":60020,\"times\":99}",
                        USER_GET));
    r = CTL("accounts", "add", "lisi");
    refused(&r, 1, "WeCom could not be asked about lisi");
    text_has(r.err, "trusted IPs");
    text_has(r.err, "可信");
    r = CTL("accounts", "rename", "zhangsan", "lisi");
    refused(&r, 1, "WeCom could not be asked");
    r = CTL("accounts", "add", "lisi", "--json");
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(word_of(json_array_get(json_object_get(json_of(&r), "rows"), 0), "why"),
                     "wecom");
}
END_TEST

START_TEST(names_that_mean_harm_reach_no_terminal_and_no_log) {
    static const char *const names[] = {"\\u001b]0;x\\u0007\\u001b[31mred",
                                        "a\\u202egpj.exe",
                                        "line\\none:two\\r\\n3",
                                        "=HYPERLINK(\\\"x\\\")",
                                        "a,\\\"b\\\"",
                                        "\\u200b\\u2028\\ufeff"};
    char long_name[1600] = "";
    struct run r;

    begin();
    for (int i = 0; i < 500; i++)
        (void)strcat(long_name, "名"); /* 500 characters */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert(sim_member(place.sim,
                             "{\"userid\":\"evil%zu\",\"name\":\"%s\",\"department\":[2],"
                             "\"status\":1}",
                             i, names[i]));
    ck_assert(sim_member(place.sim,
                         "{\"userid\":\"longname\",\"name\":\"%s\",\"department\":[2],"
                         "\"status\":1}",
                         long_name));
    r = CTL("accounts", "add", "evil0", "evil1", "evil2", "evil3", "evil4", "evil5", "longname");
    run_passes(&r);
    for (int round = 0; round < 4; round++) {
        r = round == 0   ? CTL("accounts", "list")
            : round == 1 ? CTL("accounts", "show", "evil0")
            : round == 2 ? CTL("accounts", "export", "--csv")
                         : CTL("accounts", "list", "--json");
        run_passes(&r);
        for (const unsigned char *c = (const unsigned char *)r.out; *c != '\0'; c++)
            ck_assert_msg((*c >= 0x20 && *c != 0x7f) || *c == '\n' || *c == '\r', "byte %02x", *c);
        ck_assert_ptr_null(strstr(r.out, "\xe2\x80\xae"));
        ck_assert_ptr_null(strstr(r.out, "\xe2\x80\xa8"));
    }
    ck_assert_ptr_null(strchr(helper_log(), 0x1b));
    r = CTL("accounts", "export", "--csv");
    text_has(r.out, "\"'=HYPERLINK(\"\"x\"\")\"");
    text_has(r.out, "\"a,\"\"b\"\"\"");
}
END_TEST

/* ---- Export and import ----------------------------------------------------------------------- */

/* Another host: a fresh store, the same configuration. */
static void other_host(void) {
    helper_stop();
    ck_assert_int_eq(rename(place_path("state"), place_path("state-of-the-first")), 0);
    helper_start();
}

static const char *const formats[] = {"--csv", "--json"};

START_TEST(another_host_gets_the_same_names_and_numbers) {
    const json_t *a, *b;
    char *first;
    struct run r;

    begin();
    r = CTL("accounts", "add", "zhangsan", "1001", "WangFang", "a@b");
    run_passes(&r);
    r = CTL("accounts", "alias", "zhangsan", "zs");
    run_passes(&r);
    r = CTL("accounts", "disable", "wangfang");
    run_passes(&r);
    a = show("zs");
    r = CTL("accounts", "export", formats[_i], place_path("accounts"));
    passes(&r, "4 accounts written to");
    r = CTL("accounts", "export", formats[_i]);
    first = place_keep(strdup(r.out));
    other_host();
    r = CTL("accounts", "import", place_path("accounts"), "--dry-run");
    passes(&r, "4 rows are good: 4 would be new");
    r = CTL("accounts");
    passes(&r, "There is no such account");
    r = CTL("accounts", "import", place_path("accounts"));
    passes(&r, "4 rows imported: 4 new, 0 changed, 0 as they were");
    text_has(helper_line(0, "accounts imported by administrator"), "new='4'");
    b = show("zs");
    ck_assert_str_eq(word_of(a, "account"), word_of(b, "account"));
    ck_assert_int_eq(number_of(a, "uid"), number_of(b, "uid"));
    state_is("wangfang", "switched_off");
    r = CTL("accounts", "export", formats[_i]);
    ck_assert_str_eq(r.out, first);
    r = CTL("accounts", "import", place_path("accounts"));
    passes(&r, "4 rows imported: 0 new, 0 changed, 4 as they were");
    r = ctl_with(first, (const char *const[]){"accounts", "import", "-", "--json", NULL});
    run_passes(&r);
    ck_assert_int_eq(number_of(json_array_get(json_object_get(json_of(&r), "rows"), 0), "same"), 4);
    helper_stop();
}
END_TEST

/* Files that are refused as a whole, and where. `{` begins JSON. */
static const struct {
    const char *file, *text;
    int status;
} bad_files[] = {
    {"", "has no accounts", 1},
    {"userid,login\r\n", "has no accounts", 1},
    {"login,uid\r\nx,1900000001\r\n", "The column userid is missing", 1},
    {"userid,colour\r\nx,red\r\n", ":1: ", 1},
    {"userid,userid\r\nx,x\r\n", "there twice", 1},
    {"userid,login\r\nx\r\n", ":2: ", 1},
    {"userid,login\r\n\"x,y\r\n", "quote", 1},
    {"userid,login\r\n\xff,y\r\n", "UTF-8", 1},
    {"{\"userid\":\"x\"}\n{\"userid\":\n", ":3: ", 1},
    {"[{\"userid\":\"x\"}\n", "',' or ']' expected", 1},
    {"[{\"userid\":\"x\"}] x\n", "end of file expected", 1},
    {"{\"userid\":\"x\",\"line\":4}\n", "The column line", 1},
    {"{\"userid\":\"x\",\"colour\":4}\n", ":1: There is no column colour", 1},
    {"userid,login,uid\r\nx,x,12\r\n", "The uid 12 is not in uid_range", 1},
    {"userid,login,uid\r\nx,x,1x\r\n", "uid cannot be \"1x\"", 1},
    {"userid,login,uid\r\nx,root,1900000001\r\n", "a name of this machine", 1},
    {"userid,login,uid\r\nx,Xx,1900000001\r\n", "login cannot be \"Xx\"", 1},
    {"userid,login,uid\r\nx/y,x,1900000001\r\n", "userid cannot be", 1},
    {"userid,login,uid\r\nx,a,1900000001\r\ny,a,1900000002\r\n", ":3: a stands in line 2 already",
     1},
    {"userid,login,uid\r\nx,a,1900000001\r\nX,b,1900000002\r\n", "stands in line 2", 1},
    {"userid,login,uid\r\nx,a,1900000001\r\ny,b,1900000001\r\n", "stands in line 2", 1},
    {"userid,corp,login\r\nx,wwother,x\r\n", "is of the company wwother", 1},
    {"userid,state\r\nx,asleep\r\n", "state cannot be", 1},
    {"userid,account\r\nx,short\r\n", "account cannot be", 1},
    {"userid,login\r\nx,zhangsan\r\n", "is, or was, that of", 1},
};

START_TEST(a_bad_row_keeps_the_whole_file_out) {
    char *before;
    struct run r;

    begin();
    add("zhangsan");
    r = CTL("accounts", "export");
    before = place_keep(strdup(r.out));
    place_write("bad", bad_files[_i].file, 0644, 0);
    r = CTL("accounts", "import", place_path("bad"), "--lang", "en");
    refused(&r, bad_files[_i].status, bad_files[_i].text);
    r = CTL("accounts", "import", place_path("bad"), "--json", "--lang", "en");
    ck_assert_int_eq(r.status, bad_files[_i].status);
    ck_assert(json_is_false(json_object_get(json_of(&r), "ok")));
    r = CTL("accounts", "export");
    ck_assert_str_eq(r.out, before);
}
END_TEST

START_TEST(every_bad_row_is_told_with_its_line) {
    struct run r;

    begin();
    place_write("bad",
                "userid,login,uid\r\n"
                "good1,good1,1900000001\r\n"
                "bad1,Bad1,1900000002\r\n"
                "good2,good2,1900000003\r\n"
                "bad2,bad2,7\r\n"
                "bad3,good1,1900000004\r\n",
                0644, 0);
    r = CTL("accounts", "import", place_path("bad"), "--lang", "en");
    refused(&r, 1, ":3: ");
    text_has(r.err, ":5: ");
    text_has(r.err, ":6: ");
    text_has(r.err, "Bad rows: 3");
    ck_assert_ptr_null(strstr(r.err, ":2: "));
    r = CTL("accounts", "import", place_path("bad"), "--json");
    ck_assert_uint_eq(count_rows(json_of(&r), "refusal"), 4); /* and one for the whole */
    r = CTL("accounts");
    passes(&r, "There is no such account");
}
END_TEST

START_TEST(a_uid_that_somebody_has_here_is_no_uid_of_the_file) {
    struct run r;

    begin();
    add("zhangsan");
    place_write("bad", "userid,login,uid\r\nzhangsan,zhangsan,1900000005\r\n", 0644, 0);
    r = CTL("accounts", "import", place_path("bad"), "--lang", "en");
    refused(&r, 1, "a uid never changes");
    place_write("bad",
                text("userid,login,uid\r\nlisi,lisi,%lld\r\n", number_of(show("zhangsan"), "uid")),
                0644, 0);
    r = CTL("accounts", "import", place_path("bad"), "--lang", "en");
    refused(&r, 1, "is, or was, that of");
}
END_TEST

/* ---- Many ------------------------------------------------------------------------------------ */

enum { MANY = 100000 };

static void write_many(const char *name) {
    FILE *out = fopen(place_path(name), "we");

    ck_assert_ptr_nonnull(out);
    (void)fputs("userid,login,uid,name,state\n", out);
    for (int i = 0; i < MANY; i++)
        (void)fprintf(out, "p%06d,p%06d,%d,成员 %d,active\n", i, i, 1900000100 + i, i);
    ck_assert_int_eq(fclose(out), 0);
}

static int peak_kb(pid_t pid) {
    char line[256];
    FILE *status = fopen(text("/proc/%d/status", (int)pid), "re");
    int kb = 0;

    ck_assert_ptr_nonnull(status);
    while (fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0)
            kb = (int)strtol(line + 6, NULL, 10);
    }
    (void)fclose(status);
    return kb;
}

START_TEST(a_hundred_thousand_accounts_come_and_are_listed) {
    struct run r, listed;
    struct running listing;
    const char *words[] = {place_program("wecomctl"), "accounts", "list", "--socket",
                           place_path("admin.sock"),  NULL};
    int64_t slowest = 0;
    int before;

    begin();
    write_many("many");
    r = CTL("accounts", "import", place_path("many"));
    passes(&r, "100000 rows imported: 100000 new");
    printf("# import of %d: %lld ms\n", MANY, (long long)r.ms);
    before = peak_kb(place.helper);
    /* meanwhile the helper answers others at once */
    listing = run_start(NULL, words);
    for (int i = 0; i < 20; i++) {
        struct answer a = ASK(.verb = WIRE_ADMIN, .command = "status");

        ck_assert_str_eq(a.verdict, "granted");
        slowest = a.ms > slowest ? a.ms : slowest;
    }
    listed = run_wait(&listing, 120 * place_slowness());
    passes(&listed, "100000 accounts");
    printf("# list: %lld ms, slowest answer meanwhile %lld ms, helper grew by %d KiB\n",
           (long long)listed.ms, (long long)slowest, peak_kb(place.helper) - before);
    ck_assert_int_lt((int)slowest, 500 * place_slowness());
    if (place_slowness() == 1)
        ck_assert_int_lt(peak_kb(place.helper) - before, 16 * 1024);
    r = CTL("accounts", "list", "p00012");
    passes(&r, "10 accounts");
    r = CTL("accounts", "import", place_path("many"));
    passes(&r, "0 new, 0 changed, 100000 as they were");
    printf("# import again: %lld ms\n", (long long)r.ms);
}
END_TEST

START_TEST(a_reader_that_stops_does_not_fill_the_helper) {
    struct wire_message *m = wire_new(WIRE_ADMIN);
    static char packet[WECOM_PACKET_MAX_BYTES];
    size_t len = 0, from;
    int before, fd;
    struct run r;

    begin();
    write_many("many");
    r = CTL("accounts", "import", place_path("many"));
    run_passes(&r);
    ck_assert_int_eq(wire_set(m, WIRE_F_COMMAND, "accounts.list"), WECOM_OK);
    ck_assert_int_eq(wire_pack(m, packet, sizeof packet, &len), WECOM_OK);
    wire_free(m);
    before = peak_kb(place.helper);
    from = helper_log_bytes();
    fd = talk_connect("admin.sock");
    talk_send(fd, packet, len);
    /* nothing is read: ten seconds later the helper lets go */
    ck_assert_msg(helper_says(from, "does not read what it asked for") ||
                      helper_says(from, "does not read what it asked for"),
                  "%s", helper_tail());
    if (place_slowness() == 1)
        ck_assert_int_lt(peak_kb(place.helper) - before, 16 * 1024);
    (void)close(fd);
    r = CTL("accounts", "list", "p00012");
    passes(&r, "10 accounts");
}
END_TEST

START_TEST(an_import_that_is_interrupted_leaves_nothing) {
    const char *words[] = {
        place_program("wecomctl"), "accounts", "import", place_path("many"), "--socket",
        place_path("admin.sock"),  NULL};
    struct running importing;
    struct run r;

    begin();
    write_many("many");
    for (int i = 1; i <= 4; i++) {
        struct timespec pause = {.tv_nsec = 150000000L * i};

        importing = run_start(NULL, words);
        (void)nanosleep(&pause, NULL); /* anywhere in its work */
        ck_assert_int_eq(kill(importing.pid, SIGKILL), 0);
        (void)run_wait(&importing, 60);
        r = CTL("accounts", "list", "--json");
        run_passes(&r);
        /* all or nothing; it can be over already where the machine is quick */
        ck_assert_msg(count_rows(json_of(&r), "account") % MANY == 0, "%zu",
                      count_rows(json_of(&r), "account"));
    }
    r = CTL("accounts", "import", place_path("many"));
    passes(&r, "100000 rows imported");
}
END_TEST

/* ---- Synchronization --------------------------------------------------------------------------
 */

/* Does the published table hold these bytes? */
static bool is_published(const char *bytes) {
    static char table[1024 * 1024];
    FILE *in = fopen(place_path("state/public/accounts.cdb"), "re");
    size_t n = in != NULL ? fread(table, 1, sizeof table, in) : 0;

    if (in != NULL)
        (void)fclose(in);
    return memmem(table, n, bytes, strlen(bytes)) != NULL;
}

START_TEST(a_synchronization_makes_the_accounts_and_says_so) {
    const json_t *a;
    struct run r;

    begin_with("provision = yes\n");
    r = CTL("sync", "--json");
    run_passes(&r);
    a = json_array_get(json_object_get(json_of(&r), "rows"), 0);
    ck_assert_str_eq(word_of(a, "end"), "whole");
    ck_assert_int_gt(number_of(a, "members"), 5);
    r = CTL("accounts", "list", "--json");
    ck_assert_uint_gt(count_rows(json_of(&r), "account"), 5);
    state_is("zhangsan", "active");
    json_decref(sim_delete(place.sim, "/member?userid=wangwu"));
    r = CTL("sync");
    passes(&r, "1 withdrawn");
    r = CTL("accounts", "list", "--state", "deleted");
    passes(&r, "wangwu");
    r = CTL("status");
    passes(&r, "whole, ");
    text_has(r.out, "without login name");
    r = CTL("sync", "--accept");
    refused(&r, 1, "Nobody waits to be withdrawn");
    r = CTL("sync", "--no-wait");
    passes(&r, "wecomctl status");
    text_has(helper_line(0, "synchronization asked for by administrator"), "by_uid='0'");
    helper_stop();
}
END_TEST

START_TEST(what_was_added_is_in_the_table_when_the_command_ends) {
    struct run r;

    begin();
    for (int i = 0; i < 3; i++) {
        static const char *const userids[] = {"zhangsan", "lisi", "wangwu"};

        r = CTL("accounts", "add", userids[i]);
        run_passes(&r);
        ck_assert_msg(is_published(userids[i]), "%s after %lld ms", userids[i], (long long)r.ms);
    }
    r = CTL("accounts", "alias", "lisi", "elsie");
    run_passes(&r);
    ck_assert(is_published("elsie"));
    helper_stop();
}
END_TEST

START_TEST(without_host_accounts_there_is_nothing_to_synchronize) {
    struct run r;

    helper_configure(NULL, NULL, "[service web]\nmethods = code\naccount = no\n");
    place_write("wecom.conf",
                "[helper]\nsocket = {dir}/login.sock\nadmin_socket = {dir}/admin.sock\n"
                "web_socket = {dir}/web.sock\nuser = nobody\nstate_dir = {dir}/state\n"
                "[app main]\ncorp_id = " CORP "\nagent_id = 1000002\nsecret_file = {dir}/secret\n"
                "api_url = {api}\nca_file = {ca}\n"
                "[service web]\nmethods = code\naccount = no\n",
                0644, 0);
    helper_start();
    r = CTL("sync");
    refused(&r, 1, "There is nothing to synchronize");
    r = CTL("status");
    run_passes(&r);
    ck_assert_ptr_null(strstr(r.out, "last synchronization"));
}
END_TEST

/* ---- Links ----------------------------------------------------------------------------------- */

/* An /etc of the test's own, with an empty folder for the file. */
static void own_etc(void) {
    static const char *const files[] = {"passwd",     "group",       "nsswitch.conf", "ld.so.cache",
                                        "hosts",      "resolv.conf", "localtime",     "host.conf",
                                        "ld.so.conf", "gai.conf"};
    struct run r;

    ck_assert_int_eq(mkdir(place_path("etc"), 0755), 0);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        r = RUN(NULL, "/bin/cp", "-L", text("/etc/%s", files[i]), place_path("etc"));
    }
    (void)r;
    ck_assert_int_eq(mkdir(place_path("etc/wecom"), 0755), 0);
    ck_assert_int_eq(mkdir(place_path("etc/pam.d"), 0755), 0);
    place_write("etc/passwd",
                "root:x:0:0:root:/root:/bin/sh\n"
                "toor:x:0:0:also root:/root:/bin/sh\n"
                "daemon:x:1:1::/:/bin/sh\n"
                "nobody:x:65534:65534:nobody:/:/bin/sh\n"
                "zhangsan:x:1000:1000:Zhang San,,,:/home/zhangsan:/bin/sh\n"
                "wangfang:x:1001:1001::/home/wangfang:/bin/sh\n"
                "local:x:1002:1002:\033[31mLocal:/home/local:/bin/sh\n"
                "outsider:x:1003:1003::/:/bin/sh\n"
                "disabled:x:1004:1004::/:/bin/sh\n",
                0644, 0);
    place_mount("etc", "/etc");
}

static const char *link_of(const char *name) {
    static char link[WECOM_LINK_MAX_BYTES + 1];
    enum wecom_error err = localfiles_link(LINKS, name, link, sizeof link);

    return err == WECOM_OK ? link : err == WECOM_E_ABSENT ? "none" : "broken";
}

static const char *content(void) {
    static char text_of[65536];
    FILE *in = fopen(LINKS, "re");
    size_t n = in != NULL ? fread(text_of, 1, sizeof text_of - 1, in) : 0;

    text_of[n] = '\0';
    if (in != NULL)
        (void)fclose(in);
    return text_of;
}

START_TEST(a_local_user_is_linked_and_unlinked) {
    struct stat st;
    struct run r;

    own_etc();
    begin();
    r = CTL("accounts", "link", "wangfang", "wangfang");
    passes(&r, "wangfang is linked with " CORP "/WangFang (王芳)");
    ck_assert_str_eq(link_of("wangfang"), CORP "/WangFang");
    ck_assert_int_eq(stat(LINKS, &st), 0);
    ck_assert(st.st_uid == 0 && st.st_gid == 0 && (st.st_mode & 07777) == 0644);
    r = CTL("accounts", "link", "zhangsan", CORP "/zhangsan", "--json");
    run_passes(&r);
    ck_assert_str_eq(link_of("zhangsan"), CORP "/zhangsan");
    r = CTL("accounts", "link", "zhangsan", "lisi");
    passes(&r, CORP "/lisi");
    ck_assert_str_eq(link_of("zhangsan"), CORP "/lisi");
    ck_assert_str_eq(link_of("wangfang"), CORP "/WangFang");
    r = CTL("accounts", "unlink", "zhangsan");
    passes(&r, "is not linked any more");
    ck_assert_str_eq(link_of("zhangsan"), "none");
    r = CTL("accounts", "unlink", "zhangsan");
    refused(&r, 1, "has no line");
}
END_TEST

START_TEST(comments_and_order_of_the_administrator_stay) {
    static const char before[] = "# ours, do not touch\n\n  zhangsan\t" CORP "/old  \n"
                                 "# zhangsan is on leave\nlocal " CORP "/lisi\r\n"
                                 "wangfang " CORP "/a\nwangfang " CORP "/b\n# last, without LF";
    struct run r;

    own_etc();
    begin();
    place_write(LINKS, before, 0644, 0);
    r = CTL("accounts", "link", "zhangsan", "zhangsan");
    run_passes(&r);
    ck_assert_str_eq(content(), "# ours, do not touch\n\nzhangsan " CORP "/zhangsan\n"
                                "# zhangsan is on leave\nlocal " CORP "/lisi\r\n"
                                "wangfang " CORP "/a\nwangfang " CORP "/b\n# last, without LF");
    r = CTL("accounts", "link", "wangfang", "wangfang");
    run_passes(&r);
    r = CTL("accounts", "link", "outsider", CORP "/outsider", "--force");
    run_passes(&r);
    ck_assert_str_eq(content(), "# ours, do not touch\n\nzhangsan " CORP "/zhangsan\n"
                                "# zhangsan is on leave\nlocal " CORP "/lisi\r\n"
                                "wangfang " CORP "/WangFang\n# last, without LF\n"
                                "outsider " CORP "/outsider\n");
}
END_TEST

static const struct {
    const char *name, *userid, *text;
} bad_links[] = {
    {"root", "zhangsan", "can never be linked"},
    {"toor", "zhangsan", "can never be linked"},
    {"lisi", "lisi", "is not a name of /etc/passwd"},
    {"local", "outsider", "no member outsider"},
    {"local", "disabled", "is not active in WeCom"},
    {"local", "wwother/zhangsan", "is not of the company"},
    {"local", "no such", "cannot be a WeCom userid"},
    {"#local", "zhangsan", "is not a name of /etc/passwd"},
};

START_TEST(what_must_not_be_linked_is_not) {
    struct run r;

    own_etc();
    begin();
    r = CTL("accounts", "link", bad_links[_i].name, bad_links[_i].userid);
    refused(&r, 1, bad_links[_i].text);
    ck_assert_int_ne(access(LINKS, F_OK), 0);
    ck_assert_int_ne(access(LINKS ".new", F_OK), 0);
}
END_TEST

START_TEST(with_force_nobody_is_asked) {
    struct run r;

    own_etc();
    begin();
    helper_stop();
    r = CTL("accounts", "link", "local", "zhangsan");
    refused(&r, 3, "No helper answers");
    r = CTL("accounts", "link", "local", "zhangsan", "--force");
    refused(&r, 1, "give CORP_ID/USERID");
    r = CTL("accounts", "link", "local", CORP "/ZhangSan", "--force");
    run_passes(&r);
    ck_assert_str_eq(link_of("local"), CORP "/ZhangSan");
}
END_TEST

static void become_nobody(void) {
    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
        _exit(126);
}

START_TEST(only_root_links) {
    char *copy = strdup(place_path("wecomctl")); /* nobody need not reach the place of the build */
    struct run r;

    own_etc();
    begin();
    r = RUN(NULL, "/bin/cp", place_program("wecomctl"), copy);
    run_passes(&r);
    run_prepare = become_nobody;
    r = RUN(NULL, copy, "--socket", place_path("admin.sock"), "accounts", "link", "local",
            CORP "/lisi", "--force");
    run_prepare = NULL;
    free(copy);
    refused(&r, 1, "Only root may write");
    ck_assert_int_ne(access(LINKS, F_OK), 0);
}
END_TEST

START_TEST(a_file_that_others_can_write_is_not_built_upon) {
    struct run r;

    own_etc();
    begin();
    place_write(LINKS, "local " CORP "/lisi\n", 0664, 0);
    r = CTL("accounts", "link", "local", CORP "/wangwu", "--force");
    refused(&r, 1, "chmod go-w");
    ck_assert_int_eq(chmod(LINKS, 0644), 0);
    ck_assert_int_eq(chown(LINKS, NOBODY, 0), 0);
    r = CTL("accounts", "unlink", "local");
    refused(&r, 1, "chown root:root");
    ck_assert_int_eq(unlink(LINKS), 0);
    ck_assert_int_eq(symlink("/tmp/elsewhere", LINKS), 0);
    r = CTL("accounts", "link", "local", CORP "/wangwu", "--force");
    refused(&r, 1, "somebody else than root");
    ck_assert_int_eq(unlink(LINKS), 0);
    ck_assert_int_eq(chmod("/etc/wecom", 0777), 0);
    r = CTL("accounts", "link", "local", CORP "/wangwu", "--force");
    refused(&r, 1, "somebody else than root");
}
END_TEST

START_TEST(equal_names_are_linked_only_when_somebody_says_so) {
    static const char *const system_names[] = {"root", "toor", "daemon", "nobody"};
    const json_t *a;
    struct run r;

    own_etc();
    begin();
    for (size_t i = 0; i < sizeof system_names / sizeof system_names[0]; i++)
        ck_assert(sim_member(place.sim,
                             "{\"userid\":\"%s\",\"name\":\"x\",\"department\":[2],"
                             "\"status\":1}",
                             system_names[i]));
    r = CTL("accounts", "link", "--same-names");
    refused(&r, 1, "confirm at a terminal");
    text_has(r.out, "Zhang San");
    text_has(r.out, "WangFang");
    ck_assert_ptr_null(strchr(r.out, 0x1b));
    ck_assert_ptr_null(strstr(r.out, "outsider"));
    ck_assert_ptr_null(strstr(r.out, "disabled"));
    ck_assert_int_ne(access(LINKS, F_OK), 0);
    place_write(LINKS, "zhangsan " CORP "/lisi\n", 0644, 0);
    r = CTL("accounts", "link", "--same-names", "--yes", "--json");
    run_passes(&r);
    a = json_of(&r);
    ck_assert_uint_eq(count_rows(a, "link"), 1);
    ck_assert_str_eq(link_of("wangfang"), CORP "/WangFang");
    ck_assert_str_eq(link_of("zhangsan"), CORP "/lisi");
    r = CTL("accounts", "link", "--same-names", "--yes");
    passes(&r, "Nothing to do");
}
END_TEST

START_TEST(many_wecomctl_at_once_lose_no_line) {
    enum { AT_ONCE = 12 };
    struct running all[AT_ONCE];
    FILE *passwd;

    own_etc();
    passwd = fopen("/etc/passwd", "ae");
    ck_assert_ptr_nonnull(passwd);
    for (int i = 0; i < AT_ONCE; i++)
        (void)fprintf(passwd, "user%d:x:%d:100::/:/bin/sh\n", i, 2000 + i);
    ck_assert_int_eq(fclose(passwd), 0);
    for (int i = 0; i < AT_ONCE; i++) {
        const char *words[] = {place_program("wecomctl"), "accounts", "link", text("user%d", i),
                               text(CORP "/person%d", i), "--force",  NULL};

        all[i] = run_start(NULL, words);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        struct run r = run_wait(&all[i], 60 * place_slowness());

        run_passes(&r);
    }
    for (int i = 0; i < AT_ONCE; i++)
        ck_assert_str_eq(link_of(text("user%d", i)), text(CORP "/person%d", i));
    ck_assert_int_ne(access(LINKS ".new", F_OK), 0);
}
END_TEST

START_TEST(a_wecomctl_that_is_killed_leaves_a_good_file) {
    int pause_us = 0;
    struct run r;

    own_etc();
    place_write(LINKS, "local " CORP "/lisi\n", 0644, 0);
    for (int round = 0; round < 60; round++, pause_us += 150) {
        const char *words[] = {place_program("wecomctl"), "accounts", "link", "zhangsan",
                               text(CORP "/p%d", round),  "--force",  NULL};
        struct running one = run_start(NULL, words);
        struct timespec pause = {.tv_nsec = pause_us * 1000L};
        const char *link;

        (void)nanosleep(&pause, NULL);
        (void)kill(one.pid, SIGKILL);
        (void)run_wait(&one, 60);
        ck_assert_str_eq(link_of("local"), CORP "/lisi");
        link = link_of("zhangsan");
        ck_assert_msg(strcmp(link, "none") == 0 || strncmp(link, CORP "/p", strlen(CORP) + 2) == 0,
                      "%s", link);
    }
    r = CTL("accounts", "link", "zhangsan", CORP "/last", "--force");
    run_passes(&r);
    ck_assert_str_eq(link_of("zhangsan"), CORP "/last");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("e2e wecomctl accounts");
    TCase *t = place_case("accounts", 120);

    tcase_add_test(t, an_account_is_made_looked_at_and_switched_off);
    tcase_add_loop_test(t, a_mistake_changes_nothing_and_is_explained, 0,
                        (int)(sizeof mistakes / sizeof mistakes[0]));
    tcase_add_test(t, a_name_is_given_and_the_former_one_stays_reserved);
    tcase_add_test(t, a_userid_that_was_changed_keeps_the_account);
    tcase_add_test(t, an_account_in_the_way_of_a_new_userid_is_retired_if_nobody_used_it);
    tcase_add_test(t, who_came_back_after_a_deletion_is_let_in_again);
    tcase_add_test(t, somebody_else_of_that_userid_gets_an_account_of_his_own);
    tcase_add_test(t, without_wecom_nobody_is_added_or_renamed);
    tcase_add_test(t, names_that_mean_harm_reach_no_terminal_and_no_log);
    suite_add_tcase(s, t);
    t = place_case("export and import", 120);
    tcase_add_loop_test(t, another_host_gets_the_same_names_and_numbers, 0, 2);
    tcase_add_loop_test(t, a_bad_row_keeps_the_whole_file_out, 0,
                        (int)(sizeof bad_files / sizeof bad_files[0]));
    tcase_add_test(t, every_bad_row_is_told_with_its_line);
    tcase_add_test(t, a_uid_that_somebody_has_here_is_no_uid_of_the_file);
    suite_add_tcase(s, t);
    t = place_case("many", 280);
    tcase_add_test(t, a_hundred_thousand_accounts_come_and_are_listed);
    tcase_add_test(t, a_reader_that_stops_does_not_fill_the_helper);
    tcase_add_test(t, an_import_that_is_interrupted_leaves_nothing);
    suite_add_tcase(s, t);
    t = place_case("synchronization", 120);
    tcase_add_test(t, a_synchronization_makes_the_accounts_and_says_so);
    tcase_add_test(t, what_was_added_is_in_the_table_when_the_command_ends);
    tcase_add_test(t, without_host_accounts_there_is_nothing_to_synchronize);
    suite_add_tcase(s, t);
    t = place_case("links", 120);
    tcase_add_test(t, a_local_user_is_linked_and_unlinked);
    tcase_add_test(t, comments_and_order_of_the_administrator_stay);
    tcase_add_loop_test(t, what_must_not_be_linked_is_not, 0,
                        (int)(sizeof bad_links / sizeof bad_links[0]));
    tcase_add_test(t, with_force_nobody_is_asked);
    tcase_add_test(t, only_root_links);
    tcase_add_test(t, a_file_that_others_can_write_is_not_built_upon);
    tcase_add_test(t, equal_names_are_linked_only_when_somebody_says_so);
    tcase_add_test(t, many_wecomctl_at_once_lose_no_line);
    tcase_add_test(t, a_wecomctl_that_is_killed_leaves_a_good_file);
    suite_add_tcase(s, t);
    return s;
}
