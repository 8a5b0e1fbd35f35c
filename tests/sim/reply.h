/* The JSON around an answer: errcode, errmsg, empty arrays, and what a fault does to it. */
#ifndef SIM_REPLY_H
#define SIM_REPLY_H

struct answer;
struct call;
struct fault;

/* Puts errcode and errmsg to what the handler answered and writes it into *answer. */
void reply_build(struct call *call, int errcode, struct answer *answer);

/* Changes the answer as the fault wants, as far as the bytes are concerned. */
void reply_spoil(const struct call *call, const struct fault *fault, struct answer *answer);

#endif
