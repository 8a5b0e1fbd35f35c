/* What the second process must know of the configuration, as a message: everything but the Secret.
 */
#ifndef WECOM_HELPER_WORKER_SETTINGS_H
#define WECOM_HELPER_WORKER_SETTINGS_H

#include <jansson.h>

#include "helper/config.h"

/* NULL when there is no memory. */
json_t *worker_settings_pack(const struct config *config);

/* A configuration that holds what the message holds and zeros elsewhere; config_free it. NULL when
 * the message is none, or there is no memory.
 */
struct config *worker_settings_unpack(const json_t *message);

/* Does the work at hand need a second process: are there host accounts, or rules by department or
 * tag?
 */
bool worker_settings_need(const struct config *config);

/* Does a rule about people whom this application sees ask for departments or tags? That of an
 * application without keys is nobody's to read.
 */
bool worker_settings_need_app(const struct config *config, const struct config_app *app);

#endif
