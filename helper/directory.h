/* One person as the rules see him: his departments with all above them, and his tags, as the last
 * synchronization found them.
 */
#ifndef WECOM_HELPER_DIRECTORY_H
#define WECOM_HELPER_DIRECTORY_H

#include "helper/policy.h"
#include "helper/store.h"

/* Holds what `person` points to. */
struct directory_person {
    uint32_t departments[POLICY_DEPARTMENTS], tags[POLICY_TAGS];
    struct policy_person person;
};

/* `departments` are the person's own, as WeCom lists them; `app` and `userid` must outlive the
 * result. What does not fit, or is not known yet, makes the answer of a rule unsure, never yes.
 */
enum wecom_error directory_person(struct store_tx *tx, const char *app, const char *userid,
                                  const uint32_t *departments, size_t count,
                                  struct directory_person *out);

/* The synchronization has read all departments, or all tags that the rules name. Keys of
 * store_get_number; the value is the time, and 0 or no row means not known.
 */
void directory_departments_key(char *key, size_t bytes, const char *app);
void directory_tags_key(char *key, size_t bytes, const char *app);

#endif
