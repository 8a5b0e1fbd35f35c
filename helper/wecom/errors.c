/* WeCom's error codes: what each means for a login and what an administrator should do about it.
 * Source: WeCom's global table of error codes (page 90313) and what was seen in the field.
 */
#include "helper/wecom/errors.h"

#include <stddef.h>

/* clang-format off */
static const struct errors_rule rules[] = {
    /* transient: "retry, at most 3 times" (page 90313) */
    {-1,     ERRORS_TRANSIENT, WECOM_REASON_WECOM_BUSY,         "cure_busy"},
    {6000,   ERRORS_TRANSIENT, WECOM_REASON_WECOM_BUSY,         "cure_busy"},
    {45033,  ERRORS_TRANSIENT, WECOM_REASON_WECOM_BUSY,         "cure_busy"},
    {45035,  ERRORS_TRANSIENT, WECOM_REASON_WECOM_BUSY,         "cure_busy"},

    /* limits of the company; 45011 and 45047 come from the sister platform */
    {45009,  ERRORS_FINAL,     WECOM_REASON_WECOM_RATE_LIMITED, "cure_rate"},
    {45011,  ERRORS_FINAL,     WECOM_REASON_WECOM_RATE_LIMITED, "cure_rate"},
    {45047,  ERRORS_FINAL,     WECOM_REASON_WECOM_RATE_LIMITED, "cure_rate"},

    /* the access token; 40001 means the Secret itself when gettoken answers it */
    {40001,  ERRORS_TOKEN,     WECOM_REASON_CONFIG_SECRET,      "cure_secret"},
    {40014,  ERRORS_TOKEN,     WECOM_REASON_INTERNAL,           "cure_token"},
    {42001,  ERRORS_TOKEN,     WECOM_REASON_INTERNAL,           "cure_token"},
    {41001,  ERRORS_FINAL,     WECOM_REASON_INTERNAL,           "cure_proxy_query"},

    /* the one-time code: used, expired and foreign ones are told apart only sometimes */
    {40029,  ERRORS_FINAL,     WECOM_REASON_CODE_INVALID,       NULL},
    {40163,  ERRORS_FINAL,     WECOM_REASON_CODE_INVALID,       NULL},
    {41008,  ERRORS_FINAL,     WECOM_REASON_CODE_INVALID,       NULL},
    {42003,  ERRORS_FINAL,     WECOM_REASON_CODE_INVALID,       NULL},
    {42022,  ERRORS_FINAL,     WECOM_REASON_CODE_INVALID,       NULL},

    /* the member: unknown, gone, or outside the visible range of the application */
    {40003,  ERRORS_FINAL,     WECOM_REASON_NOT_VISIBLE,        "cure_visible"},
    {46004,  ERRORS_FINAL,     WECOM_REASON_NOT_VISIBLE,        "cure_visible"},
    {50002,  ERRORS_FINAL,     WECOM_REASON_NOT_VISIBLE,        "cure_visible"},
    {60011,  ERRORS_FINAL,     WECOM_REASON_NOT_VISIBLE,        "cure_visible"},
    {60021,  ERRORS_FINAL,     WECOM_REASON_NOT_VISIBLE,        "cure_visible"},
    {60111,  ERRORS_FINAL,     WECOM_REASON_NOT_VISIBLE,        "cure_visible"},
    {81013,  ERRORS_FINAL,     WECOM_REASON_NOT_VISIBLE,        "cure_visible"},
    {301021, ERRORS_FINAL,     WECOM_REASON_NOT_VISIBLE,        "cure_visible"},

    /* user_ticket */
    {84014,  ERRORS_FINAL,     WECOM_REASON_CONSENT_MISSING,    NULL},
    {84015,  ERRORS_FINAL,     WECOM_REASON_CONSENT_MISSING,    NULL},
    {84090,  ERRORS_FINAL,     WECOM_REASON_CONSENT_MISSING,    NULL},

    /* configuration: nobody gets in until the administrator acts */
    {40013,  ERRORS_FINAL,     WECOM_REASON_CONFIG_CORP,        "cure_corp"},
    {41002,  ERRORS_FINAL,     WECOM_REASON_CONFIG_CORP,        "cure_corp"},
    {301007, ERRORS_FINAL,     WECOM_REASON_CONFIG_CORP,        "cure_corp_banned"},
    {40091,  ERRORS_FINAL,     WECOM_REASON_CONFIG_SECRET,      "cure_secret"},
    {41004,  ERRORS_FINAL,     WECOM_REASON_CONFIG_SECRET,      "cure_secret"},
    {45031,  ERRORS_FINAL,     WECOM_REASON_CONFIG_SECRET,      "cure_secret_reset"},
    {40056,  ERRORS_FINAL,     WECOM_REASON_CONFIG_AGENT,       "cure_agent"},
    {301002, ERRORS_FINAL,     WECOM_REASON_CONFIG_AGENT,       "cure_agent"},
    {50003,  ERRORS_FINAL,     WECOM_REASON_CONFIG_AGENT,       "cure_agent_off"},
    {50006,  ERRORS_FINAL,     WECOM_REASON_CONFIG_AGENT,       "cure_agent_off"},
    {60020,  ERRORS_FINAL,     WECOM_REASON_CONFIG_IP,          "cure_ip"},
    {301042, ERRORS_FINAL,     WECOM_REASON_CONFIG_IP,          "cure_ip"},
    {50001,  ERRORS_FINAL,     WECOM_REASON_CONFIG_DOMAIN,      "cure_domain"},
    {43012,  ERRORS_FINAL,     WECOM_REASON_CONFIG_CALLBACK,    "cure_callback"},
    {48001,  ERRORS_FINAL,     WECOM_REASON_CONFIG_PERMISSION,  "cure_permission"},
    {48002,  ERRORS_FINAL,     WECOM_REASON_CONFIG_PERMISSION,  "cure_permission"},
    {48004,  ERRORS_FINAL,     WECOM_REASON_CONFIG_PERMISSION,  "cure_permission"},
    {48005,  ERRORS_FINAL,     WECOM_REASON_CONFIG_PERMISSION,  "cure_permission"},
    {48006,  ERRORS_FINAL,     WECOM_REASON_CONFIG_PERMISSION,  "cure_unused"},
    {48009,  ERRORS_FINAL,     WECOM_REASON_CONFIG_PERMISSION,  "cure_permission"},
};
/* clang-format on */

const struct errors_rule *errors_find(int errcode) {
    static const struct errors_rule unknown = {0, ERRORS_FINAL, WECOM_REASON_INTERNAL,
                                               "cure_unknown"};

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].errcode == errcode)
            return &rules[i];
    }
    return &unknown;
}

bool errors_is_nobody(int errcode) {
    return errcode == 60111 || errcode == 46004 || errcode == 40003;
}
