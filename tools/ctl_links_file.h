/* The file /etc/wecom/links: taken by one wecomctl at a time, replaced as a whole.
 *
 *  1. Whoever reads it meanwhile, and whatever dies meanwhile, MUST find the old file or the new
 *     one.
 *  2. What is written MUST be read by the module's own reader (common/localfiles.h) as it was
 * meant, before it becomes the file.
 *  3. A file, or a folder, that somebody else than root can write MUST NOT be built upon.
 */
#ifndef WECOM_TOOLS_CTL_LINKS_FILE_H
#define WECOM_TOOLS_CTL_LINKS_FILE_H

#include "tools/ctl_links_text.h"
#include "tools/texts.h"
#include "wecom/error.h"

/* What was opened; zeros but for what is said here. */
struct ctl_links_file {
    const char *path;
    int folder, fresh; /* the folder; the file beside it, locked */
    struct ctl_links_text text;
    /* of a failure */
    enum texts_id trouble;
    char why[128];
};

enum { CTL_LINKS_LOCK_MS = 10000 };

/* Waits for the turn (at most CTL_LINKS_LOCK_MS) and reads what is there; no file is an empty one.
 * False: `trouble` and `why` say so, and nothing is left open.
 */
bool ctl_links_file_open(struct ctl_links_file *file, const char *path);

/* One pair that must be read from the new file, or (link NULL) a name that must not. */
struct ctl_links_check {
    const char *name, *link;
};

/* Makes the text the file: root:root 0644, on disk before it gets its name. False as above; the old
 * file is there then.
 */
bool ctl_links_file_write(struct ctl_links_file *file, const struct ctl_links_check *checks,
                          size_t count);

/* Lets go; what was not written is gone. */
void ctl_links_file_close(struct ctl_links_file *file);

#endif
