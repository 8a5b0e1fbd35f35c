/* What a browser says it is. */
#ifndef WECOM_WEB_AGENT_H
#define WECOM_WEB_AGENT_H

/* By User-Agent (NULL: none), the word of the wire protocol: wecom, wechat, phone or desktop. Only
 * a hint which page helps: nothing may rest on it.
 */
const char *agent_word(const char *user_agent);

#endif
