/* Verification files of WeCom: names, contents, and how they come to be answered. */
#include "helper/proofs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support_host.h"

#define NAME "WW_verify_AbCd0123456789xY.txt"

static void setup(void) {
    host_start("[web]\npublic_url = https://login.example.com:8443/prefix\n" SSHD);
}

static const struct {
    const char *name;
    bool good;
} names[] = {
    {NAME, true},
    {"WW_verify_a.txt", true},
    {"WW_verify_.txt", false},
    {"WW_verify_a.TXT", false},
    {"WW_verify_a.txt.txt", false},
    {"WW_verify_a-b.txt", false},
    {"WW_verify_../a.txt", false},
    {"../WW_verify_a.txt", false},
    {"ww_verify_a.txt", false},
    {"healthz", false},
    {".new", false},
    {"", false},
    {"WW_verify_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.txt", true},
    {"WW_verify_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab.txt", false},
};

START_TEST(a_name_is_one_that_wecom_gives) {
    ck_assert(proofs_is_name(names[_i].name) == names[_i].good);
}
END_TEST

static const struct {
    const char *content;
    bool good;
} contents[] = {
    {"AbCd0123456789xY", true},
    {"AbCd0123456789xY\r\n", true},
    {"a b~", true},
    {"", false},
    {"<b>x</b>", false},
    {"a&b", false},
    {"\xE4\xBD\xA0", false},
    {"a\tb", false},
    {"\x7f", false},
};

START_TEST(a_content_is_a_line_of_plain_text) {
    ck_assert(proofs_is_content(contents[_i].content) == contents[_i].good);
}
END_TEST

START_TEST(a_content_has_1024_bytes_at_most) {
    char text[PROOFS_MOST_BYTES + 2];

    memset(text, 'a', sizeof text);
    text[PROOFS_MOST_BYTES] = '\0';
    ck_assert(proofs_is_content(text));
    text[PROOFS_MOST_BYTES] = 'a';
    text[PROOFS_MOST_BYTES + 1] = '\0';
    ck_assert(!proofs_is_content(text));
}
END_TEST

/* What WeCom's server is answered. */
static void fetched(const char *file, int status, const char *body) {
    int web = served_dial(host_inner->served, "web.sock");

    served_say(web, WIRE_PROOF, WIRE_F_FILE, file, WIRE_FIELD_COUNT);
    ck_assert(served_receive(host_inner->served, web, host_m));
    ck_assert_int_eq(host_m->verb, WIRE_READY);
    ck_assert(served_receive(host_inner->served, web, host_m));
    ck_assert_int_eq(host_m->verb, WIRE_REPLY);
    ck_assert_int_eq((int)wire_get_number(host_m, WIRE_F_STATUS), status);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_BODY), body);
    (void)close(web);
}

/* A command of the administrator: its rows as one text, and the verdict. */
static char rows[8192];

static const char *command(const char *word, const char *json) {
    static char verdict[32];
    int admin = served_dial(host_inner->served, "admin.sock");

    rows[0] = '\0';
    served_say(admin, WIRE_ADMIN, WIRE_F_COMMAND, word, WIRE_F_JSON, json, WIRE_FIELD_COUNT);
    while (served_receive(host_inner->served, admin, host_m) && host_m->verb != WIRE_RESULT) {
        if (host_m->verb == WIRE_ROW)
            (void)snprintf(rows + strlen(rows), sizeof rows - strlen(rows), "%s\n",
                           wire_get(host_m, WIRE_F_JSON));
    }
    ck_assert_int_eq(host_m->verb, WIRE_RESULT);
    (void)snprintf(verdict, sizeof verdict, "%s", wire_get(host_m, WIRE_F_VERDICT));
    (void)close(admin);
    return verdict;
}

