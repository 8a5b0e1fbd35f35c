/* Bytes that must not outlive their use. */
#include "common/secret.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/common/freed.h"

/* A size that no machine has, so that malloc fails; the sanitizer is told to let it. */
static const size_t too_much = (size_t)1 << 47;

const char *__asan_default_options(void);

const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}

#define HORSE "correct horse battery"

START_TEST(two_empty_secrets_are_no_match) {
    struct secret a = {0}, b = {0};

    ck_assert(!secret_equal(&a, &b));
    ck_assert(!secret_equal(&a, &a));
    ck_assert(!secret_equal_bytes("", 0, "", 0));
    ck_assert(!secret_equal_bytes(NULL, 0, NULL, 0));
    ck_assert(!secret_equal_bytes("a", 0, "a", 0));
    ck_assert_int_eq(secret_set(&a, "", 0), WECOM_OK);
    ck_assert(!secret_equal(&a, &b));
}
END_TEST

static const struct {
    const char *a;
    size_t a_len;
    const char *b;
    size_t b_len;
    bool equal;
} pairs[] = {
    {"a", 1, "a", 1, true},
    {"a", 1, "b", 1, false},
    {"a", 1, "", 0, false},
    {"", 0, "a", 1, false},
    {"482913", 6, "482913", 6, true},
    {"482913", 6, "482914", 6, false},
    {"482913", 6, "582913", 6, false},
    {"482913", 6, "48291", 5, false},
    {"48291", 5, "482913", 6, false},
    {"a\0b", 3, "a\0b", 3, true},
    {"a\0b", 3, "a\0c", 3, false},
    {"\x80", 1, "\x00", 1, false},
    {"\x01\x01", 2, "\x02\x02", 2, false}, /* differences do not cancel out */
    {"\xFF", 1, "\xFF", 1, true},
};

START_TEST(secrets_match_when_every_byte_does) {
    struct secret a = {0}, b = {0};

    ck_assert_int_eq(secret_set(&a, pairs[_i].a, pairs[_i].a_len), WECOM_OK);
    ck_assert_int_eq(secret_set(&b, pairs[_i].b, pairs[_i].b_len), WECOM_OK);
    ck_assert(secret_equal(&a, &b) == pairs[_i].equal);
    ck_assert(secret_equal_bytes(pairs[_i].a, pairs[_i].a_len, pairs[_i].b, pairs[_i].b_len) ==
              pairs[_i].equal);
    secret_clear(&a);
    secret_clear(&b);
}
END_TEST

