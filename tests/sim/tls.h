/* TLS of the HTTPS port: certificates, good and bad, and the connections that use them. */
#ifndef SIM_TLS_H
#define SIM_TLS_H

#include <stdbool.h>

struct bufferevent;
struct event_base;
struct journal;
struct tls;

enum tls_certificate { TLS_GOOD, TLS_WRONG_HOST, TLS_EXPIRED, TLS_SELF_SIGNED, TLS_CERTIFICATES };

/* With cert_file and key_file: those. Without (NULL): a throw-away authority whose certificate
 * is written to ca_out, mode 0644, when that is not NULL. NULL on failure, *why (freed by the
 * caller) says which file and why. */
struct tls *tls_new(struct journal *journal, const char *cert_file, const char *key_file,
                    const char *ca_out, char **why);
void tls_free(struct tls *tls);

/* Other certificate for new connections; existing ones are closed. False: a certificate of that
 * kind cannot be made, because the authority of the files is not ours. */
bool tls_use(struct tls *tls, enum tls_certificate kind);

/* For evhttp_set_bevcb, arg is the struct tls. */
struct bufferevent *tls_bufferevent(struct event_base *base, void *arg);

#endif
