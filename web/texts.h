/* Sentences of the pages, Chinese and English: a table made from po/ when the program is built. */
#ifndef WECOM_WEB_TEXTS_H
#define WECOM_WEB_TEXTS_H

#include "web/language.h"

/* The text of this id ("web_..."); "" when there is none. */
const char *web_text(const char *id, enum language language);

#endif
