/* Lines of the log between the two processes: the first one writes them all. */
#ifndef WECOM_HELPER_WORKER_LOG_H
#define WECOM_HELPER_WORKER_LOG_H

#include <jansson.h>

#include "helper/log.h"

/* NULL when there is no memory. */
json_t *worker_log_pack(const struct log_line *line);

/* Writes the line to our own log. False: the message is none. */
bool worker_log_write(const json_t *message);

#endif
