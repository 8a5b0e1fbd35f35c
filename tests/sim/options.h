/* What tests may switch: the answers where WeCom's pages leave room, and the limits.
 *
 * The same names stand under "limits" in the data file (numbers only) and in POST /option. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum option_gettoken { GETTOKEN_FULL, GETTOKEN_NO_ERRCODE, GETTOKEN_EMPTY_ERRMSG };
enum option_hint { HINT_FULL, HINT_NO_IP, HINT_SHORT };
enum option_key_order { KEYS_VARY, KEYS_ERRCODE_FIRST, KEYS_ERRCODE_LAST };

struct options {
    int64_t gettoken_answer;  /* enum option_gettoken */
    int64_t hint;             /* enum option_hint */
    int64_t key_order;        /* enum option_key_order */
    int64_t wrong_secret;     /* 40001 or 40091 */
    int64_t unknown_user;     /* 60111, 40003 or 46004 */
    int64_t outside_range;    /* 60011 or 60111 */
    int64_t malformed_json;   /* 0: go on with what could be read; 40058: refuse */
    bool same_token;          /* gettoken repeats the live token */
    bool echo_userid;         /* 60111 echoes the input */
    bool distinct_codes;      /* 42022 and 42003 instead of 40029 */
    bool burn_code_on_error;  /* a failed redemption uses the code up */
    bool contacts_new_ip;     /* contacts secret reads no contacts: 48009 */
    bool user_list_children;  /* user/list honours fetch_child */
    bool qr_deny_calls_back;  /* QR: a refusal redirects with state only */
    bool wechat_calls_back;   /* plain WeChat: redirect with state only; else a page */
    bool keep_redirect_query; /* authorize keeps the query of redirect_uri and the code */
    bool base_without_agent;  /* privateinfo without agentid counts as snsapi_base */
    int64_t token_life_s;     /* real life of a token */
    int64_t expires_in_s;     /* what gettoken says about it */
    int64_t calls_per_min, calls_per_hour;       /* per API, whole company; 0: no limit */
    int64_t debug_calls_per_min;                 /* per API with debug=1 */
    int64_t concurrent;                          /* calls under way at once; 0: no limit */
    int64_t wrong_secrets_per_hour;              /* per address; 0: no limit */
    int64_t messages_per_min, messages_per_hour; /* per application and member; 0: no limit */
    int64_t list_members;                        /* user/list answers more with 45029; 0: no */
};

void options_init(struct options *options);

/* Takes every key of the object; on false `why` (FIELDS_WHY bytes) names the bad one and nothing
 * was changed. */
bool options_set(struct options *options, json_t *object, const char *where, char *why);

/* All options with their present values, for GET /option. */
json_t *options_show(const struct options *options);

#endif