START_TEST(wecom_is_answered_what_the_administrator_gave) {
    fetched(NAME, 404, "");
    ck_assert_str_eq(command("proofs.add", "{\"name\":\"" NAME "\",\"content\":\"AbCd\\n\"}"),
                     "granted");
    /* at the root, whatever the path of the pages */
    ck_assert_ptr_nonnull(strstr(rows, "\"https://login.example.com:8443/" NAME "\""));
    fetched(NAME, 200, "AbCd\n");
    fetched("WW_verify_other.txt", 404, "");
    fetched("healthz", 404, "");
    ck_assert_str_eq(command("proofs.add", "{\"name\":\"" NAME "\",\"content\":\"Ef\"}"),
                     "granted");
    fetched(NAME, 200, "Ef");
    ck_assert_str_eq(command("proofs", "{}"), "granted");
    ck_assert_ptr_nonnull(strstr(rows, NAME));
    ck_assert_str_eq(command("proofs.remove", "{\"name\":\"" NAME "\"}"), "granted");
    fetched(NAME, 404, "");
    ck_assert_str_eq(command("proofs.remove", "{\"name\":\"" NAME "\"}"), "denied");
    ck_assert_str_eq(command("proofs", "{}"), "granted");
    ck_assert_str_eq(rows, "");
}
END_TEST

static const char *const refused[] = {
    "{}",
    "{\"name\":\"" NAME "\"}",
    "{\"content\":\"a\"}",
    "{\"name\":1,\"content\":\"a\"}",
    "{\"name\":\"" NAME "\",\"content\":\"\"}",
    "{\"name\":\"" NAME "\",\"content\":\"<script>\"}",
    "{\"name\":\"../WW_verify_a.txt\",\"content\":\"a\"}",
    "{\"name\":\"index.html\",\"content\":\"a\"}",
};

START_TEST(what_is_no_such_file_is_refused) {
    ck_assert_str_eq(command("proofs.add", refused[_i]), "denied");
    ck_assert_str_eq(command("proofs.remove", refused[_i]), "denied");
    ck_assert_str_eq(command("proofs", "{}"), "granted");
    ck_assert_str_eq(rows, "");
}
END_TEST

START_TEST(there_are_32_files_at_most) {
    char json[128];

    for (int i = 0; i <= PROOFS_MOST; i++) {
        (void)snprintf(json, sizeof json, "{\"name\":\"WW_verify_%d.txt\",\"content\":\"a\"}", i);
        ck_assert_str_eq(command("proofs.add", json), i < PROOFS_MOST ? "granted" : "denied");
    }
    /* one that is there may be given anew */
    ck_assert_str_eq(command("proofs.add", "{\"name\":\"WW_verify_0.txt\",\"content\":\"b\"}"),
                     "granted");
    fetched("WW_verify_0.txt", 200, "b");
    ck_assert_str_eq(command("proofs.remove", "{\"name\":\"WW_verify_1.txt\"}"), "granted");
    ck_assert_str_eq(command("proofs.add", json), "granted");
}
END_TEST

/* A file that somebody else could have put there is not served. */
START_TEST(a_file_that_cannot_be_trusted_is_not_served) {
    char path[512];
    FILE *out;

    ck_assert_str_eq(command("proofs.add", "{\"name\":\"" NAME "\",\"content\":\"a\"}"), "granted");
    (void)snprintf(path, sizeof path, "%s/proofs/" NAME, host_inner->state_dir);
    ck_assert_int_eq(chmod(path, 0644), 0);
    fetched(NAME, 404, "");
    ck_assert_int_eq(chmod(path, 0600), 0);
    fetched(NAME, 200, "a");
    out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite("a\0<b>", 1, 5, out), 5);
    ck_assert_int_eq(fclose(out), 0);
    fetched(NAME, 404, "");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink("/etc/hostname", path), 0);
    fetched(NAME, 404, "");
    (void)snprintf(path, sizeof path, "%s/proofs", host_inner->state_dir);
    ck_assert_int_eq(chmod(path, 0755), 0);
    ck_assert_str_eq(command("proofs.add", "{\"name\":\"" NAME "\",\"content\":\"a\"}"), "denied");
    ck_assert_int_eq(chmod(path, 0700), 0);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("proofs");
    TCase *t = tcase_create("proofs");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, host_end);
    tcase_add_loop_test(t, a_name_is_one_that_wecom_gives, 0, SUPPORT_COUNT(names));
    tcase_add_loop_test(t, a_content_is_a_line_of_plain_text, 0, SUPPORT_COUNT(contents));
    tcase_add_test(t, a_content_has_1024_bytes_at_most);
    tcase_add_test(t, wecom_is_answered_what_the_administrator_gave);
    tcase_add_loop_test(t, what_is_no_such_file_is_refused, 0, SUPPORT_COUNT(refused));
    tcase_add_test(t, there_are_32_files_at_most);
    tcase_add_test(t, a_file_that_cannot_be_trusted_is_not_served);
    suite_add_tcase(s, t);
    return s;
}
