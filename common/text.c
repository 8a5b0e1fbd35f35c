/* Text from outside: is it UTF-8, and what of it may reach a terminal, a page or a log. */
#include "common/text.h"

#include <string.h>

size_t text_utf8_next(const char *bytes, size_t len, uint32_t *c) {
    const unsigned char *b = (const unsigned char *)bytes;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need;
    uint32_t value;

    if (len == 0)
        return 0;
    if (b[0] < 0x80) {
        *c = b[0];
        return 1;
    }
    if (b[0] >= 0xF0 && b[0] < 0xF8) {
        need = 4;
        value = b[0] & 0x07u;
    } else if (b[0] >= 0xE0 && b[0] < 0xF0) {
        need = 3;
        value = b[0] & 0x0Fu;
    } else if (b[0] >= 0xC0 && b[0] < 0xE0) {
        need = 2;
        value = b[0] & 0x1Fu;
    } else {
        return 0;
    }
    if (len < need)
        return 0;
    for (size_t i = 1; i < need; i++) {
        if ((b[i] & 0xC0u) != 0x80u)
            return 0;
        value = value << 6 | (b[i] & 0x3Fu);
    }
    if (value < least[need] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *c = value;
    return need;
}

bool text_is_utf8(const char *bytes, size_t len) {
    uint32_t c;

    while (len > 0) {
        size_t n = text_utf8_next(bytes, len, &c);

        if (n == 0)
            return false;
        bytes += n;
        len -= n;
    }
    return true;
}

/* Characters that change what a terminal or a page shows around them, or that show nothing.
 * Source: Unicode 15, general categories Cc, Cf, Zl, Zp, all of them; fillers, variation selectors
 * and the planes for private use, which hide data. Sorted ranges.
 */
static bool is_unsafe(uint32_t c) {
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},   {0x034F, 0x034F},
                  {0x0600, 0x0605},   {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},
                  {0x0890, 0x0891},   {0x08E2, 0x08E2},   {0x115F, 0x1160},   {0x17B4, 0x17B5},
                  {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},
                  {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
                  {0xFFF0, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F},
                  {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}, {0xF0000, 0x10FFFF}};

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (c < ranges[i].first)
            return false;
        if (c <= ranges[i].last)
            return true;
    }
    return false;
}

void text_clean(char *string, enum text_lines lines) {
    size_t left = strlen(string);
    const char *from = string;
    char *to = string;

    while (left > 0) {
        uint32_t c;
        size_t n = text_utf8_next(from, left, &c);

        if (n == 0) {
            n = 1;
        } else if (c == '\n' || c == '\t') {
            *to++ = lines == TEXT_LINES ? (char)c : ' ';
        } else if (!is_unsafe(c)) {
            memmove(to, from, n);
            to += n;
        }
        from += n;
        left -= n;
    }
    *to = '\0';
}

char *text_escape(char *out, size_t out_bytes, const char *string) {
    static const char hex[] = "0123456789abcdef";
    size_t left = string != NULL ? strlen(string) : 0;
    size_t used = 0;

    while (left > 0) {
        uint32_t c = 0;
        size_t n = text_utf8_next(string, left, &c);
        bool plain = n > 0 && !is_unsafe(c) && c != '\'' && c != '\\';
        size_t take = n > 0 ? n : 1;

        if (used + (plain ? take : 4 * take) + 1 > out_bytes)
            break;
        for (size_t i = 0; i < take; i++) {
            unsigned char b = (unsigned char)string[i];

            if (plain) {
                out[used++] = (char)b;
            } else {
                out[used++] = '\\';
                out[used++] = 'x';
                out[used++] = hex[b >> 4];
                out[used++] = hex[b & 15];
            }
        }
        string += take;
        left -= take;
    }
    if (out_bytes > 0)
        out[used] = '\0';
    return out;
}
