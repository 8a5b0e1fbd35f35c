/* The protocol between a host (pam_wecom.so, wecom-login, wecomctl, wecom-web) and wecom-helper.
 *
 * Transport: AF_UNIX SOCK_SEQPACKET. One packet is one message of at most WECOM_PACKET_MAX_BYTES:
 *
 *     verb LF (name "=" value LF)*
 *
 * A value is UTF-8; "%" and the control bytes 00-1F and 7F are written %XX (two upper-case hex
 * digits), and nothing else is. A message is refused, and the connection closed, for: an unknown
 * verb, a field that is unknown, repeated, missing or not of this verb, a value over its limit
 * (counted in decoded bytes) or not of its kind, a NUL, bytes behind the last LF.
 *
 * Exchanges (host speaks first; "ready" answers every request at once, before any work):
 *
 *     begin   -> ready, (ask -> answer)*, result        one login
 *     account -> ready, result                          is this person still in?
 *     session -> ready                                  opened or closed, for the audit log only
 *     info    -> ready, row*, result                    what a web host needs to build its links
 *     app_check, admin -> ready, row*, result           one JSON object a row
 *     admin   -> ready, (row of the host)*, row*, result   commands that take a whole file
 *     app_set -> ready, result                          a host hands over keys of its own
 *     visit, callback -> ready, page                    a browser came; what it is to be shown
 *     event, proof    -> ready, reply                   WeCom came; what it is to be answered
 *
 * A host that closes its socket ends the exchange. One connection carries one exchange.
 */
#ifndef WECOM_WIRE_H
#define WECOM_WIRE_H

#include "wecom/limits.h"

/* One row, or the arguments of a command, bytes. */
enum { WIRE_JSON_MAX_BYTES = 12288 };

/* clang-format off */

/* X(constant, word) */
#define WIRE_VERBS(X)                                                                              \
    X(BEGIN, "begin")                                                                              \
    X(READY, "ready")                                                                              \
    X(ASK, "ask")                                                                                  \
    X(ANSWER, "answer")                                                                            \
    X(RESULT, "result")                                                                            \
    X(ACCOUNT, "account")                                                                          \
    X(SESSION, "session")                                                                          \
    X(INFO, "info")                                                                                \
    X(APP_CHECK, "app_check")                                                                      \
    X(APP_SET, "app_set")                                                                          \
    X(ADMIN, "admin")                                                                              \
    X(ROW, "row")                                                                                  \
    X(VISIT, "visit")                                                                              \
    X(CALLBACK, "callback")                                                                        \
    X(EVENT, "event")                                                                              \
    X(PROOF, "proof")                                                                              \
    X(PAGE, "page")                                                                                \
    X(REPLY, "reply")

enum wire_verb {
    WIRE_NO_VERB = 0,
#define X(constant, word) WIRE_##constant,
    WIRE_VERBS(X)
#undef X
    WIRE_VERB_COUNT
};

#define WIRE_IN(verb) (1u << WIRE_##verb)

/* What a value may be made of, beside its length. */
enum wire_kind {
    WIRE_TEXT,   /* UTF-8 with LF and TAB, no other control byte */
    WIRE_LINE,   /* UTF-8 without control bytes */
    WIRE_WORD,   /* A-Z a-z 0-9 _ . - and at least one of them */
    WIRE_NUMBER, /* decimal, no sign, no leading zero, at most 9 digits */
    WIRE_FLAG,   /* yes or no */
    WIRE_SECRET, /* UTF-8 without NUL; never logged, wiped after use */
};

