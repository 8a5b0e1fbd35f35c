/* Whose request it is when it comes through a proxy. */
#ifndef WECOM_WEB_FORWARDED_H
#define WECOM_WEB_FORWARDED_H

#include <stdbool.h>

#include "helper/config.h"

/* Of X-Forwarded-For, bytes; a longer one counts as garbage. */
enum { FORWARDED_MOST_BYTES = 1024 };

bool forwarded_is_proxy(const struct config_web *web, const struct address *peer);

/* The client: `peer` unless that is a trusted proxy; then the rightmost address of the header
 * (several of them joined with ",", NULL: none) that is no trusted proxy, or the first one when all
 * are. What is left of it was written by whoever sent the request. The peer, too, where the header
 * holds something else than addresses as far as it is read.
 */
struct address forwarded_client(const struct config_web *web, const struct address *peer,
                                const char *header);

#endif
