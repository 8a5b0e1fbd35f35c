/* The applications that services handed over: which there are, whose they are, and those that may
 * be used at work. A service has set_app=yes, the application its keys; where WeCom is and how it
 * is reached comes from the app= of the service alone.
 */
#ifndef WECOM_HELPER_HANDED_H
#define WECOM_HELPER_HANDED_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/config.h"
#include "helper/handed_file.h"
#include "helper/wecom/client.h"

enum {
    HANDED_MOST = 256,           /* of all services */
    HANDED_MOST_OF_SERVICE = 64, /* of one */
};

struct handed_app {
    char name[WECOM_SERVICE_MAX_BYTES + 1];
    char service[WECOM_SERVICE_MAX_BYTES + 1]; /* "" where the file does not tell */
    struct client_app *app;                    /* NULL: not used */
    char why[256];                             /* why not */
};

struct handed;

/* None yet. `state_dir` stays that of the start. NULL when there is no memory. */
struct handed *handed_new(struct client *client, const char *state_dir);
/* Before the client. NULL allowed. */
void handed_free(struct handed *handed);

/* Reads all files anew, for a start or another configuration. An application that is the same as
 * before stays, token and all. A file that cannot be used is one line in the log, and stays.
 */
void handed_load(struct handed *handed, const struct config *config);

/* The application that this service handed over by that name, at work; else NULL. Belongs to the
 * set. `handed` may be NULL.
 */
struct client_app *handed_find(const struct handed *handed, const char *service, const char *name);

/* All of them by name; valid until the next change. */
const struct handed_app *handed_all(const struct handed *handed, size_t *count);

/* Why this service may not hand over an application of that name. */
enum handed_refusal {
    HANDED_MAY = 0,
    HANDED_NOT_PERMITTED, /* set_app is not yes */
    HANDED_ODD_NAME,      /* no word, or begins with "." or "-" */
    HANDED_NAME_OF_FILE,  /* an [app] of the configuration has it */
    HANDED_NAME_OF_OTHER, /* another service's, or that of a file that cannot be used */
    HANDED_FULL,
};
enum handed_refusal handed_refuses(const struct handed *handed, const struct config *config,
                                   const char *service, const char *name);

/* An application that is in no set yet, to try the keys with; NULL when there is no memory. */
struct client_app *handed_try(const struct handed *handed, const struct config_service *service,
                              const char *name, const struct handed_keys *keys);

/* Keeps the keys, on disk first, and puts the application to work in place of an older one.
 * `tried`: what handed_try made of the same keys; it is used if nothing else has changed since.
 * HANDED_MAY with a sentence in `why` when the keys could not be kept: nothing has changed then.
 */
enum handed_refusal handed_put(struct handed *handed, const struct config *config, const char *name,
                               const struct handed_keys *keys, struct client_app *tried, char *why,
                               size_t why_bytes);

/* What to do about a failure of this application, as the id of a text: keys that were handed over
 * stand in no file that could be mended. Any other cure, and NULL, comes back as it is.
 */
const char *handed_cure(const struct config_app *settings, const char *cure);

#endif
