/* QR codes as text: read back by a QR reader that is not ours. */
#include "helper/qr.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/wire.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"

/* What a URL may hold (RFC 3986), in an order that mixes them. */
static const char alphabet[] = "a9Z-_.~/kQ0:?#[]@!$&'()*+,;=%xYbT3wM7";

/* A link of `len` bytes, another one for each length. */
static const char *link_of(size_t len) {
    static char link[QR_LINK_MAX_BYTES + 2];
    size_t begin = len < 10 ? 0 : 10;

    memcpy(link, "https://h/", 10);
    for (size_t i = begin; i < len; i++)
        link[i] = alphabet[(i * i + 5 * i + 7 * len) % (sizeof alphabet - 1)];
    link[len] = '\0';
    return link;
}

/* The modules of a picture, as its characters show them. */
struct matrix {
    int rows, columns;
    bool light[QR_ROWS_ASCII + 1][QR_COLUMNS_UTF8];
};

/* Reads one cell; how many modules it is high. */
static int read_cell(const char **at, enum qr_form form, bool light[2]) {
    uint32_t c = 0;

    if (form == QR_ASCII) {
        light[0] = (*at)[0] == '#';
        ck_assert(strncmp(*at, light[0] ? "##" : "  ", 2) == 0);
        *at += 2;
        return 1;
    }
    *at += text_utf8_next(*at, strlen(*at), &c);
    ck_assert(c == ' ' || c == 0x2580 || c == 0x2584 || c == 0x2588);
    light[0] = c == 0x2580 || c == 0x2588;
    light[1] = c == 0x2584 || c == 0x2588;
    return 2;
}

/* Every line ends in LF, has the width of the first, and begins and ends with what is drawn. */
static void read_picture(const char *at, enum qr_form form, struct matrix *m) {
    *m = (struct matrix){0};
    while (*at != '\0') {
        const char *begin = at;
        int column = 0, high = 0;

        for (; *at != '\n'; column++) {
            bool light[2];

            ck_assert_int_lt(column, QR_COLUMNS_UTF8);
            high = read_cell(&at, form, light);
            ck_assert_int_le(m->rows + high, QR_ROWS_ASCII + 1);
            for (int i = 0; i < high; i++)
                m->light[m->rows + i][column] = light[i];
        }
        ck_assert(*begin != ' ' && at[-1] != ' ');
        ck_assert(m->columns == 0 || m->columns == column);
        m->columns = column;
        m->rows += high;
        at++;
    }
}

static const char *draw(const char *link, enum qr_form form) {
    static char text[QR_TEXT_BYTES];

    ck_assert_int_eq(qr_text(link, form, text, sizeof text), WECOM_OK);
    return text;
}

static const struct size {
    size_t bytes;
    int modules;
} sizes[] = {{1, 21},  {17, 21}, {18, 25}, {32, 25}, {33, 29},
             {53, 29}, {54, 33}, {77, 33}, {78, 33}};

/* Of digits, which other modes than bytes and a higher level would make smaller or larger. */
START_TEST(a_picture_is_as_large_as_version_and_quiet_zone_say) {
    const struct size *size = &sizes[_i];
    char link[QR_LINK_MAX_BYTES + 1] = "";
    struct matrix m;

    memset(link, '7', size->bytes);
    read_picture(draw(link, QR_UTF8), QR_UTF8, &m);
    ck_assert_int_eq(m.columns, 3 + size->modules + 3);
    ck_assert_int_eq(m.rows, 2 + size->modules + 3);
    read_picture(draw(link, QR_ASCII), QR_ASCII, &m);
    ck_assert_int_eq(m.columns, 3 + size->modules + 3);
    ck_assert_int_eq(m.rows, 2 + size->modules + 2);
}
END_TEST

START_TEST(the_quiet_zone_is_light_and_the_corners_of_the_code_are_dark) {
    for (int form = QR_UTF8; form <= QR_ASCII; form++) {
        struct matrix m;
        int bottom, right;

        read_picture(draw(link_of(sizes[_i].bytes), (enum qr_form)form), (enum qr_form)form, &m);
        bottom = m.rows - (form == QR_UTF8 ? 3 : 2);
        right = m.columns - 3;
        for (int row = 0; row < m.rows; row++)
            for (int column = 0; column < m.columns; column++)
                if (row < 2 || row >= bottom || column < 3 || column >= right)
                    ck_assert(m.light[row][column]);
        ck_assert(!m.light[2][3] && !m.light[2][right - 1] && !m.light[bottom - 1][3]);
    }
}
END_TEST

