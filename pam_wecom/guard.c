/* Whose name is it: the machine's own, or possibly a member's?
 *
 *  1. A name that is not in passwd MAY be a member's.
 *  2. A name in passwd MUST NOT be served unless the links file pairs it with a member.
 *  3. uid 0 MUST NOT be served at all, nor a line whose uid cannot be read.
 *  4. A passwd that cannot be read MUST NOT count as "not there".
 *  5. A links file that others could have written MUST count as empty.
 */
#include "pam_wecom/guard.h"

#include <stdint.h>

#include "common/localfiles.h"

enum wecom_error guard_look(const char *passwd, const char *links, const char *name,
                            struct guard *guard) {
    struct guard found = {.place = GUARD_LOCAL};
    uint32_t uid;
    enum wecom_error err = localfiles_find(passwd, name, &uid);

    if (err != WECOM_OK && err != WECOM_E_ABSENT)
        return err;
    if (err == WECOM_E_ABSENT) {
        found.place = GUARD_FREE;
    } else if (uid != 0 && uid != UINT32_MAX) {
        err = localfiles_link(links, name, found.link, sizeof found.link);
        if (err == WECOM_OK)
            found.place = GUARD_LINKED;
        else if (err != WECOM_E_ABSENT)
            found.links = err;
    }
    *guard = found;
    return WECOM_OK;
}
