/* A set of userids; case does not count (page 90195). For hundreds of thousands of them. */
#ifndef WECOM_HELPER_USERSET_H
#define WECOM_HELPER_USERSET_H

#include <stdbool.h>
#include <stddef.h>

struct userset;

/* NULL when there is no memory. */
struct userset *userset_new(void);
void userset_free(struct userset *set);

/* Is in the set afterwards; `*added` (may be NULL): was not before. False: there is no memory. */
bool userset_add(struct userset *set, const char *userid, bool *added);
bool userset_has(const struct userset *set, const char *userid);
size_t userset_count(const struct userset *set);

/* One by one, in no order: begin with `*at` 0. In lower case. NULL: no more. */
const char *userset_next(const struct userset *set, size_t *at);

#endif
