/* wecomctl accounts, against a played helper: what it asks, what it shows, how it ends. */
#include "tests/tools/support.h"
#include "tools/width.h"

#define ACCOUNT(login, userid, name, uid, state, why)                                              \
    ROW("{\"kind\":\"account\",\"account\":\"abcdefghijklmnopqrstuvwxyz\",\"corp\":\"ww1\","       \
        "\"userid\":\"" userid "\",\"login\":\"" login "\",\"name\":\"" name "\",\"uid\":" uid "," \
        "\"state\":\"" state "\",\"no_login\":\"" why "\",\"host\":true,\"added\":false,"          \
        "\"confirmed_age_s\":125}")
#define REFUSED(why)                                                                      \
    ROW("{\"kind\":\"refusal\",\"why\":\"" why "\",\"text\":\"English \\u001b[31mred.\"," \
        "\"text_zh\":\"中文。\",\"cure\":\"Do it.\",\"cure_zh\":\"请做。\"}")
#define DENIED SEND("result\nverdict=denied\nmessage=English.\n")
#define NOTE ROW("{\"kind\":\"note\",\"text\":\"A note.\",\"text_zh\":\"提示。\"}")

static struct helper h;
static struct run r;

static void done(void) {
    run_free(&r);
    helper_stop(&h);
}

/* Runs `wecomctl accounts ...` against the script. */
#define CTL(script, ...)                                                                \
    do {                                                                                \
        helper_start(&h, (script));                                                     \
        run_plain(&r, "wecomctl", "accounts", "--socket", h.socket, __VA_ARGS__, NULL); \
    } while (0)

static void heard(const char *text) {
    ck_assert_msg(helper_heard(&h, text), "the helper did not hear: %s", text);
}

/* ---- list -------------------------------------------------------------------------------- */

static const struct step list_script[] = {
    READ,
    READY,
    ACCOUNT("zhangsan", "ZhangSan", "张三", "1900000001", "active", ""),
    ACCOUNT("", "a@b", "邮件样", "1900000002", "held", "malformed"),
    ACCOUNT("lisi", "lisi", "李\\u001b[31m四\\u202e", "1900000003", "switched_off", ""),
    ACCOUNT("", "web", "网页", "0", "asleep", ""),
    GRANTED,
    END};

START_TEST(the_list_is_sorted_and_aligned) {
    CTL(list_script, "--lang", "en");
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.err, "");
    ck_assert_str_eq(
        r.out, "LOGIN     USERID    NAME      UID         STATE         NO LOGIN   CONFIRMED\n"
               "lisi      lisi      李[31m四  1900000003  switched off  -          2m 5s\n"
               "zhangsan  ZhangSan  张三      1900000001  active        -          2m 5s\n"
               "-         a@b       邮件样    1900000002  held          malformed  2m 5s\n"
               "-         web       网页      -           asleep        -          2m 5s\n"
               "\n"
               "4 accounts\n");
    heard("command=accounts.list\n");
    heard("json={\"no_login\":false}\n");
    done();
    CTL(list_script, "list");
    assert_has(r.out, "登录名    userid    姓名      uid         状态");
    assert_has(r.out, "\nLOGIN     USERID ");
    assert_has(r.out, "已停用 switched off");
    assert_has(r.out, "共 4 个账户\n4 accounts\n");
    assert_is_harmless(r.out);
    done();
    CTL(list_script, "list", "--lang", "zh");
    assert_lacks(r.out, "switched off");
    done();
}
END_TEST

START_TEST(the_list_asks_for_what_was_asked_for) {
    CTL(list_script, "list", "--state", "held", "--no-login", "李");
    heard("json={\"state\":\"held\",\"no_login\":true,\"text\":\"李\"}\n");
    done();
    CTL(list_script, "list", "--state=not_activated");
    heard("\"state\":\"not_activated\"");
    done();
}
END_TEST

START_TEST(the_list_as_json_has_the_rows_in_order) {
    json_t *rows;

    CTL(list_script, "list", "--json");
    ck_assert_int_eq(r.status, 0);
    ck_assert(run_ok(&r));
    rows = json_object_get(run_json(&r), "rows");
    ck_assert_uint_eq(json_array_size(rows), 4);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(rows, 0), "login")), "lisi");
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(rows, 3), "userid")), "web");
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(rows, 3), "uid")), 0);
    assert_is_harmless(r.out);
    done();
}
END_TEST

