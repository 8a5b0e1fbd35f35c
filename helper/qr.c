/* Draws QR codes with the characters of a terminal. Which modules are dark is libqrencode's work.
 */
#include "helper/qr.h"

#include <qrencode.h>
#include <stdbool.h>
#include <string.h>

/* What a form makes of the modules in one cell: cells[upper is light][lower is light]. Where a cell
 * holds one module, it is both.
 */
static const struct form {
    const char *cells[2][2];
    int modules; /* one above the other in a cell */
} forms[] = {
    [QR_UTF8] = {{{" ", "\u2584"}, {"\u2580", "\u2588"}}, 2},
    [QR_ASCII] = {{{"  ", "  "}, {"##", "##"}}, 1},
};

/* A text that grows up to its bound, always with a NUL behind it. */
struct text {
    char *bytes;
    size_t len, room;
};

static bool put(struct text *text, const char *string) {
    size_t len = strlen(string);

    if (text->room - text->len <= len)
        return false;
    memcpy(text->bytes + text->len, string, len + 1);
    text->len += len;
    return true;
}

/* Any URL (RFC 3986, section 2) is made of visible ASCII. */
static bool is_link(const char *link, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (link[i] <= ' ' || link[i] >= 0x7F)
            return false;
    return len > 0;
}

/* Rows and columns outside the code are the quiet zone. */
static bool is_light(const QRcode *code, int row, int column) {
    if (row < 0 || column < 0 || row >= code->width || column >= code->width)
        return true;
    return (code->data[row * code->width + column] & 1) == 0;
}

static bool draw(struct text *text, const QRcode *code, const struct form *form) {
    for (int row = -QR_ABOVE; row < code->width + QR_BELOW; row += form->modules) {
        for (int column = -QR_SIDES; column < code->width + QR_SIDES; column++) {
            bool upper = is_light(code, row, column);
            bool lower = is_light(code, row + form->modules - 1, column);

            if (!put(text, form->cells[upper][lower]))
                return false;
        }
        if (!put(text, "\n"))
            return false;
    }
    return true;
}

enum wecom_error qr_text(const char *link, enum qr_form form, char *out, size_t bytes) {
    struct text text = {.bytes = out, .room = bytes};
    size_t len = strnlen(link, QR_LINK_MAX_BYTES + 1);
    enum wecom_error err = WECOM_OK;
    QRcode *code;

    if (!put(&text, "") || len > QR_LINK_MAX_BYTES)
        return WECOM_E_TOO_LONG;
    if (!is_link(link, len) || (form != QR_UTF8 && form != QR_ASCII))
        return WECOM_E_FORMAT;
    /* version 0: the smallest that holds it */
    code = QRcode_encodeData((int)len, (const unsigned char *)link, 0, QR_ECLEVEL_L);
    if (code == NULL)
        return WECOM_E_MEMORY;
    if (!draw(&text, code, &forms[form])) {
        out[0] = '\0';
        err = WECOM_E_TOO_LONG;
    }
    QRcode_free(code);
    return err;
}
