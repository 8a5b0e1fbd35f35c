/* One value of a query string, decoded strictly. */
#ifndef WECOM_WEB_QUERY_H
#define WECOM_WEB_QUERY_H

#include <stddef.h>

enum query_result {
    QUERY_ABSENT, /* `out` is "" */
    QUERY_GOOD,   /* `out` holds the value, which may be "" */
    QUERY_BAD,    /* the whole query is to be refused; `out` is "" */
};

/* Finds `name` in "a=b&c=d" (NULL: no query). "%" and two hexadecimal digits are a byte; "+" is a
 * plus, as WeCom's codes and states have no blank. QUERY_BAD: an escape is cut off anywhere in the
 * query; the name is there twice, in whatever spelling; its value does not fit into `bytes` with
 * its NUL, or is no UTF-8 or has a control byte. The value is a secret: the caller wipes it.
 */
enum query_result query_value(const char *query, const char *name, char *out, size_t bytes);

#endif