START_TEST(both_forms_show_the_same_modules) {
    struct matrix utf8, ascii;

    read_picture(draw(link_of(sizes[_i].bytes), QR_UTF8), QR_UTF8, &utf8);
    read_picture(draw(link_of(sizes[_i].bytes), QR_ASCII), QR_ASCII, &ascii);
    ck_assert_int_eq(utf8.rows, ascii.rows + 1);
    for (int row = 0; row < ascii.rows; row++)
        ck_assert_mem_eq(utf8.light[row], ascii.light[row], sizeof ascii.light[row]);
}
END_TEST

START_TEST(the_constants_are_those_of_the_longest_link_and_fit_a_terminal) {
    struct matrix m;

    read_picture(draw(link_of(QR_LINK_MAX_BYTES), QR_UTF8), QR_UTF8, &m);
    ck_assert_int_eq(m.rows, 2 * QR_ROWS_UTF8);
    ck_assert_int_eq(m.columns, QR_COLUMNS_UTF8);
    ck_assert_int_le(QR_ROWS_UTF8 + 5, 24); /* with the command and four lines of text */
    read_picture(draw(link_of(QR_LINK_MAX_BYTES), QR_ASCII), QR_ASCII, &m);
    ck_assert_int_eq(m.rows, QR_ROWS_ASCII);
    ck_assert_int_eq(2 * m.columns, QR_COLUMNS_ASCII);
    ck_assert_int_lt(QR_COLUMNS_ASCII, 80);
}
END_TEST

START_TEST(a_picture_passes_the_wire_and_the_cleaning_of_texts_unchanged) {
    for (int form = QR_UTF8; form <= QR_ASCII; form++) {
        const char *text = draw(link_of(QR_LINK_MAX_BYTES), (enum qr_form)form);
        struct wire_message *m = wire_new(WIRE_ASK);
        char *cleaned = strdup(text);

        ck_assert(m != NULL && cleaned != NULL);
        ck_assert_int_eq(wire_set(m, WIRE_F_INFO_TEXT, text), WECOM_OK);
        /* and leaves room for what stands round it */
        ck_assert_uint_lt(strlen(text) + 4 * 256, wire_field_rule(WIRE_F_INFO_TEXT)->max_bytes);
        text_clean(cleaned, TEXT_LINES);
        ck_assert_str_eq(cleaned, text);
        free(cleaned);
        wire_free(m);
    }
}
END_TEST

START_TEST(a_link_of_79_bytes_and_more_is_too_long) {
    static const size_t lengths[] = {79, 80, 106, 300, 5000};
    char text[QR_TEXT_BYTES];

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *link = calloc(1, lengths[i] + 1);

        memset(link, 'a', lengths[i]);
        for (int form = QR_UTF8; form <= QR_ASCII; form++) {
            memset(text, 'x', sizeof text);
            ck_assert_int_eq(qr_text(link, (enum qr_form)form, text, sizeof text),
                             WECOM_E_TOO_LONG);
            ck_assert_str_eq(text, "");
        }
        free(link);
    }
}
END_TEST

START_TEST(a_byte_that_no_url_has_is_refused_wherever_it_stands) {
    char link[] = "https://h/1", text[QR_TEXT_BYTES];

    for (size_t at = 0; at < sizeof link - 1; at += 5) {
        char good = link[at];

        for (int byte = 1; byte < 256; byte++) {
            enum wecom_error err;

            link[at] = (char)byte;
            memset(text, 'x', sizeof text);
            err = qr_text(link, QR_UTF8, text, sizeof text);
            ck_assert_int_eq(err, byte > 0x20 && byte < 0x7F ? WECOM_OK : WECOM_E_FORMAT);
            ck_assert((err == WECOM_OK) == (text[0] != '\0'));
        }
        link[at] = good;
    }
}
END_TEST

