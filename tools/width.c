/* How many columns of a terminal a text takes. */
#include "tools/width.h"

#include <stdbool.h>
#include <string.h>

#include "common/text.h"

struct range {
    uint32_t first, last;
};

/* `ranges` is sorted. */
static bool is_in(uint32_t c, const struct range *ranges, size_t count) {
    for (size_t i = 0; i < count && c >= ranges[i].first; i++) {
        if (c <= ranges[i].last)
            return true;
    }
    return false;
}

#define IS_IN(c, ranges) is_in((c), (ranges), sizeof(ranges) / sizeof(ranges)[0])

int width_of_char(uint32_t c) {
    static const struct range marks[] = {
        {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F},
        {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
        {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0x302A, 0x302D}, {0x3099, 0x309A},
        {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};
    static const struct range wide[] = {
        {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x2614, 0x2615},
        {0x26A1, 0x26A1},   {0x2705, 0x2705},   {0x274C, 0x274C},   {0x2753, 0x2755},
        {0x2757, 0x2757},   {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},
        {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},
        {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF},
        {0x1B000, 0x1B2FF}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F64F}, {0x1F680, 0x1F6FC},
        {0x1F7E0, 0x1F7EB}, {0x1F90C, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x2FFFD},
        {0x30000, 0x3FFFD}};

    if (IS_IN(c, marks))
        return 0;
    return IS_IN(c, wide) ? 2 : 1;
}

size_t width_of(const char *text) {
    size_t left = strlen(text);
    size_t columns = 0;

    while (left > 0) {
        uint32_t c = 0;
        size_t n = text_utf8_next(text, left, &c);

        columns += n > 0 ? (size_t)width_of_char(c) : 1;
        n = n > 0 ? n : 1;
        text += n;
        left -= n;
    }
    return columns;
}

void width_print(FILE *to, const char *text, size_t columns) {
    (void)fputs(text, to);
    for (size_t at = width_of(text); at < columns; at++)
        (void)fputc(' ', to);
}

char *width_cut(char *out, size_t bytes, const char *text, size_t columns) {
    static const char ellipsis[] = "\xE2\x80\xA6"; /* U+2026, one column */
    bool is_cut = width_of(text) > columns;
    size_t most = is_cut ? columns - 1 : columns, used = 0, at = 0, left = strlen(text);
    size_t room = bytes - 1 - (is_cut ? sizeof ellipsis - 1 : 0);

    while (left > 0) {
        uint32_t c = 0;
        size_t n = text_utf8_next(text, left, &c);
        size_t width = n > 0 ? (size_t)width_of_char(c) : 1;

        n = n > 0 ? n : 1;
        if (at + width > most || used + n > room)
            break;
        memcpy(out + used, text, n);
        used += n;
        at += width;
        text += n;
        left -= n;
    }
    if (is_cut) {
        memcpy(out + used, ellipsis, sizeof ellipsis - 1);
        used += sizeof ellipsis - 1;
    }
    out[used] = '\0';
    return out;
}
