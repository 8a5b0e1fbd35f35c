/* How values of [web] are checked. Rows of the option table; used by options.c only. */
#ifndef WECOM_HELPER_OPTIONS_WEB_H
#define WECOM_HELPER_OPTIONS_WEB_H

#include "helper/options.h"

/* One or more of "192.0.2.1:8473" and "[2001:db8::1]:8473", separated by blanks. */
const char *options_set_listen(const struct option *self, void *target, const char *value);

/* https://HOST[:PORT][/PATH], short enough for the QR code of a link below it. A "/" at the end is
 * taken off.
 */
const char *options_set_public_url(const struct option *self, void *target, const char *value);

/* Addresses and nets, separated by blanks; "none": no proxy is trusted. */
const char *options_set_proxies(const struct option *self, void *target, const char *value);

#endif
