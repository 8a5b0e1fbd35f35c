/* The text of /etc/wecom/links and what is changed in it: lines "localname corp_id/userid" as
 * common/localfiles.h reads them; everything else, order and comments included, stays byte for
 * byte.
 */
#ifndef WECOM_TOOLS_CTL_LINKS_TEXT_H
#define WECOM_TOOLS_CTL_LINKS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct ctl_links_text {
    char *bytes; /* not ended with a NUL */
    size_t len;
};

/* Can there be a line for this name: no blank, no control byte, no "#" first, not too long? */
bool ctl_links_text_is_name(const char *name);

/* How many lines are there for the name? The reader refuses a name that has more than one. */
size_t ctl_links_text_count(const struct ctl_links_text *text, const char *name);

/* The one line of the name, in the place of the first that is there, else at the end. False when
 * there is no memory, or name or link can make no line; the text is as it was then.
 */
bool ctl_links_text_set(struct ctl_links_text *text, const char *name, const char *link);

/* Takes all lines of the name out; how many go to `*count`. False when there is no memory. */
bool ctl_links_text_remove(struct ctl_links_text *text, const char *name, size_t *count);

void ctl_links_text_clear(struct ctl_links_text *text);

#endif