START_TEST(a_list_of_nobody_says_so) {
    static const struct step script[] = {READ, READY, GRANTED, END};

    CTL(script, "--lang", "en");
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "There is no such account.\n");
    done();
    CTL(script, "--json");
    ck_assert_str_eq(r.out, "{\"ok\":true,\"rows\":[]}\n");
    done();
}
END_TEST

START_TEST(a_list_that_breaks_off_shows_nothing) {
    static const struct step script[] = {
        READ, READY, ACCOUNT("zhangsan", "ZhangSan", "张三", "1900000001", "active", ""), END};

    CTL(script, "list");
    ck_assert_int_eq(r.status, 3);
    ck_assert_str_eq(r.out, "");
    assert_has(r.err, "hung up");
    done();
    CTL(script, "list", "--json");
    ck_assert_int_eq(r.status, 3);
    ck_assert(!run_ok(&r));
    done();
}
END_TEST

START_TEST(a_narrow_terminal_gets_narrow_lines) {
    char *rest, *line;

    for (unsigned short columns = 60; columns <= 80; columns += 4) {
        helper_start(&h, list_script);
        run_how(&r, &(const struct run_how){.out_is_terminal = true, .columns = columns},
                "wecomctl", "accounts", "--socket", h.socket, "--lang", "en", NULL);
        ck_assert_int_eq(r.status, 0);
        assert_has(r.out, "1900000003");
        if (columns < 76)
            assert_has(r.out, "…");
        rest = r.out;
        while ((line = strsep(&rest, "\n")) != NULL) {
            line[strcspn(line, "\r")] = '\0';
            ck_assert_msg(width_of(line) <= columns, "%d: %s", columns, line);
        }
        done();
    }
}
END_TEST

START_TEST(many_accounts_are_listed) {
    static const struct step script[] = {
        READ,
        READY,
        {STEP_FLOOD,
         "{\"kind\":\"account\",\"login\":\"x\",\"userid\":\"x\",\"name\":\"名\",\"uid\":5,"
         "\"state\":\"active\"}",
         20000},
        GRANTED,
        END};

    CTL(script, "--lang", "en");
    ck_assert_int_eq(r.status, 0);
    assert_has(r.out, "\n20000 accounts\n");
    done();
}
END_TEST

/* ---- one account ------------------------------------------------------------------------- */

START_TEST(show_tells_everything) {
    static const struct step script[] = {
        READ, READY,
        ROW("{\"kind\":\"account\",\"account\":\"abcdefghijklmnopqrstuvwxyz\",\"corp\":\"ww1\","
            "\"userid\":\"ZhangSan\",\"login\":\"zhangsan\",\"name\":\"张三\",\"uid\":1900000001,"
            "\"state\":\"active\",\"no_login\":\"\",\"host\":true,\"added\":true,"
            "\"departments\":\"2 3\",\"tags\":\"7\",\"groups\":\"ops\",\"services\":\"sshd sudo?\","
            "\"alias\":\"zs\",\"mobile\":\"\",\"email\":\"a@b\",\"created_s\":1700000000,"
            "\"first_login_s\":0,\"withdrawn_s\":0,\"changed_s\":1700000000,\"confirmed_s\":0,"
            "\"recovery_left\":9,\"confirmed_age_s\":-1}"),
        GRANTED, END};

    CTL(script, "show", "zhangsan", "--lang", "en");
    ck_assert_int_eq(r.status, 0);
    heard("command=accounts.show\n");
    heard("json={\"user\":\"zhangsan\"}\n");
    assert_has(r.out, "login name        zhangsan\n");
    assert_has(r.out, "departments       2 3\n");
    assert_has(r.out, "services          sshd sudo?\n");
    assert_has(r.out, "recovery codes    9\n");
    assert_has(r.out, "added by hand     yes\n");
    assert_has(r.out, "first login       -\n");
    assert_has(r.out, "made              2023-11-1"); /* in any time zone */
    assert_has(r.out, "account id        abcdefghijklmnopqrstuvwxyz\n");
    done();
    CTL(script, "show", "zhangsan", "--json");
    ck_assert(run_ok(&r));
    assert_has(r.out, "\"services\":\"sshd sudo?\"");
    done();
}
END_TEST

