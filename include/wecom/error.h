/* What can go wrong, as one enum for every part.
 * An error is never a verdict: WECOM_OK says that a function did its work, not that anybody may
 * enter. Verdicts are in verdict.h.
 */
#ifndef WECOM_ERROR_H
#define WECOM_ERROR_H

enum wecom_error {
    WECOM_OK = 0,
    WECOM_E_SYSTEM,   /* a system call failed; errno is kept */
    WECOM_E_MEMORY,   /* allocation failed */
    WECOM_E_TIMEOUT,  /* the deadline passed */
    WECOM_E_CLOSED,   /* nobody listens, or the peer hung up */
    WECOM_E_TOO_LONG, /* over a limit of limits.h */
    WECOM_E_FORMAT,   /* not of the form that the contract asks for */
    WECOM_E_PEER,     /* the peer or the file belongs to somebody who may not own it */
    WECOM_E_ABSENT,   /* looked for and not there; the look itself worked */
};

#endif