/* X(constant, name, most bytes, kind, needed in, may be in) */
#define WIRE_FIELDS(X)                                                                             \
    X(SERVICE,     "service",     WECOM_SERVICE_MAX_BYTES, WIRE_WORD,                              \
      WIRE_IN(BEGIN) | WIRE_IN(ACCOUNT) | WIRE_IN(SESSION) | WIRE_IN(INFO) | WIRE_IN(APP_CHECK) |  \
      WIRE_IN(APP_SET), WIRE_IN(PAGE))                                                             \
    X(USER,        "user",        WECOM_USER_MAX_BYTES,    WIRE_LINE,                              \
      WIRE_IN(ACCOUNT) | WIRE_IN(SESSION), WIRE_IN(BEGIN) | WIRE_IN(RESULT) | WIRE_IN(PAGE))       \
    X(IDENTITY,    "identity",    3,                       WIRE_FLAG,                              \
      WIRE_IN(BEGIN) | WIRE_IN(ACCOUNT), WIRE_IN(SESSION))                                         \
    X(LINK,        "link",        WECOM_LINK_MAX_BYTES,    WIRE_LINE,                              \
      0, WIRE_IN(BEGIN) | WIRE_IN(ACCOUNT))                                                        \
    X(RHOST,       "rhost",       256,                     WIRE_LINE,                              \
      0, WIRE_IN(BEGIN) | WIRE_IN(ACCOUNT) | WIRE_IN(SESSION))                                     \
    X(TTY,         "tty",         64,                      WIRE_LINE,                              \
      0, WIRE_IN(BEGIN) | WIRE_IN(ACCOUNT) | WIRE_IN(SESSION))                                     \
    X(RUSER,       "ruser",       WECOM_USER_MAX_BYTES,    WIRE_LINE,                              \
      0, WIRE_IN(BEGIN) | WIRE_IN(ACCOUNT) | WIRE_IN(SESSION))                                     \
    X(LANG,        "lang",        32,                      WIRE_LINE,  0, WIRE_IN(BEGIN))          \
    X(APP,         "app",         WECOM_SERVICE_MAX_BYTES, WIRE_WORD,                              \
      WIRE_IN(APP_SET) | WIRE_IN(EVENT),                                                           \
      WIRE_IN(BEGIN) | WIRE_IN(ACCOUNT) | WIRE_IN(INFO) | WIRE_IN(APP_CHECK))                      \
    X(AUTH_INFO,   "auth_info",   4096,                    WIRE_TEXT,  0, WIRE_IN(BEGIN))          \
    X(DEADLINE_MS, "deadline_ms", 9,                       WIRE_NUMBER,                            \
      WIRE_IN(BEGIN) | WIRE_IN(ACCOUNT),                                                           \
      WIRE_IN(INFO) | WIRE_IN(APP_CHECK) | WIRE_IN(APP_SET) | WIRE_IN(ADMIN))                      \
    X(AUTHTOK,     "authtok",     WECOM_CODE_MAX_BYTES,    WIRE_SECRET, 0, WIRE_IN(BEGIN))         \
    X(ID,          "id",          16,                      WIRE_WORD,  WIRE_IN(READY), WIRE_IN(PAGE))\
    X(INFO_TEXT,   "info",        8192,                    WIRE_TEXT,  0, WIRE_IN(ASK))            \
    X(PROMPT,      "prompt",      256,                     WIRE_LINE,  WIRE_IN(ASK), 0)            \
    X(ECHO,        "echo",        3,                       WIRE_FLAG,  WIRE_IN(ASK), 0)            \
    X(TEXT,        "text",        WECOM_ANSWER_MAX_BYTES,  WIRE_SECRET, WIRE_IN(ANSWER), 0)        \
    X(VERDICT,     "verdict",     16,                      WIRE_WORD,  WIRE_IN(RESULT), 0)         \
    X(ACCOUNT_IS,  "account",     16,                      WIRE_WORD,  0, WIRE_IN(RESULT))         \
    X(CORP,        "corp",        WECOM_CORP_ID_MAX_BYTES, WIRE_WORD,                              \
      WIRE_IN(APP_SET), WIRE_IN(RESULT))                                                           \
    X(AGENT_ID,    "agent_id",    9,                       WIRE_NUMBER, WIRE_IN(APP_SET), 0)       \
    X(SECRET,      "secret",      WECOM_SECRET_MAX_BYTES,  WIRE_SECRET, WIRE_IN(APP_SET), 0)       \
    X(COMPANY,     "company",     WECOM_COMPANY_MAX_BYTES, WIRE_LINE,  0,                          \
      WIRE_IN(APP_SET) | WIRE_IN(PAGE))                                                            \
    X(USERID,      "userid",      WECOM_USERID_MAX_BYTES,  WIRE_LINE,  0, WIRE_IN(RESULT))         \
    X(METHOD,      "method",      16,                      WIRE_WORD,  0, WIRE_IN(RESULT))         \
    X(REASON,      "reason",      32,                      WIRE_WORD,  0, WIRE_IN(RESULT))         \
    X(MESSAGE,     "message",     1024,                    WIRE_TEXT,  0, WIRE_IN(RESULT))         \
    X(OP,          "op",          8,                       WIRE_WORD,  WIRE_IN(SESSION), 0)        \
    X(COMMAND,     "command",     16,                      WIRE_WORD,  WIRE_IN(ADMIN), 0)          \
    X(JSON,        "json",        WIRE_JSON_MAX_BYTES,     WIRE_TEXT,                              \
      WIRE_IN(ROW), WIRE_IN(ADMIN))                                                                \
    X(PLACE,       "place",       8,                       WIRE_WORD,  WIRE_IN(VISIT), 0)          \
    X(KEY,         "key",         WECOM_WEB_KEY_MAX_BYTES, WIRE_SECRET, 0, WIRE_IN(VISIT))         \
    X(COOKIE,      "cookie",      WECOM_WEB_KEY_MAX_BYTES, WIRE_SECRET,                            \
      0, WIRE_IN(VISIT) | WIRE_IN(CALLBACK) | WIRE_IN(PAGE))                                       \
    X(CLIENT,      "client",      64,                      WIRE_LINE,                              \
      WIRE_IN(VISIT) | WIRE_IN(CALLBACK) | WIRE_IN(EVENT), 0)                                      \
    X(AGENT,       "agent",       16,                      WIRE_WORD,                              \
      WIRE_IN(VISIT) | WIRE_IN(CALLBACK), 0)                                                       \
    X(STATE,       "state",       WECOM_STATE_MAX_BYTES,   WIRE_SECRET, 0, WIRE_IN(CALLBACK))      \
    X(CODE,        "code",        WECOM_CODE_MAX_BYTES,    WIRE_SECRET, 0, WIRE_IN(CALLBACK))      \
    X(QUERY,       "query",       WECOM_QUERY_MAX_BYTES,   WIRE_LINE,  WIRE_IN(EVENT), 0)          \
    X(BODY,        "body",        WECOM_EVENT_MAX_BYTES,   WIRE_SECRET,                            \
      WIRE_IN(REPLY), WIRE_IN(EVENT))                                                              \
    X(FILE,        "file",        128,                     WIRE_WORD,  WIRE_IN(PROOF), 0)          \
    X(STATUS,      "status",      9,                       WIRE_NUMBER, WIRE_IN(REPLY), 0)         \
    X(PAGE,        "page",        32,                      WIRE_WORD,  WIRE_IN(PAGE), 0)           \
    X(LOCATION,    "location",    2048,                    WIRE_SECRET, 0, WIRE_IN(PAGE))          \
    X(PIN,         "pin",         8,                       WIRE_SECRET, 0, WIRE_IN(PAGE))          \
    X(HOST,        "host",        255,                     WIRE_LINE,  0, WIRE_IN(PAGE))           \
    X(ORIGIN,      "origin",      256,                     WIRE_LINE,  0, WIRE_IN(PAGE))           \
    X(AT,          "at",          64,                      WIRE_LINE,  0, WIRE_IN(PAGE))           \
    X(NAME,        "name",        512,                     WIRE_LINE,  0, WIRE_IN(PAGE))           \
    X(WAITING,     "waiting",     4096,                    WIRE_TEXT,  0, WIRE_IN(PAGE))           \
    WIRE_ENV_FIELDS(X)

