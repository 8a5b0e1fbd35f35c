/* Throw-away certificates, made in memory. */
#include "certs.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>

EVP_PKEY *certs_key(void) {
    return EVP_EC_gen("P-256");
}

static bool certs_extension(X509 *cert, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509_EXTENSION *extension = NULL;
    bool ok = false;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    ok = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

static bool certs_serial(X509 *cert) {
    uint32_t serial = 0;

    return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial | 1) == 1;
}

static bool certs_extensions(X509 *cert, X509 *issuer, const char *hosts) {
    if (hosts == NULL)
        return certs_extension(cert, issuer, NID_basic_constraints, "critical,CA:TRUE") &&
               certs_extension(cert, issuer, NID_key_usage, "critical,keyCertSign") &&
               certs_extension(cert, issuer, NID_subject_key_identifier, "hash");
    return certs_extension(cert, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           certs_extension(cert, issuer, NID_ext_key_usage, "serverAuth") &&
           certs_extension(cert, issuer, NID_subject_alt_name, hosts);
}

X509 *certs_make(const struct cert_wish *wish, EVP_PKEY *key) {
    X509 *cert = X509_new();
    X509 *issuer = wish->issuer != NULL ? wish->issuer : cert;
    EVP_PKEY *signer = wish->issuer != NULL ? wish->issuer_key : key;
    X509_NAME *name = cert == NULL ? NULL : X509_get_subject_name(cert);

    if (cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 && certs_serial(cert) &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)wish->name, -1,
                                   -1, 0) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(cert), wish->from_s) != NULL &&
        X509_gmtime_adj(X509_getm_notAfter(cert), wish->to_s) != NULL &&
        X509_set_pubkey(cert, key) == 1 &&
        X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1 &&
        certs_extensions(cert, issuer, wish->hosts) && X509_sign(cert, signer, EVP_sha256()) > 0)
        return cert;
    X509_free(cert);
    return NULL;
}
