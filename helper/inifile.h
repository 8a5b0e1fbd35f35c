/* A configuration file as a list of settings, read with inih, nothing cut or skipped in silence. */
#ifndef WECOM_HELPER_INIFILE_H
#define WECOM_HELPER_INIFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/config.h"

/* One line, with its continuation lines joined by a blank. A section's heading is a setting
 * without key, so that a section without keys is seen too.
 */
struct inifile_setting {
    int line;
    char *section, *key, *value;
};

struct inifile {
    const char *file;
    struct inifile_setting *settings;
    size_t count;
};

/* False with `*error` filled in. Clear it in either case. */
bool inifile_read(struct inifile *ini, const char *file, struct config_error *error);
void inifile_clear(struct inifile *ini);

/* "FILE:LINE: [section] text" into `error`; a line below 1 and a NULL section are left out. */
__attribute__((format(printf, 5, 6))) void inifile_fail(struct config_error *error,
                                                        const char *file, int line,
                                                        const char *section, const char *format,
                                                        ...);

#endif
