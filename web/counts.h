/* How many of something each address has. */
#ifndef WECOM_WEB_COUNTS_H
#define WECOM_WEB_COUNTS_H

#include <stdbool.h>

#include "common/address.h"

struct counts;

/* NULL: no memory. */
struct counts *counts_new(void);
void counts_free(struct counts *counts);

/* One more of the address unless it has `most`; false: it has, or there is no memory. Of IPv6 the
 * first 64 bits count, since one client has all the rest.
 */
bool counts_take(struct counts *counts, const struct address *address, unsigned int most);
/* One less. */
void counts_give(struct counts *counts, const struct address *address);
/* How many it has. */
unsigned int counts_of(const struct counts *counts, const struct address *address);

#endif
