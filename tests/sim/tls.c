/* TLS of the HTTPS port: certificates, good and bad, and the connections that use them. */
#include "tls.h"

#include "certs.h"
#include "journal.h"
#include "text.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOSTS "DNS:localhost,IP:127.0.0.1,IP:::1"
#define DAY_S 86400L

/* One open connection, hung on its SSL object, which tells when it goes. */
struct tls_link {
    struct tls_link *next, **back;
    struct bufferevent *bev;
    struct journal *journal;
    bool greeted; /* its handshake was counted */
};

struct tls {
    struct journal *journal;
    SSL_CTX *contexts[TLS_CERTIFICATES];
    enum tls_certificate kind;
    struct tls_link *links;
};

static int tls_slot = -1; /* OpenSSL numbers them for the whole process */

static void tls_link_free(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl,
                          void *argp) {
    struct tls_link *link = ptr;

    (void)parent, (void)ad, (void)idx, (void)argl, (void)argp;
    if (link == NULL)
        return;
    *link->back = link->next;
    if (link->next != NULL)
        link->next->back = link->back;
    free(link);
}

static void tls_info(const SSL *ssl, int where, int ret) {
    struct tls_link *link = SSL_get_ex_data(ssl, tls_slot);

    (void)ret;
    if ((where & SSL_CB_HANDSHAKE_DONE) == 0 || link == NULL || link->greeted)
        return;
    link->greeted = true;
    journal_handshake(link->journal);
}

static SSL_CTX *tls_context(void) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (context == NULL)
        return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_info_callback(context, tls_info);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"wecom-sim", 9);
    return context;
}

static SSL_CTX *tls_context_of(X509 *cert, EVP_PKEY *key) {
    SSL_CTX *context = cert == NULL || key == NULL ? NULL : tls_context();

    if (context != NULL && SSL_CTX_use_certificate(context, cert) == 1 &&
        SSL_CTX_use_PrivateKey(context, key) == 1)
        return context;
    SSL_CTX_free(context);
    return NULL;
}

static bool tls_write_ca(const char *file, X509 *authority) {
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    bool ok = out != NULL && fchmod(fd, 0644) == 0 && PEM_write_X509(out, authority) == 1;

    if (out != NULL)
        ok = fclose(out) == 0 && ok;
    else if (fd >= 0)
        close(fd);
    return ok;
}

/* The certificates of an authority of our own, one of each kind. */
static bool tls_make(struct tls *tls, const char *ca_out, char **why) {
    EVP_PKEY *ca_key = certs_key();
    EVP_PKEY *key = certs_key();
    struct cert_wish top = {"wecom-sim throw-away CA", NULL, -DAY_S, 30 * DAY_S, NULL, NULL};
    X509 *authority = ca_key == NULL ? NULL : certs_make(&top, ca_key);
    struct cert_wish wishes[TLS_CERTIFICATES] = {
        [TLS_GOOD] = {"localhost", HOSTS, -DAY_S, 30 * DAY_S, authority, ca_key},
        [TLS_WRONG_HOST] = {"wrong.example", "DNS:wrong.example", -DAY_S, 30 * DAY_S, authority,
                            ca_key},
        [TLS_EXPIRED] = {"localhost", HOSTS, -30 * DAY_S, -DAY_S, authority, ca_key},
        [TLS_SELF_SIGNED] = {"localhost", HOSTS, -DAY_S, 30 * DAY_S, NULL, NULL},
    };
    bool ok = authority != NULL && key != NULL;

    for (size_t i = 0; ok && i < TLS_CERTIFICATES; i++) {
        X509 *cert = certs_make(&wishes[i], key);
        tls->contexts[i] = tls_context_of(cert, key);
        ok = tls->contexts[i] != NULL;
        X509_free(cert);
    }
    if (!ok)
        *why = text_format("cannot make certificates: %s",
                           ERR_error_string(ERR_peek_last_error(), NULL));
    if (ok && ca_out != NULL && !tls_write_ca(ca_out, authority)) {
        *why = text_format("%s: cannot write the CA: %s", ca_out, strerror(errno));
        ok = false;
    }
    X509_free(authority);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
    return ok;
}

/* The files' certificate, and one that signs itself for tests of distrust. */
static bool tls_load(struct tls *tls, const char *cert_file, const char *key_file, char **why) {
    EVP_PKEY *key = certs_key();
    struct cert_wish wish = {"localhost", HOSTS, -DAY_S, 30 * DAY_S, NULL, NULL};
    X509 *cert = key == NULL ? NULL : certs_make(&wish, key);
    SSL_CTX *good = tls_context();

    tls->contexts[TLS_SELF_SIGNED] = tls_context_of(cert, key);
    tls->contexts[TLS_GOOD] = good;
    X509_free(cert);
    EVP_PKEY_free(key);
    if (good != NULL && tls->contexts[TLS_SELF_SIGNED] != NULL &&
        SSL_CTX_use_certificate_chain_file(good, cert_file) == 1 &&
        SSL_CTX_use_PrivateKey_file(good, key_file, SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_check_private_key(good) == 1)
        return true;
    *why = text_format("%s, %s: %s", cert_file, key_file,
                       ERR_error_string(ERR_peek_last_error(), NULL));
    return false;
}

struct tls *tls_new(struct journal *journal, const char *cert_file, const char *key_file,
                    const char *ca_out, char **why) {
    struct tls *tls = text_alloc(sizeof(*tls));
    bool ok = false;

    tls->journal = journal;
    if (tls_slot < 0)
        tls_slot = SSL_get_ex_new_index(0, NULL, NULL, NULL, tls_link_free);
    ok = cert_file != NULL ? tls_load(tls, cert_file, key_file, why) : tls_make(tls, ca_out, why);
    if (ok)
        return tls;
    tls_free(tls);
    return NULL;
}

void tls_free(struct tls *tls) {
    for (size_t i = 0; i < TLS_CERTIFICATES; i++)
        SSL_CTX_free(tls->contexts[i]);
    free(tls);
}

bool tls_use(struct tls *tls, enum tls_certificate kind) {
    if (tls->contexts[kind] == NULL)
        return false;
    tls->kind = kind;
    /* The HTTP layer owns the connections: ending the sockets lets it clean up. */
    for (const struct tls_link *link = tls->links; link != NULL; link = link->next)
        shutdown(bufferevent_getfd(link->bev), SHUT_RDWR);
    return true;
}

struct bufferevent *tls_bufferevent(struct event_base *base, void *arg) {
    struct tls *tls = arg;
    SSL *ssl = SSL_new(tls->contexts[tls->kind]);
    struct tls_link *link = NULL;
    struct bufferevent *bev = NULL;

    if (ssl == NULL)
        return NULL;
    link = text_alloc(sizeof(*link));
    link->journal = tls->journal;
    link->next = tls->links;
    link->back = &tls->links;
    if (link->next != NULL)
        link->next->back = &link->next;
    tls->links = link;
    SSL_set_ex_data(ssl, tls_slot, link);
    bev = bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING,
                                         BEV_OPT_CLOSE_ON_FREE);
    if (bev == NULL) {
        SSL_free(ssl);
        return NULL;
    }
    link->bev = bev;
    bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
    journal_connection(tls->journal);
    return bev;
}
