/* The second process: synchronizes and publishes, so that nothing of it keeps a login waiting. It
 * has the first one's rights, knows no Secret, and ends with it.
 */
#ifndef WECOM_HELPER_WORKER_RUN_H
#define WECOM_HELPER_WORKER_RUN_H

/* The hidden word on the command line, and the descriptor that the first process left open. */
#define WORKER_ARGUMENT "--worker"
enum { WORKER_FD = 3 };

/* Runs until the socket closes; the exit status. Called behind privileges_harden. */
int worker_run(void);

#endif
