/* Prints a link as the QR code that a terminal shows: qr_show utf8|ascii LINK */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/qr.h"

int main(int argc, char **argv) {
    char text[QR_TEXT_BYTES];
    enum qr_form form;

    if (argc != 3)
        return 2;
    form = strcmp(argv[1], "ascii") == 0 ? QR_ASCII : QR_UTF8;
    if (qr_text(argv[2], form, text, sizeof text) != WECOM_OK)
        return EXIT_FAILURE;
    return fputs(text, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
