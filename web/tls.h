/* The certificate and the key of our own TLS. */
#ifndef WECOM_WEB_TLS_H
#define WECOM_WEB_TLS_H

#include "common/secret.h"
#include "helper/config.h"

/* TLS 1.2 and 1.3, what GnuTLS calls normal otherwise. */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct tls {
    struct secret certificate, key; /* PEM; the certificate with its chain */
};

/* Reads tls_cert and tls_key, as the user that serves. The key must be a file that nobody else can
 * read (helper/secretfile.h). False with `*error` filled in; clear it in either case.
 */
bool tls_read(struct tls *tls, const struct config *config, struct config_error *error);
void tls_clear(struct tls *tls);

#endif
