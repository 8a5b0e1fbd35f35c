/* What a browser says it is. */
#include "web/agent.h"

#include <stddef.h>
#include <string.h>

/* The first one that is found counts: WeCom's own browser names WeChat's, too, and both name the
 * phone.
 */
static const struct {
    const char *part, *word;
} rows[] = {
    {"wxwork/", "wecom"},       {"MicroMessenger/", "wechat"},
    {"iPhone", "phone"},        {"iPad", "phone"},
    {"iPod", "phone"},          {"Android", "phone"},
    {"Mobile", "phone"},        {"HarmonyOS", "phone"},
    {"Windows Phone", "phone"}, {"Tablet", "phone"},
};

const char *agent_word(const char *user_agent) {
    for (size_t i = 0; user_agent != NULL && i < sizeof rows / sizeof rows[0]; i++) {
        if (strcasestr(user_agent, rows[i].part) != NULL)
            return rows[i].word;
    }
    return "desktop";
}
