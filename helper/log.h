/* The log: one line for one event, event first, then key='value'. Values are escaped here, so
 * nothing that a remote party sent can forge a line. Only outermost functions log.
 *
 * Levels are syslog's: LOG_ERR an operator must act, LOG_WARNING it goes on but not as asked,
 * LOG_NOTICE a decision about a login, LOG_DEBUG.
 */
#ifndef WECOM_HELPER_LOG_H
#define WECOM_HELPER_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>

enum { LOG_LINE_BYTES = 2048, LOG_VALUE_BYTES = 512, LOG_FIELDS = 20 };

/* One line in the making. The journal gets the values as fields of their own. */
struct log_line {
    int level;
    int used, fields;
    char text[LOG_LINE_BYTES];
    struct {
        const char *key; /* a literal */
        int value_at, value_len;
    } field[LOG_FIELDS];
};

/* Where lines go: standard error in the foreground (unless that is the journal), else the journal
 * where there is one, else syslog(3), facility authpriv. Lines above `max_level` are dropped.
 */
void log_open(const char *program, bool foreground, int max_level);
/* The name before log_open() is called; else it is wecom-helper. */
void log_program(const char *program);
void log_set_level(int max_level);
/* From now on lines go there instead: for a process whose log another one writes. NULL: as before.
 */
void log_pass_on(void (*pass)(void *arg, const struct log_line *l), void *arg);

/* log_begin, any number of fields (a NULL or empty text is left out), log_end. */
void log_begin(struct log_line *l, int level, const char *event);
void log_text(struct log_line *l, const char *key, const char *value);
void log_number(struct log_line *l, const char *key, int64_t value);
void log_end(struct log_line *l);

/* The frequent form: an event with one detail. */
void log_event(int level, const char *event, const char *detail);

#endif
