/* What is known of the message URL of each application since the start: when WeCom last called it,
 * and whether WeCom said that there is none. For the administrator's check only.
 */
#ifndef WECOM_HELPER_MESSAGE_URLS_H
#define WECOM_HELPER_MESSAGE_URLS_H

#include <stdint.h>

struct message_urls;

struct message_urls_fact {
    int64_t called_ms;  /* a genuine request of WeCom's came; 0: none */
    int64_t missing_ms; /* WeCom refused a card for want of a URL (43012), later; 0: it did not */
};

/* NULL when there is no memory. */
struct message_urls *message_urls_new(void);
void message_urls_free(struct message_urls *urls);

/* Of an application of the configuration file, by its name, which stays the same over a reload. */
void message_urls_called(struct message_urls *urls, const char *app, int64_t now_ms);
void message_urls_missing(struct message_urls *urls, const char *app, int64_t now_ms);
struct message_urls_fact message_urls_of(const struct message_urls *urls, const char *app);

#endif
