/* What a browser can be shown, as words of the wire protocol (the `page` of a page). */
#ifndef WECOM_PAGE_H
#define WECOM_PAGE_H

/* X(constant, word) */
#define WECOM_PAGES(X)                                                                     \
    X(GO, "go")                           /* elsewhere: to `location` */                   \
    X(CODE, "code")                       /* signed in; type `pin` in the terminal */      \
    X(DECLINED, "declined")               /* not confirmed in WeCom */                     \
    X(EXPIRED, "expired")                 /* the login is over */                          \
    X(USED, "used")                       /* somebody answered this link already */        \
    X(OTHER_PERSON, "other_person")       /* the login is for another name */              \
    X(OTHER_COMPANY, "other_company")     /* another company is active in WeCom */         \
    X(WECHAT, "wechat")                   /* opened in WeChat */                           \
    X(SCAN_WITH_WECOM, "scan_with_wecom") /* opened in a phone's browser */                \
    X(NOT_ALLOWED, "not_allowed")         /* this person may not use this service */       \
    X(TRY_AGAIN, "try_again")             /* something went wrong; scanning again helps */ \
    X(HOME, "home")                       /* the application's own page: who you are */    \
    X(NOT_FOUND, "not_found")             /* no such link */

enum wecom_page {
    WECOM_PAGE_NONE = 0,
#define X(constant, word) WECOM_PAGE_##constant,
    WECOM_PAGES(X)
#undef X
        WECOM_PAGE_COUNT
};

#endif