/* What each word asks. */
static const struct {
    const char *words[5];
    const char *command, *json;
} asked[] = {
    {{"alias", "zhangsan", "zs"}, "accounts.alias", "{\"user\":\"zhangsan\",\"name\":\"zs\"}"},
    {{"disable", "zhangsan"}, "accounts.disable", "{\"user\":\"zhangsan\"}"},
    {{"enable", "uid:5"}, "accounts.enable", "{\"user\":\"uid:5\"}"},
    {{"rename", "a", "b"}, "accounts.rename", "{\"user\":\"a\",\"name\":\"b\",\"force\":false}"},
    {{"rename", "--force", "a", "b"},
     "accounts.rename",
     "{\"user\":\"a\",\"name\":\"b\",\"force\":true}"},
    {{"readmit", "a"}, "accounts.readmit", "{\"user\":\"a\",\"new\":false}"},
    {{"readmit", "a", "--new"}, "accounts.readmit", "{\"user\":\"a\",\"new\":true}"},
    {{"disable", "--", "-x"}, "accounts.disable", "{\"user\":\"-x\"}"},
    {{"add", "a", "b"}, "accounts.add", "{\"userids\":[\"a\",\"b\"]}"},
};

START_TEST(each_word_asks_one_thing_and_shows_the_account) {
    static const struct step script[] = {
        READ, READY,   ACCOUNT("zs", "zhangsan", "张三", "1900000001", "active", ""),
        NOTE, GRANTED, END};
    static const struct step refused[] = {READ, READY, REFUSED("name_taken"), DENIED, END};
    const char *const *w = asked[_i].words;
    char text[256];

    CTL(script, w[0], w[1], w[2], w[3]);
    ck_assert_int_eq(r.status, 0);
    (void)snprintf(text, sizeof text, "command=%s\n", asked[_i].command);
    heard(text);
    (void)snprintf(text, sizeof text, "json=%s\n", asked[_i].json);
    heard(text);
    assert_has(r.out, "zs      zhangsan  张三  1900000001  正常 active");
    assert_has(r.out, "提示。\nA note.\n");
    done();
    if (strcmp(w[0], "add") == 0)
        return;
    CTL(refused, w[0], w[1], w[2], w[3]);
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(r.out, "");
    ck_assert_str_eq(r.err, "wecomctl: 中文。\nwecomctl: 请做。\nwecomctl: English [31mred.\n"
                            "wecomctl: Do it.\n");
    done();
    helper_start(&h, refused);
    run_plain(&r, "wecomctl", "accounts", "--socket", h.socket, "--json", "--lang", "zh", w[0],
              w[1], w[2], w[3], NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert(!run_ok(&r));
    ck_assert_str_eq(run_string(&r, "reason"), "name_taken");
    ck_assert_str_eq(run_string(&r, "message"), "中文。\n请做。");
    done();
}
END_TEST

START_TEST(who_cannot_be_added_is_told_and_the_others_are_shown) {
    static const struct step script[] = {
        READ,
        READY,
        ACCOUNT("zs", "zhangsan", "张三", "1900000001", "active", ""),
        ROW("{\"kind\":\"refusal\",\"userid\":\"b\",\"why\":\"not_visible\",\"text\":\"No b.\","
            "\"text_zh\":\"没有 b。\"}"),
        DENIED,
        END};

    CTL(script, "add", "a", "b");
    ck_assert_int_eq(r.status, 1);
    assert_has(r.out, "zhangsan");
    assert_has(r.err, "wecomctl: No b.\n");
    done();
    CTL(script, "add", "a", "b", "--json");
    ck_assert_int_eq(r.status, 1);
    ck_assert(!run_ok(&r));
    ck_assert_uint_eq(json_array_size(json_object_get(run_json(&r), "rows")), 2);
    done();
}
END_TEST

START_TEST(many_userids_are_several_questions) {
    static const struct step script[] = {READ,    READY, GRANTED, NEXT,  READ,    READY,
                                         GRANTED, NEXT,  READ,    READY, GRANTED, END};
    char *argv[140];
    struct started s;
    size_t n = 0;

    helper_start(&h, script);
    argv[n++] = (char *)(uintptr_t) "wecomctl";
    argv[n++] = (char *)(uintptr_t) "accounts";
    argv[n++] = (char *)(uintptr_t) "add";
    argv[n++] = (char *)(uintptr_t) "--socket";
    argv[n++] = h.socket;
    for (int i = 0; i < 120; i++)
        argv[n++] = (char *)(uintptr_t) "u";
    argv[n] = NULL;
    start_argv(&s, &(const struct run_how){0}, argv);
    finish_run(&s, &r);
    ck_assert_int_eq(r.status, 0);
    helper_wait(&h);
    done();
}
END_TEST

/* ---- usage ------------------------------------------------------------------------------- */

static const struct {
    const char *words[6];
    const char *text;
} wrong[] = {
    {{"frobnicate"}, "unknown command accounts frobnicate"},
    {{"zhangsan"}, "unknown command accounts zhangsan"},
    {{"list", "a", "b"}, "an argument too many"},
    {{"list", "--state", "asleep"}, "There is no state asleep"},
    {{"list", "--csv"}, "--csv does not go with accounts list"},
    {{"list", "--dry-run"}, "--dry-run does not go with accounts list"},
    {{"show"}, "something is missing: accounts show USER"},
    {{"show", ""}, "is empty, longer than 256 bytes or has control characters"},
    {{"show", "a\nb"}, "control characters"},
    {{"show", "a\xff"}, "control characters"},
    {{"show", "a", "--new"}, "--new does not go with accounts show"},
    {{"add"}, "accounts add USERID..."},
    {{"add", "a1234567890123456789012345678901234567890123456789012345678901234"}, "64 bytes"},
    {{"alias", "a"}, "accounts alias USER NAME"},
    {{"alias", "a", "b", "c"}, "an argument too many"},
    {{"link"}, "link takes LOCALNAME USERID"},
    {{"link", "a"}, "link takes LOCALNAME USERID"},
    {{"link", "a", "b", "--yes"}, "link takes LOCALNAME USERID"},
    {{"link", "a", "b", "--same-names"}, "link takes LOCALNAME USERID"},
    {{"link", "--same-names", "--force"}, "link takes LOCALNAME USERID"},
    {{"unlink"}, "accounts unlink LOCALNAME"},
    {{"rename", "a"}, "accounts rename USER NEW_USERID"},
    {{"rename", "a", "b", "--new"}, "--new does not go with accounts rename"},
    {{"readmit"}, "accounts readmit USER"},
    {{"readmit", "a", "--force"}, "--force does not go with accounts readmit"},
    {{"export", "a", "b"}, "an argument too many"},
    {{"export", "--csv", "--json"}, "--csv does not go with --json"},
    {{"import"}, "accounts import FILE"},
    {{"import", "a", "--csv"}, "--csv does not go with accounts import"},
    {{"list", "--accept"}, "--accept does not go with accounts"},
};

START_TEST(wrong_usage_asks_nobody) {
    const char *const *w = wrong[_i].words;

    run_plain(&r, "wecomctl", "accounts", w[0], w[1], w[2], w[3], w[4], NULL);
    ck_assert_msg(r.status == 2, "%d %s%s", r.status, r.out, r.err);
    ck_assert_str_eq(r.out, "");
    assert_has(r.err, wrong[_i].text);
    assert_is_harmless(r.err);
    run_free(&r);
}
END_TEST

START_TEST(help_has_a_line_for_every_word) {
    static const char *const words[] = {"list",    "show",   "add",    "alias",
                                        "link",    "unlink", "enable", "rename",
                                        "disable", "export", "import", "readmit"};

    run_plain(&r, "wecomctl", "accounts", "--help", NULL);
    ck_assert_int_eq(r.status, 0);
    for (size_t i = 0; i < COUNT(words); i++) {
        char text[32];

        (void)snprintf(text, sizeof text, "\n  %s ", words[i]);
        assert_has(r.out, text);
    }
    run_free(&r);
    run_plain(&r, "wecomctl", "accounts", "show", "--help", "--lang", "en", NULL);
    ck_assert_int_eq(r.status, 0);
    assert_lacks(r.out, "账户");
    run_free(&r);
}
END_TEST

START_TEST(a_word_that_an_older_helper_does_not_know_is_told) {
    static const struct step script[] = {
        READ, READY, SEND("result\nverdict=denied\nreason=internal\nmessage=unknown command\n"),
        END};

    CTL(script, "disable", "a");
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(r.err, "wecomctl: unknown command\n");
    done();
    CTL(script, "add", "a");
    ck_assert_int_eq(r.status, 1);
    assert_has(r.err, "unknown command");
    done();
    CTL(script, "export");
    ck_assert_int_eq(r.status, 1);
    assert_has(r.err, "unknown command");
    done();
}
END_TEST

static const char *const needs_helper[][3] = {
    {"list"}, {"show", "a"}, {"add", "a"}, {"alias", "a", "b"}, {"export"}, {"readmit", "a"}};

START_TEST(without_a_helper_each_word_says_what_to_do) {
    const char *const *w = needs_helper[_i];

    run_plain(&r, "wecomctl", "--socket", "/nonexistent/s", "accounts", w[0], w[1], w[2], NULL);
    ck_assert_int_eq(r.status, 3);
    ck_assert_str_eq(r.out, "");
    assert_has(r.err, "systemctl status wecom-helper");
    run_free(&r);
}
END_TEST

/* ---- export and import ------------------------------------------------------------------- */

#define EXPORTED(userid, login, uid, name)                                                  \
    ROW("{\"account\":\"abcdefghijklmnopqrstuvwxyz\",\"corp\":\"ww1\",\"userid\":\"" userid \
        "\",\"login\":\"" login "\",\"uid\":" uid ",\"name\":\"" name                       \
        "\",\"state\":\"active\",\"later\":\"version\"}")

static const struct step export_script[] = {
    READ,    READY, EXPORTED("a", "a", "1900000001", "=1+1"), EXPORTED("b", "", "0", "x,\\\"y\\\""),
    GRANTED, END};

#define EXPORTED_JSON                                                                          \
    "{\"account\":\"abcdefghijklmnopqrstuvwxyz\",\"corp\":\"ww1\",\"userid\":\"a\",\"login\":" \
    "\"a\",\"uid\":1900000001,\"name\":\"=1+1\",\"state\":\"active\"}\n"                       \
    "{\"account\":\"abcdefghijklmnopqrstuvwxyz\",\"corp\":\"ww1\",\"userid\":\"b\",\"login\":" \
    "\"\",\"uid\":0,\"name\":\"x,\\\"y\\\"\",\"state\":\"active\"}\n"
#define EXPORTED_CSV                                                 \
    "account,corp,userid,login,uid,name,state\r\n"                   \
    "abcdefghijklmnopqrstuvwxyz,ww1,a,a,1900000001,'=1+1,active\r\n" \
    "abcdefghijklmnopqrstuvwxyz,ww1,b,,,\"x,\"\"y\"\"\",active\r\n"

START_TEST(an_export_has_the_columns_and_no_others) {
    CTL(export_script, "export");
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, EXPORTED_JSON);
    heard("command=accounts.export\n");
    done();
    CTL(export_script, "export", "--json", "-");
    ck_assert_str_eq(r.out, EXPORTED_JSON);
    done();
    CTL(export_script, "export", "--csv");
    ck_assert_str_eq(r.out, EXPORTED_CSV);
    done();
}
END_TEST

