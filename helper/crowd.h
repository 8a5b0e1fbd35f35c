/* Everybody as the rules see him, from directories held in memory: the same answers as directory.h
 * gives, for hundreds of thousands of people in a row.
 */
#ifndef WECOM_HELPER_CROWD_H
#define WECOM_HELPER_CROWD_H

#include "helper/config.h"
#include "helper/directory.h"
#include "helper/store.h"
#include "helper/wecom/answer_directory.h"

struct crowd;

/* The application that has the say over the people of a service: for host accounts that of
 * [accounts], whatever application signs them in.
 */
const struct config_app *crowd_app(const struct config *config,
                                   const struct config_service *service);

/* Nobody and nothing; `config` must outlive it. NULL when there is no memory. */
struct crowd *crowd_new(const struct config *config);
void crowd_free(struct crowd *crowd);

/* What an application sees of the directory. `departments` must be ascending and is copied;
 * `known`: it is all of them. False: there is no memory.
 */
bool crowd_put_tree(struct crowd *crowd, const char *app,
                    const struct store_department *departments, size_t count, bool known);
/* A tag names these crowd, and all in these departments or below. What `tag` holds must outlive
 * `crowd`. Instead of crowd_load.
 */
bool crowd_put_tag(struct crowd *crowd, const char *app, uint32_t id, const struct answer_tag *tag);
/* All tags that rules name have been put. */
bool crowd_tags_known(struct crowd *crowd, const char *app);

/* The directories of all applications that a rule asks for, from the store. */
enum wecom_error crowd_load(struct crowd *crowd, struct store_tx *tx);

/* The questions below are about this person until the next call; the strings and numbers must stay.
 * `tx`: tags are read from the store; NULL: from crowd_put_tag.
 */
void crowd_look_at(struct crowd *crowd, struct store_tx *tx, const char *userid,
                   const uint32_t *departments, size_t count);

/* May he use the service? Unsure when the store fails (crowd_error). */
enum policy_answer crowd_admits(struct crowd *crowd, const struct config_service *service);
/* Does a rule of the list name him, as this application sees him? */
enum policy_answer crowd_names(struct crowd *crowd, const char *app, const struct policy *policy);
/* Does a service with account=yes admit him? Yes where there is no such service. */
enum policy_answer crowd_admits_host(struct crowd *crowd);

/* The first failure of the store since crowd_look_at was called first. */
enum wecom_error crowd_error(const struct crowd *crowd);

#endif
