/* Throw-away certificates, made in memory. */
#ifndef SIM_CERTS_H
#define SIM_CERTS_H

#include <openssl/x509.h>

struct cert_wish {
    const char *name;  /* common name */
    const char *hosts; /* subjectAltName in OpenSSL's notation; NULL for an authority */
    long from_s, to_s; /* validity, relative to now */
    X509 *issuer;      /* NULL: signs itself */
    EVP_PKEY *issuer_key;
};

EVP_PKEY *certs_key(void); /* a new P-256 key; NULL on failure */
X509 *certs_make(const struct cert_wish *wish, EVP_PKEY *key); /* NULL on failure */

#endif