START_TEST(an_export_into_a_file_is_whole_or_not_there) {
    static const struct step broken[] = {READ, READY, EXPORTED("a", "a", "1900000001", "x"), END};
    char dir[64], path[96], text[1024];
    struct stat st;

    make_dir(dir);
    (void)snprintf(path, sizeof path, "%s/accounts", dir);
    CTL(broken, "export", "--csv", path);
    ck_assert_int_eq(r.status, 3);
    ck_assert_int_ne(access(path, F_OK), 0);
    done();
    CTL(export_script, "export", "--csv", path, "--lang", "en");
    ck_assert_int_eq(r.status, 0);
    assert_has(r.out, "2 accounts written to ");
    ck_assert_str_eq(read_file(path, text, sizeof text), EXPORTED_CSV);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    done();
    CTL(broken, "export", path);
    ck_assert_int_eq(r.status, 3);
    ck_assert_str_eq(read_file(path, text, sizeof text), EXPORTED_CSV);
    done();
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(dir), 0); /* nothing is left beside it */
    CTL(export_script, "export", "/nonexistent/file");
    ck_assert_int_eq(r.status, 1);
    assert_has(r.err, "/nonexistent/file cannot be written: ");
    done();
}
END_TEST

START_TEST(an_export_that_nobody_takes_is_an_error) {
    helper_start(&h, export_script);
    run_how(&r, &(const struct run_how){.out_is_full = true}, "wecomctl", "accounts", "export",
            "--socket", h.socket, NULL);
    ck_assert_int_eq(r.status, 1);
    done();
}
END_TEST

