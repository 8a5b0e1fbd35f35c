/* The certificate and the key of our own TLS. */
#include "web/tls.h"

#include <stdio.h>

#include "helper/secretfile.h"

/* Chains are long: four certificates of 4 KiB, and comments between them. */
enum { MOST_BYTES = 64 * 1024 };

static bool read_one(const struct config *config, const char *key, const char *file,
                     enum secretfile_who who, struct secret *out, struct config_error *error) {
    char why[256], what[CONFIG_PATH_BYTES + sizeof why + 8];

    if (secretfile_read_pem(file, MOST_BYTES, who, out, why, sizeof why))
        return true;
    (void)snprintf(what, sizeof what, "%s: %s", file, why);
    config_refuse_web(config, config->web.line, key, what, error);
    return false;
}

bool tls_read(struct tls *tls, const struct config *config, struct config_error *error) {
    return read_one(config, "tls_cert", config->web.tls_cert, SECRETFILE_PUBLIC, &tls->certificate,
                    error) &&
           read_one(config, "tls_key", config->web.tls_key, SECRETFILE_OURS, &tls->key, error);
}

void tls_clear(struct tls *tls) {
    secret_clear(&tls->certificate);
    secret_clear(&tls->key);
}