/* What a host may learn of the person, as it stands in the PAM environment after success. */
#define WIRE_ENV_FIELDS(X)                                                                         \
    X(ENV_ACCOUNT,     "env.WECOM_ACCOUNT",     64,   WIRE_LINE, 0, WIRE_IN(RESULT))               \
    X(ENV_USERID,      "env.WECOM_USERID",      64,   WIRE_LINE, 0, WIRE_IN(RESULT))               \
    X(ENV_NAME,        "env.WECOM_NAME",        512,  WIRE_LINE, 0, WIRE_IN(RESULT))               \
    X(ENV_MOBILE,      "env.WECOM_MOBILE",      32,   WIRE_LINE, 0, WIRE_IN(RESULT))               \
    X(ENV_EMAIL,       "env.WECOM_EMAIL",       256,  WIRE_LINE, 0, WIRE_IN(RESULT))               \
    X(ENV_DEPARTMENTS, "env.WECOM_DEPARTMENTS", 1024, WIRE_LINE, 0, WIRE_IN(RESULT))               \
    X(ENV_METHOD,      "env.WECOM_METHOD",      16,   WIRE_WORD, 0, WIRE_IN(RESULT))               \
    X(ENV_FIRST_LOGIN, "env.WECOM_FIRST_LOGIN", 3,    WIRE_FLAG, 0, WIRE_IN(RESULT))               \
    X(ENV_MOBILE_TAKEN, "env.WECOM_MOBILE_TAKEN", 3,  WIRE_FLAG, 0, WIRE_IN(RESULT))

/* clang-format on */

enum wire_field {
#define X(constant, name, max, kind, needed, optional) WIRE_F_##constant,
    WIRE_FIELDS(X)
#undef X
        WIRE_FIELD_COUNT
};

#define WIRE_F_FIRST_ENV WIRE_F_ENV_ACCOUNT

#endif