/* Runs an import of this text from standard input. */
static void import_text(const struct step *script, const char *text, const char *more) {
    helper_start(&h, script);
    run_how(&r, &(const struct run_how){.in = text}, "wecomctl", "accounts", "import", "-",
            "--socket", h.socket, "--lang", "en", more, NULL);
}

static const struct step import_script[] = {
    READ,    READY,
    READ,    READ,
    READ,    ROW("{\"kind\":\"import\",\"rows\":2,\"new\":1,\"changed\":0,\"same\":1,\"bad\":0}"),
    GRANTED, END};

static const char *const forms[] = {EXPORTED_JSON, EXPORTED_CSV,
                                    "[{\"userid\":\"a\"},\n{\"userid\":\"b\"}]"};

START_TEST(rows_go_to_the_helper_with_their_lines) {
    import_text(import_script, forms[_i], NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "2 rows imported: 1 new, 0 changed, 1 as they were\n");
    heard("command=accounts.import\n");
    heard("json={\"dry_run\":false}\n");
    heard("\"userid\":\"a\"");
    heard(_i == 1 ? "\"line\":3" : "\"line\":2");
    heard("json={\"end\":true,\"rows\":2}\n");
    if (_i < 2)
        heard("\"name\":\"=1+1\""); /* the guard is off again */
    done();
    import_text(import_script, forms[_i], "--dry-run");
    assert_has(r.out, "2 rows are good: 1 would be new");
    heard("json={\"dry_run\":true}\n");
    done();
    import_text(import_script, forms[_i], "--json");
    ck_assert(run_ok(&r));
    done();
}
END_TEST

