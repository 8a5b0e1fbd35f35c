/* Every bound of the project that more than one file relies on, with its unit and its source. */
#ifndef WECOM_LIMITS_H
#define WECOM_LIMITS_H

enum {
    /* One packet of the wire protocol, bytes. A QR code of 40x80 cells of UTF-8 fits. */
    WECOM_PACKET_MAX_BYTES = 16 * 1024,

    /* A WeCom one-time code: at most 512 bytes (developer.work.weixin.qq.com, path 91022). Codes
     * seen in the field have about 43; 32 keeps out what people use as passwords. */
    WECOM_CODE_MIN_BYTES = 32,
    WECOM_CODE_MAX_BYTES = 512,

    /* A code that we make and send: RFC 4226, 5.3 wants at least six digits. */
    WECOM_PIN_DIGITS = 6,

    /* A recovery code: two digits that name its row, 16 symbols of 5 random bits. Typed with or
     * without dashes, but shorter than any code of WeCom's.
     */
    WECOM_RECOVERY_SYMBOLS = 18,
    WECOM_RECOVERY_MAX_BYTES = WECOM_CODE_MIN_BYTES - 1,
    WECOM_RECOVERY_CODES = 10,

    /* A WeCom userid: 1-64 bytes (path 90195). */
    WECOM_USERID_MAX_BYTES = 64,

    /* A company id: "ww" or "wx" and 16 characters today; room for private deployments. */
    WECOM_CORP_ID_MAX_BYTES = 64,

    /* An application's Secret: 43 characters today. No page gives a limit; a token, which is made
     * of the same letters, has at most 512 bytes (path 91039). */
    WECOM_SECRET_MAX_BYTES = 512,

    /* How a company is called, as in company= of wecom.conf. */
    WECOM_COMPANY_MAX_BYTES = 255,

    /* An AgentId: 1000002 and following today. A number of the wire has at most 9 digits. */
    WECOM_AGENT_ID_MAX = 999999999,

    /* corp_id "/" userid, as in /etc/wecom/links. */
    WECOM_LINK_MAX_BYTES = WECOM_CORP_ID_MAX_BYTES + 1 + WECOM_USERID_MAX_BYTES,

    /* A login name that we make: useradd(8) and utmp allow 32. */
    WECOM_LOGIN_NAME_MAX_BYTES = 32,

    /* A name that a host hands us: PAM_MAX_RESP_SIZE would allow 512, no host has use for more. */
    WECOM_USER_MAX_BYTES = 256,

    /* A PAM service name: a file name below /etc/pam.d. */
    WECOM_SERVICE_MAX_BYTES = 64,

    /* One message to the person, or one answer of the person (PAM_MAX_RESP_SIZE is 512). */
    WECOM_ANSWER_MAX_BYTES = 1024,

    /* The helper says "ready" within this time or counts as absent, milliseconds. */
    WECOM_READY_MS = 1000,

    /* A grant answers pam_sm_acct_mgmt of the same handle, user and service for this long, ms. */
    WECOM_GRANT_FRESH_MS = 5000,

    /* Default and greatest length of one exchange, seconds: sshd's LoginGraceTime is 120. */
    WECOM_TIMEOUT_DEFAULT_S = 100,
    WECOM_TIMEOUT_MAX_S = 600,

    /* An account check waits no longer than this, ms: nobody is asked anything meanwhile, and with
     * an authentication before it both must end within the host's own limit.
     */
    WECOM_ACCOUNT_MS = 20000,

    /* The id in a link that is scanned, and the value of our cookie: 16-64 bytes, 22 of them where
     * the helper makes one (128 random bits, six in a character). A link has at most 78 bytes: with
     * more the QR code needs a version above 4, which does not fit a terminal of 24 lines.
     */
    WECOM_WEB_KEY_MIN_BYTES = 16,
    WECOM_WEB_KEY_MAX_BYTES = 64,
    WECOM_WEB_KEY_BYTES = 22,
    WECOM_SCAN_LINK_MAX_BYTES = 78,

    /* `state` of an authorization (path 96441). */
    WECOM_STATE_MAX_BYTES = 128,

    /* A callback of WeCom: its query and its body. Events have about 1 KiB. Both fit a packet. */
    WECOM_QUERY_MAX_BYTES = 2048,
    WECOM_EVENT_MAX_BYTES = 12 * 1024,

    /* How long an answer to a browser and one to WeCom may take. WeCom hangs up after 5 s and comes
     * again (path 90238).
     */
    WECOM_WEB_ANSWER_MS = 10000,
    WECOM_WEB_EVENT_MS = 4000,

    /* Default age of the last confirmation by WeCom above which a person is refused, seconds. */
    WECOM_STALE_DEFAULT_S = 86400,
};

#endif