START_TEST(one_changed_bit_anywhere_is_no_match) {
    unsigned char a[64], b[64];

    for (size_t i = 0; i < sizeof a; i++)
        a[i] = (unsigned char)(i * 37);
    memcpy(b, a, sizeof b);
    ck_assert(secret_equal_bytes(a, sizeof a, b, sizeof b));
    for (size_t bit = 0; bit < 8 * sizeof b; bit++) {
        b[bit / 8] ^= (unsigned char)(1u << bit % 8);
        ck_assert(!secret_equal_bytes(a, sizeof a, b, sizeof b));
        b[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
}
END_TEST

START_TEST(a_secret_is_a_copy_that_ends_in_nul) {
    struct secret s = {0};
    char bytes[] = "abc";

    ck_assert_int_eq(secret_set(&s, bytes, 3), WECOM_OK);
    bytes[0] = 'x';
    ck_assert_uint_eq(s.len, 3);
    ck_assert_mem_eq(s.bytes, "abc\0", 4);
    ck_assert_int_eq(secret_set(&s, "a\0b", 3), WECOM_OK);
    ck_assert_mem_eq(s.bytes, "a\0b\0", 4);
    ck_assert_int_eq(secret_set(&s, s.bytes + 2, 1), WECOM_OK); /* out of itself */
    ck_assert_str_eq(s.bytes, "b");
    ck_assert_int_eq(secret_set(&s, "", 0), WECOM_OK);
    ck_assert_ptr_null(s.bytes);
    ck_assert_uint_eq(s.len, 0);
    secret_clear(&s);
    secret_clear(&s);
    ck_assert_int_eq(secret_set(&s, "again", 5), WECOM_OK);
    ck_assert_str_eq(s.bytes, "again");
    secret_clear(&s);
}
END_TEST

START_TEST(a_moved_secret_is_in_one_place) {
    struct secret from = {0}, to = {0};
    const char *bytes;

    ck_assert_int_eq(secret_set(&from, HORSE, strlen(HORSE)), WECOM_OK);
    ck_assert_int_eq(secret_set(&to, "old", 3), WECOM_OK);
    bytes = from.bytes;
    secret_move(&to, &from);
    ck_assert_ptr_eq(to.bytes, bytes);
    ck_assert_uint_eq(to.len, strlen(HORSE));
    ck_assert_ptr_null(from.bytes);
    ck_assert_uint_eq(from.len, 0);
    secret_move(&to, &from); /* nothing moved in */
    ck_assert_ptr_null(to.bytes);
    ck_assert_uint_eq(to.len, 0);
}
END_TEST

START_TEST(a_secret_that_finds_no_memory_is_empty) {
    struct secret s = {0};

    ck_assert_int_eq(secret_set(&s, HORSE, strlen(HORSE)), WECOM_OK);
    ck_assert_int_eq(secret_set(&s, HORSE, too_much), WECOM_E_MEMORY);
    ck_assert_ptr_null(s.bytes);
    ck_assert_uint_eq(s.len, 0);
    secret_clear(&s);
}
END_TEST

START_TEST(no_freed_memory_holds_a_secret) {
    struct secret s = {0}, other = {0};
    char *string;

    if (!freed_can_see())
        return;
    freed_watch(HORSE);
    ck_assert_int_eq(secret_set(&s, HORSE, strlen(HORSE)), WECOM_OK);
    secret_clear(&s);
    ck_assert_uint_eq(freed_unwiped, 0);

    ck_assert_int_eq(secret_set(&s, HORSE, strlen(HORSE)), WECOM_OK);
    ck_assert_int_eq(secret_set(&s, "new", 3), WECOM_OK);
    ck_assert_uint_eq(freed_unwiped, 0);

    ck_assert_int_eq(secret_set(&s, HORSE, strlen(HORSE)), WECOM_OK);
    ck_assert_int_eq(secret_set(&s, "", 0), WECOM_OK);
    ck_assert_uint_eq(freed_unwiped, 0);

    ck_assert_int_eq(secret_set(&s, HORSE, strlen(HORSE)), WECOM_OK);
    ck_assert_int_eq(secret_set(&s, HORSE, too_much), WECOM_E_MEMORY);
    ck_assert_uint_eq(freed_unwiped, 0);

    ck_assert_int_eq(secret_set(&s, HORSE, strlen(HORSE)), WECOM_OK);
    secret_move(&s, &other);
    ck_assert_uint_eq(freed_unwiped, 0);

    string = strdup(HORSE);
    secret_free_string(string);
    ck_assert_uint_eq(freed_end(), 0);
    ck_assert_uint_ge(freed_blocks, 6);
}
END_TEST

START_TEST(wiped_bytes_are_zero_and_their_neighbours_stay) {
    char bytes[] = "<" HORSE ">";
    volatile const char *look = bytes;
    size_t len = strlen(HORSE);

    secret_wipe_bytes(bytes + 1, len);
    ck_assert_int_eq(look[0], '<');
    for (size_t i = 1; i <= len; i++)
        ck_assert_int_eq(look[i], 0);
    ck_assert_int_eq(look[len + 1], '>');
    secret_wipe_bytes(bytes, 0);
    ck_assert_int_eq(look[0], '<');
    secret_wipe_bytes(NULL, 0);
    secret_wipe_bytes(NULL, 99);
    secret_free_string(NULL);
}
END_TEST

START_TEST(a_wiped_array_is_zero_to_its_end) {
    unsigned char key[32];
    uint32_t words[8];
    volatile const unsigned char *look = key;
    volatile const uint32_t *look_words = words;

    memset(key, 0xA5, sizeof key);
    memset(words, 0xA5, sizeof words);
    secret_wipe(key);
    secret_wipe(words);
    for (size_t i = 0; i < sizeof key; i++)
        ck_assert_int_eq(look[i], 0);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        ck_assert_uint_eq(look_words[i], 0);
}
END_TEST

/* Does `body` compile as the body of a function? The compiler reads it from a pipe. -1: there is
 * no compiler.
 */
static int compiles(const char *body) {
    char source[512];
    int ends[2], status, n;
    pid_t child;

    n = snprintf(source, sizeof source,
                 "#include \"common/secret.h\"\n"
                 "void f(char *pointer, char parameter[16]);\n"
                 "void f(char *pointer, char parameter[16]) {\n"
                 "    char array[16] = \"\"; char *const fixed = pointer;\n"
                 "    (void)pointer; (void)parameter; (void)array; (void)fixed;\n"
                 "    %s\n"
                 "}\n",
                 body);
    ck_assert(n > 0 && (size_t)n < sizeof source);
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

        (void)dup2(ends[0], STDIN_FILENO);
        (void)dup2(null, STDOUT_FILENO);
        (void)dup2(null, STDERR_FILENO);
        (void)execlp("cc", "cc", "-std=gnu11", "-fsyntax-only", "-I.", "-Iinclude", "-x", "c", "-",
                     (char *)NULL);
        _exit(127);
    }
    (void)close(ends[0]);
    ck_assert_int_eq(write(ends[1], source, (size_t)n), n);
    (void)close(ends[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status) == 127 ? -1 : WEXITSTATUS(status) == 0;
}

static const struct {
    const char *body;
    int compiles;
} bodies[] = {
    {"secret_wipe(array);", 1}, {"secret_wipe(pointer);", 0},   {"secret_wipe(parameter);", 0},
    {"secret_wipe(fixed);", 0}, {"secret_wipe(&array[0]);", 0}, {"secret_wipe((char *)array);", 0},
};

START_TEST(wiping_a_pointer_as_an_array_does_not_compile) {
    int answer = compiles(bodies[_i].body);

    if (answer >= 0) /* else there is no compiler here */
        ck_assert_msg(answer == bodies[_i].compiles, "%s", bodies[_i].body);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("secret");
    TCase *compare = tcase_create("compare"), *wipe = tcase_create("wipe");

    tcase_add_test(compare, two_empty_secrets_are_no_match);
    tcase_add_loop_test(compare, secrets_match_when_every_byte_does, 0,
                        sizeof pairs / sizeof pairs[0]);
    tcase_add_test(compare, one_changed_bit_anywhere_is_no_match);
    tcase_set_timeout(compare, 60);
    suite_add_tcase(s, compare);

    tcase_add_test(wipe, a_secret_is_a_copy_that_ends_in_nul);
    tcase_add_test(wipe, a_moved_secret_is_in_one_place);
    tcase_add_test(wipe, a_secret_that_finds_no_memory_is_empty);
    tcase_add_test(wipe, no_freed_memory_holds_a_secret);
    tcase_add_test(wipe, wiped_bytes_are_zero_and_their_neighbours_stay);
    tcase_add_test(wipe, a_wiped_array_is_zero_to_its_end);
    tcase_add_loop_test(wipe, wiping_a_pointer_as_an_array_does_not_compile, 0,
                        sizeof bodies / sizeof bodies[0]);
    tcase_set_timeout(wipe, 60);
    suite_add_tcase(s, wipe);
    return s;
}
