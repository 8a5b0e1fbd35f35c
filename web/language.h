/* In which language a page is written. */
#ifndef WECOM_WEB_LANGUAGE_H
#define WECOM_WEB_LANGUAGE_H

enum language { LANGUAGE_ZH, LANGUAGE_EN };

/* By Accept-Language (RFC 9110, section 12.5.4; NULL: none): the one that weighs more, then the one
 * that stands first. Chinese where neither is asked for.
 */
enum language language_choose(const char *header);

/* For lang="" and Content-Language. */
const char *language_tag(enum language language);

#endif
