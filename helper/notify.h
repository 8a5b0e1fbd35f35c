/* Telling systemd that the service works: the protocol of sd_notify(3), for Type=notify. */
#ifndef WECOM_HELPER_NOTIFY_H
#define WECOM_HELPER_NOTIFY_H

/* Keeps the address that systemd put into the environment. Called before that is wiped. */
void notify_keep(void);

/* Sends "READY=1", once. Nothing happens where nobody asked for it, or nobody takes it within
 * NOTIFY_MS: systemd then ends the start by its own TimeoutStartSec=.
 */
enum { NOTIFY_MS = 5000 };
void notify_ready(void);

#endif
