/* A link as a QR code that a terminal shows as text, for a person who holds a telephone before it.
 * No escape sequence, no colour: the text passes through PAM, which strips both.
 *
 * Terminals are mostly light on dark, so the LIGHT modules are drawn, and the quiet zone with them:
 * what is not drawn is the dark background. On a terminal that is dark on light the same text shows
 * the code inverted, which not every reader takes (zbar 0.23 does, zxing-cpp 1.4 does not).
 */
#ifndef WECOM_HELPER_QR_H
#define WECOM_HELPER_QR_H

#include <stddef.h>

#include "wecom/error.h"

enum qr_form {
    /* Two modules, one above the other, in one character: U+2580, U+2584, U+2588 and blank. Needs a
     * terminal that gives each of them one column: East Asian settings may give the blocks two
     * (their width is "ambiguous" in Unicode), which tears the picture; QR_ASCII is for those. */
    QR_UTF8,
    /* Two characters a module, "##" or blanks. Its 37 rows do not fit a terminal of 24, and a
     * camera reads it only from where it cannot tell the characters apart. One character for two
     * modules would fit, but readers do not make it out reliably, whatever the characters. */
    QR_ASCII,
};

enum {
    /* The most that version 4 with error correction level L holds in byte mode (ISO/IEC 18004,
     * table 7). Version 5 is 37 modules: with four lines of text it does not fit 24 rows. */
    QR_LINK_MAX_BYTES = 78,
    QR_MODULES_MAX = 33,

    /* The quiet zone, modules. ISO/IEC 18004 wants 4, which leaves no room for the text. zbar 0.23
     * and zxing-cpp 1.4 read turned, tilted, blurred, noisy and small photographs with 4, 3, 2 and
     * 1 alike; with none and text beside it one of them reads nothing. One is to spare. */
    QR_ABOVE = 2,
    QR_BELOW = 2, /* one more in QR_UTF8: the lower half of its last row */
    QR_SIDES = 3,

    /* The largest picture, characters; that of a shorter link is smaller. */
    QR_ROWS_UTF8 = (QR_ABOVE + QR_MODULES_MAX + QR_BELOW + 1) / 2,
    QR_COLUMNS_UTF8 = QR_SIDES + QR_MODULES_MAX + QR_SIDES,
    QR_ROWS_ASCII = QR_ABOVE + QR_MODULES_MAX + QR_BELOW,
    QR_COLUMNS_ASCII = 2 * (QR_SIDES + QR_MODULES_MAX + QR_SIDES),

    /* Room for either form of any link, with the NUL. */
    QR_TEXT_BYTES = QR_ROWS_ASCII * (QR_COLUMNS_ASCII + 1) + 1,
};

/* Draws `link` into `out` (`bytes` long): lines of equal width, each ended by LF, the last line
 * too. The first and last character of a line is never a blank. Well-formed UTF-8, no other control
 * byte. WECOM_E_TOO_LONG: the link has more than QR_LINK_MAX_BYTES, or the picture does not fit
 * `bytes`. WECOM_E_FORMAT: an empty link, or a byte in it that no URL has (blank, control, not
 * ASCII). WECOM_E_MEMORY. After an error `out` is the empty string.
 */
enum wecom_error qr_text(const char *link, enum qr_form form, char *out, size_t bytes);

#endif
