/* How answers and complaints leave the programs: JSON on standard output, lines on standard error.
 */
#ifndef WECOM_TOOLS_SAY_H
#define WECOM_TOOLS_SAY_H

#include <jansson.h>
#include <stdbool.h>

#include "tools/texts.h"
#include "wecom/verdict.h"

/* A sentence of the table on standard error, "program: " before each of its lines. */
void say_error(const char *program, enum texts_id id, enum texts_lang lang,
               const char *const *words);

/* The same for a text that is clean already; empty: nothing is written. */
void say_error_text(const char *program, const char *text);

/* {"ok":false,"reason":...,"message":...}; NULL when there is no memory. */
json_t *say_failure(enum wecom_reason reason, const char *message);

/* The same with a word that is no reason of the protocol. */
json_t *say_failure_word(const char *reason, const char *message);

/* Prints `answer` and LF on standard output, raw UTF-8, and lets go of it. NULL (no memory was left
 * to build it) prints a failure that is ready made. False with errno: it could not be written.
 */
bool say_json(json_t *answer);

/* Ends standard output. False with errno: something could not be written. */
bool say_flush(void);

#endif