START_TEST(bad_rows_are_told_with_file_and_line) {
    static const struct step script[] = {
        READ,
        READY,
        READ,
        READ,
        READ,
        ROW("{\"kind\":\"refusal\",\"why\":\"import_range\",\"text\":\"Out \\u001bof.\","
            "\"text_zh\":\"中\",\"line\":2}"),
        ROW("{\"kind\":\"import\",\"rows\":2,\"new\":1,\"changed\":0,\"same\":0,\"bad\":1}"),
        REFUSED("import"),
        DENIED,
        END};

    import_text(script, forms[0], NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(r.out, "");
    assert_has(r.err, "wecomctl: -:2: Out of.\n");
    assert_has(r.err, "wecomctl: English [31mred.\n");
    done();
    import_text(script, forms[0], "--json");
    ck_assert_int_eq(r.status, 1);
    ck_assert(!run_ok(&r));
    ck_assert_uint_eq(json_array_size(json_object_get(run_json(&r), "rows")), 3);
    ck_assert_str_eq(run_string(&r, "message"), "English [31mred.\nDo it.");
    done();
}
END_TEST

START_TEST(a_file_with_a_mistake_is_not_sent) {
    import_text(import_script, "userid,login\r\na,b\r\n\"c,d\r\n", NULL);
    ck_assert_int_eq(r.status, 1);
    assert_has(r.err, "wecomctl: -:4: A quote is missing");
    ck_assert(!helper_heard(&h, "import"));
    done();
    import_text(import_script, "", "--json");
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(run_string(&r, "reason"), "file");
    done();
    run_plain(&r, "wecomctl", "accounts", "import", "/nonexistent/\033[31mfile", NULL);
    ck_assert_int_eq(r.status, 1);
    assert_has(r.err, "cannot be read: ");
    assert_is_harmless(r.err);
    run_free(&r);
}
END_TEST

START_TEST(a_row_that_no_packet_holds_is_told) {
    char *text = calloc(1, 20000);

    (void)strcat(text, "userid,name\r\na,");
    memset(text + strlen(text), 'x', 15000);
    import_text(import_script, text, NULL);
    ck_assert_int_eq(r.status, 1);
    assert_has(r.err, "-:2: The row is longer than any account");
    free(text);
    done();
}
END_TEST

/* ---- sync -------------------------------------------------------------------------------- */

#define PROGRESS(phase, members)                                                              \
    ROW("{\"kind\":\"progress\",\"phase\":\"" phase "\",\"members\":" members ",\"calls\":5," \
        "\"calls_left\":7,\"resting\":\"\"}")
#define SYNCED(end, pending, error)                                                          \
    ROW("{\"kind\":\"sync\",\"end\":\"" end "\",\"members\":100,\"made\":3,\"withdrawn\":2," \
        "\"returned\":1,\"no_login\":4,\"pending\":" pending ",\"pending_names\":\"a b\","   \
        "\"error\":\"" error "\"}")

static const struct step sync_script[] = {READ,
                                          READY,
                                          PROGRESS("directory", "0"),
                                          PROGRESS("members", "10"),
                                          PROGRESS("members", "50"),
                                          SYNCED("whole", "0", ""),
                                          GRANTED,
                                          END};

static void run_sync(const struct step *script, const char *a, const char *b) {
    helper_start(&h, script);
    run_plain(&r, "wecomctl", "sync", "--socket", h.socket, "--lang", "en", a, b, NULL);
}

START_TEST(a_synchronization_is_followed_to_its_end) {
    run_sync(sync_script, NULL, NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "reading departments and tags: 0 members, 5 calls, 7 to come\n"
                            "reading members: 10 members, 5 calls, 7 to come\n"
                            "100 members: 3 new, 2 withdrawn, 1 back, 4 without a login name\n");
    heard("command=sync\n");
    heard("json={\"wait\":true}\n");
    done();
    run_sync(sync_script, "--json", "--accept");
    ck_assert_int_eq(r.status, 0);
    ck_assert(run_ok(&r));
    ck_assert_uint_eq(json_array_size(json_object_get(run_json(&r), "rows")), 1);
    heard("json={\"accept\":true,\"wait\":true}\n");
    done();
}
END_TEST

START_TEST(on_a_terminal_one_line_is_redrawn) {
    struct started s;

    helper_start(&h, sync_script);
    start_how(&s, &(const struct run_how){.out_is_terminal = true}, "wecomctl", "sync", "--socket",
              h.socket, NULL);
    finish_run(&s, &r);
    ck_assert_int_eq(r.status, 0);
    assert_has(r.out, "\r读取成员：成员 50，");
    assert_has(r.out, "\033[K");
    assert_has(r.out, "100 members: 3 new");
    done();
}
END_TEST

START_TEST(who_does_not_wait_is_told_where_to_look) {
    static const struct step script[] = {READ, READY, GRANTED, END};

    run_sync(script, "--no-wait", NULL);
    ck_assert_int_eq(r.status, 0);
    assert_has(r.out, "wecomctl status");
    heard("json={}\n");
    done();
    run_sync(script, "--no-wait", "--json");
    ck_assert(run_ok(&r));
    done();
    run_sync(script, "--no-wait", "--wait");
    ck_assert_int_eq(r.status, 2);
    done();
}
END_TEST

START_TEST(a_synchronization_that_was_not_whole_is_a_failure) {
    static const struct step partly[] = {
        READ, READY, SYNCED("partly", "12", "department 5: errcode 60011"), GRANTED, END};
    static const struct step silent[] = {READ, READY, GRANTED, END};
    static const struct step dying[] = {READ, READY, PROGRESS("members", "10"), END};
    static const struct step refused[] = {READ, READY, REFUSED("no_sync"), DENIED, END};

    run_sync(partly, NULL, NULL);
    ck_assert_int_eq(r.status, 1);
    assert_has(r.out, "12 people are missing");
    assert_has(r.out, "a b");
    assert_has(r.out, "wecomctl sync --accept");
    assert_has(r.err, "not complete (partly): department 5: errcode 60011");
    done();
    run_sync(silent, NULL, NULL);
    ck_assert_int_eq(r.status, 3);
    done();
    run_sync(dying, NULL, NULL);
    ck_assert_int_eq(r.status, 3);
    assert_has(r.err, "hung up");
    done();
    run_sync(refused, NULL, NULL);
    ck_assert_int_eq(r.status, 1);
    assert_has(r.err, "English");
    done();
}
END_TEST

START_TEST(status_has_a_section_about_accounts) {
    static const struct step script[] = {
        READ, READY,
        ROW("{\"kind\":\"accounts\",\"running\":true,\"end\":\"whole\",\"error\":\"\","
            "\"last_age_s\":187,\"next_in_s\":113,\"interval_s\":900,\"stretched\":\"1000 calls at "
            "200 a minute\",\"pending\":2,\"pending_names\":\"a b\",\"accounts\":10,\"active\":7,"
            "\"disabled\":1,\"gone\":2,\"held\":0,\"no_login\":3,\"left_out\":0,"
            "\"table_age_s\":187,\"publish_error\":\"\"}"),
        GRANTED, END};

    helper_start(&h, script);
    run_plain(&r, "wecomctl", "status", "--socket", h.socket, "--lang", "en", NULL);
    ck_assert_int_eq(r.status, 0);
    assert_has(r.out, "accounts                10\n");
    assert_has(r.out, "active 7, disabled 1, gone 2, held 0, without login name 3, left out 0\n");
    assert_has(r.out, "last synchronization    whole, 3m 7s\n");
    assert_has(r.out, "next one in             1m 53s\n");
    assert_has(r.out, "interval                15m 0s (1000 calls at 200 a minute)\n");
    assert_has(r.out, "to be confirmed         2: a b (wecomctl sync --accept)\n");
    assert_has(r.out, "table confirmed before  3m 7s\n");
    done();
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("wecomctl accounts");
    TCase *tc = new_case(s, "list", 120);

    tcase_add_test(tc, the_list_is_sorted_and_aligned);
    tcase_add_test(tc, the_list_asks_for_what_was_asked_for);
    tcase_add_test(tc, the_list_as_json_has_the_rows_in_order);
    tcase_add_test(tc, a_list_of_nobody_says_so);
    tcase_add_test(tc, a_list_that_breaks_off_shows_nothing);
    tcase_add_test(tc, a_narrow_terminal_gets_narrow_lines);
    tcase_add_test(tc, many_accounts_are_listed);
    tc = new_case(s, "one account", 120);
    tcase_add_test(tc, show_tells_everything);
    tcase_add_loop_test(tc, each_word_asks_one_thing_and_shows_the_account, 0, COUNT(asked));
    tcase_add_test(tc, who_cannot_be_added_is_told_and_the_others_are_shown);
    tcase_add_test(tc, many_userids_are_several_questions);
    tc = new_case(s, "usage", 120);
    tcase_add_loop_test(tc, wrong_usage_asks_nobody, 0, COUNT(wrong));
    tcase_add_test(tc, help_has_a_line_for_every_word);
    tcase_add_test(tc, a_word_that_an_older_helper_does_not_know_is_told);
    tcase_add_loop_test(tc, without_a_helper_each_word_says_what_to_do, 0, COUNT(needs_helper));
    tc = new_case(s, "export and import", 120);
    tcase_add_test(tc, an_export_has_the_columns_and_no_others);
    tcase_add_test(tc, an_export_into_a_file_is_whole_or_not_there);
    tcase_add_test(tc, an_export_that_nobody_takes_is_an_error);
    tcase_add_loop_test(tc, rows_go_to_the_helper_with_their_lines, 0, COUNT(forms));
    tcase_add_test(tc, bad_rows_are_told_with_file_and_line);
    tcase_add_test(tc, a_file_with_a_mistake_is_not_sent);
    tcase_add_test(tc, a_row_that_no_packet_holds_is_told);
    tc = new_case(s, "sync", 120);
    tcase_add_test(tc, a_synchronization_is_followed_to_its_end);
    tcase_add_test(tc, on_a_terminal_one_line_is_redrawn);
    tcase_add_test(tc, who_does_not_wait_is_told_where_to_look);
    tcase_add_test(tc, a_synchronization_that_was_not_whole_is_a_failure);
    tcase_add_test(tc, status_has_a_section_about_accounts);
    return s;
}