START_TEST(an_empty_link_and_an_unknown_form_are_refused) {
    char text[QR_TEXT_BYTES] = "x";

    ck_assert_int_eq(qr_text("", QR_UTF8, text, sizeof text), WECOM_E_FORMAT);
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(qr_text("https://h/", (enum qr_form)2, text, sizeof text), WECOM_E_FORMAT);
    ck_assert_int_eq(qr_text("https://h/", (enum qr_form) - 1, text, sizeof text), WECOM_E_FORMAT);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(a_buffer_that_is_too_small_stays_empty) {
    enum qr_form form = (enum qr_form)_i;
    size_t need = strlen(draw("h", form)) + 1;

    /* every size near the ends; between them fewer */
    for (size_t bytes = 0; bytes <= need; bytes += bytes < 40 || bytes + 90 > need ? 1 : 31) {
        char *out = malloc(bytes);

        ck_assert(out != NULL || bytes == 0);
        if (bytes == need) {
            ck_assert_int_eq(qr_text("h", form, out, bytes), WECOM_OK);
            ck_assert_uint_eq(strlen(out), bytes - 1);
        } else {
            ck_assert_int_eq(qr_text("h", form, out, bytes), WECOM_E_TOO_LONG);
            ck_assert(bytes == 0 || out[0] == '\0');
        }
        free(out);
    }
}
END_TEST

enum { PIXELS = 4, ROUND = 6 }; /* a module; what is seen of the terminal round it, modules */

/* A picture of the terminal: what is drawn has the one colour, all the rest the other. */
static void photograph(const char *path, const struct matrix *m, bool inverted) {
    int wide = (m->columns + 2 * ROUND) * PIXELS, high = (m->rows + 2 * ROUND) * PIXELS;
    size_t room = (size_t)wide * (size_t)high + 64;
    char *pgm = malloc(room);
    int len;

    ck_assert_ptr_nonnull(pgm);
    len = snprintf(pgm, room, "P5\n%d %d\n255\n", wide, high);
    for (int y = 0; y < high; y++) {
        for (int x = 0; x < wide; x++) {
            int row = y / PIXELS - ROUND, column = x / PIXELS - ROUND;
            bool drawn = row >= 0 && row < m->rows && column >= 0 && column < m->columns &&
                         m->light[row][column];

            pgm[len++] = drawn != inverted ? (char)255 : 0;
        }
    }
    support_write(path, 0600, pgm, (size_t)len);
    free(pgm);
}

/* What zbar reads in `directory`/NN.pgm, one link a line, is what was drawn. */
static void compare_read(const char *directory, const char *options) {
    char command[512], line[256];
    size_t len = 1;
    FILE *reader;

    (void)snprintf(command, sizeof command,
                   "zbarimg -q --raw --nodbus -Sdisable -Sqrcode.enable %s %s/*.pgm", options,
                   directory);
    reader = popen(command, "re");
    ck_assert_ptr_nonnull(reader);
    for (; fgets(line, sizeof line, reader) != NULL; len++) {
        ck_assert_uint_le(len, QR_LINK_MAX_BYTES);
        line[strcspn(line, "\n")] = '\0';
        ck_assert_str_eq(line, link_of(len));
    }
    ck_assert_int_eq(pclose(reader), 0);
    ck_assert_uint_eq(len, QR_LINK_MAX_BYTES + 1);
}

static const struct terminal {
    enum qr_form form;
    bool inverted;
} terminals[] = {{QR_UTF8, false}, {QR_UTF8, true}, {QR_ASCII, false}, {QR_ASCII, true}};

START_TEST(a_qr_reader_reads_the_link_on_a_dark_and_on_a_light_terminal) {
    const struct terminal *terminal = &terminals[_i];
    char *directory = support_directory();

    for (size_t len = 1; len <= QR_LINK_MAX_BYTES; len++) {
        char name[16], *path;
        struct matrix m;

        (void)snprintf(name, sizeof name, "%02zu.pgm", len);
        path = support_path(directory, name);
        read_picture(draw(link_of(len), terminal->form), terminal->form, &m);
        photograph(path, &m, terminal->inverted);
        free(path);
    }
    compare_read(directory, terminal->inverted ? "-Stest-inverted" : "");
    support_remove(directory);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("qr");
    TCase *t = tcase_create("qr");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_picture_is_as_large_as_version_and_quiet_zone_say, 0,
                        SUPPORT_COUNT(sizes));
    tcase_add_loop_test(t, the_quiet_zone_is_light_and_the_corners_of_the_code_are_dark, 0,
                        SUPPORT_COUNT(sizes));
    tcase_add_loop_test(t, both_forms_show_the_same_modules, 0, SUPPORT_COUNT(sizes));
    tcase_add_test(t, the_constants_are_those_of_the_longest_link_and_fit_a_terminal);
    tcase_add_test(t, a_picture_passes_the_wire_and_the_cleaning_of_texts_unchanged);
    tcase_add_test(t, a_link_of_79_bytes_and_more_is_too_long);
    tcase_add_test(t, a_byte_that_no_url_has_is_refused_wherever_it_stands);
    tcase_add_test(t, an_empty_link_and_an_unknown_form_are_refused);
    tcase_add_loop_test(t, a_buffer_that_is_too_small_stays_empty, QR_UTF8, QR_ASCII + 1);
    tcase_add_loop_test(t, a_qr_reader_reads_the_link_on_a_dark_and_on_a_light_terminal, 0,
                        SUPPORT_COUNT(terminals));
    suite_add_tcase(s, t);
    return s;
}
