/* Recovery codes for the administrator: issued once, counted, made void, told to nobody else. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/names.h"
#include "helper/recovery.h"
#include "helper/store_internal.h"
#include "tests/check_main.h"
#include "tests/helper/support_host.h"

static json_t *last; /* the last row, a copy */
static char verdict[32];

static void begin(void) {
    host_start(SSHD);
    host_has_account("lisi");
}

static void end(void) {
    json_decref(last);
    last = NULL;
    host_end();
}

static void command(const char *word, const char *args) {
    int fd = served_dial(host_inner->served, "admin.sock");

    json_decref(last);
    last = NULL;
    verdict[0] = '\0';
    served_say(fd, WIRE_ADMIN, WIRE_F_COMMAND, word, WIRE_F_JSON, args, WIRE_FIELD_COUNT);
    while (served_receive(host_inner->served, fd, host_m)) {
        if (host_m->verb == WIRE_ROW) {
            json_decref(last);
            last = json_loads(wire_get(host_m, WIRE_F_JSON), JSON_REJECT_DUPLICATES, NULL);
        } else if (host_m->verb == WIRE_RESULT) {
            (void)snprintf(verdict, sizeof verdict, "%s", wire_get(host_m, WIRE_F_VERDICT));
            break;
        }
    }
    (void)close(fd);
}

static const char *text(const char *key) {
    const char *value = json_string_value(json_object_get(last, key));

    return value != NULL ? value : "";
}

static void show_says(int left) {
    command("accounts.show", "{\"user\":\"lisi\"}");
    ck_assert_str_eq(verdict, "granted");
    ck_assert_int_eq(json_integer_value(json_object_get(last, "recovery_left")), left);
}

START_TEST(ten_codes_are_told_once_and_counted) {
    const char *words;
    char first[256];

    begin();
    show_says(0);
    command("recovery.issue", "{\"user\":\"lisi\"}");
    ck_assert_str_eq(verdict, "granted");
    ck_assert_str_eq(text("kind"), "recovery");
    ck_assert_str_eq(text("login"), "lisi");
    ck_assert_int_eq(json_integer_value(json_object_get(last, "voided")), 0);
    words = text("codes");
    ck_assert_uint_eq(strlen(words), WECOM_RECOVERY_CODES * RECOVERY_TEXT_BYTES - 1);
    for (unsigned int i = 0; i < WECOM_RECOVERY_CODES; i++)
        ck_assert(name_is_recovery(words + i * RECOVERY_TEXT_BYTES, RECOVERY_TEXT_BYTES - 1));
    (void)snprintf(first, sizeof first, "%s", words);
    show_says(10);
    command("recovery.issue", "{\"user\":\"uid:%s\"}");
    ck_assert_str_eq(verdict, "denied");
    command("recovery.issue", "{\"user\":\"userid:LISI\"}");
    ck_assert_int_eq(json_integer_value(json_object_get(last, "voided")), 10);
    ck_assert_str_ne(text("codes"), first);
    show_says(10);
}
END_TEST

START_TEST(codes_are_revoked) {
    begin();
    command("recovery.revoke", "{\"user\":\"lisi\"}");
    ck_assert_str_eq(verdict, "granted");
    command("recovery.issue", "{\"user\":\"lisi\"}");
    command("recovery.revoke", "{\"user\":\"lisi\"}");
    ck_assert_str_eq(verdict, "granted");
    ck_assert_str_eq(text("codes"), "");
    ck_assert_int_eq(json_integer_value(json_object_get(last, "voided")), 10);
    show_says(0);
}
END_TEST

START_TEST(nobody_gets_none) {
    begin();
    command("recovery.issue", "{\"user\":\"nobody-here\"}");
    ck_assert_str_eq(verdict, "denied");
    ck_assert_str_eq(text("why"), "unknown_account");
}
END_TEST

static const char *const wrong[] = {
    "{}", "{\"user\":1}", "{\"user\":\"lisi\",\"revoke\":true}", "[]", "x",
};

START_TEST(arguments_that_are_none_end_the_connection) {
    begin();
    command("recovery.issue", wrong[_i]);
    ck_assert_str_eq(verdict, "");
    ck_assert_ptr_null(last);
}
END_TEST

/* Neither the file nor its log has what a person could type. */
START_TEST(the_store_has_no_code) {
    static const char *const names[] = {STORE_FILE, STORE_FILE "-wal"};
    static char bytes[1 << 22];

    begin();
    command("recovery.issue", "{\"user\":\"lisi\"}");
    for (int i = 0; i < 2; i++) {
        char *path = support_path(host_inner->state_dir, names[i]);
        FILE *file = fopen(path, "re");
        size_t len = file != NULL ? fread(bytes, 1, sizeof bytes, file) : 0;

        for (unsigned int row = 0; row < WECOM_RECOVERY_CODES; row++) {
            const char *code = text("codes") + row * RECOVERY_TEXT_BYTES;
            char symbols[WECOM_RECOVERY_SYMBOLS + 1];

            ck_assert(name_recovery_symbols(code, RECOVERY_TEXT_BYTES - 1, symbols));
            ck_assert_ptr_null(memmem(bytes, len, code + 3, 9));
            ck_assert_ptr_null(memmem(bytes, len, symbols + 2, 8));
        }
        ck_assert(len > 4096 || i == 0);
        if (file != NULL)
            (void)fclose(file);
        free(path);
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("admin_recovery");
    TCase *t = tcase_create("admin_recovery");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, NULL, end);
    tcase_add_test(t, ten_codes_are_told_once_and_counted);
    tcase_add_test(t, codes_are_revoked);
    tcase_add_test(t, nobody_gets_none);
    tcase_add_loop_test(t, arguments_that_are_none_end_the_connection, 0, SUPPORT_COUNT(wrong));
    tcase_add_test(t, the_store_has_no_code);
    suite_add_tcase(s, t);
    return s;
}
