/* Error numbers of the simulated API and their texts (WeCom document 90313). */
#ifndef SIM_ERRORS_H
#define SIM_ERRORS_H

#include <stdbool.h>

/* The server's short text for a number; "system error" for one that is not in the table. */
const char *errors_text(int errcode);

/* The server answers this one without hint, address and link. */
bool errors_bare(int errcode);

#endif
