/* Lines of the log between the two processes. */
#include "helper/worker_log.h"

#include <string.h>

json_t *worker_log_pack(const struct log_line *line) {
    json_t *fields = json_array();

    for (int i = 0; i < line->fields; i++) {
        if (json_array_append_new(fields, json_pack("[s, i, i]", line->field[i].key,
                                                    line->field[i].value_at,
                                                    line->field[i].value_len)) != 0) {
            json_decref(fields);
            return NULL;
        }
    }
    return json_pack("{s:i, s:s, s:o}", "level", line->level, "text", line->text, "fields", fields);
}

/* The key stays the message's until the line is written. */
static bool read_field(struct log_line *line, const json_t *message) {
    const char *key = NULL;
    int at, len;

    if (json_unpack((json_t *)message, "[s, i, i!]", &key, &at, &len) != 0 ||
        line->fields == LOG_FIELDS || at < 0 || len < 0 || at > line->used || len > line->used - at)
        return false;
    line->field[line->fields].key = key;
    line->field[line->fields].value_at = at;
    line->field[line->fields].value_len = len;
    line->fields++;
    return true;
}

bool worker_log_write(const json_t *message) {
    const json_t *fields = json_object_get(message, "fields");
    const char *text = json_string_value(json_object_get(message, "text"));
    json_int_t level = json_integer_value(json_object_get(message, "level"));
    struct log_line line = {.level = (int)level};

    if (text == NULL || strlen(text) >= sizeof line.text || level < LOG_EMERG ||
        level > LOG_DEBUG || !json_is_array(fields))
        return false;
    line.used = (int)strlen(text);
    memcpy(line.text, text, strlen(text) + 1);
    for (size_t i = 0; i < json_array_size(fields); i++) {
        if (!read_field(&line, json_array_get(fields, i)))
            return false;
    }
    log_end(&line);
    return true;
}
