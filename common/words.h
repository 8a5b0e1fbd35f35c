/* Verdicts and reasons between their constants and their words on the wire. */
#ifndef WECOM_COMMON_WORDS_H
#define WECOM_COMMON_WORDS_H

#include "wecom/verdict.h"

/* The word; "" for a value that has none. */
const char *words_verdict(enum wecom_verdict verdict);
const char *words_account(enum wecom_account account);
const char *words_reason(enum wecom_reason reason);

/* The constant; the zero one (no verdict, never a yes) for NULL and for any other word. */
enum wecom_verdict words_to_verdict(const char *word);
enum wecom_account words_to_account(const char *word);
enum wecom_reason words_to_reason(const char *word);

#endif
