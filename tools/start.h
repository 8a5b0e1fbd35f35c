/* What both programs do before anything else. */
#ifndef WECOM_TOOLS_START_H
#define WECOM_TOOLS_START_H

#include <stdbool.h>

/* Makes sure that descriptors 0 to 2 are open (else a socket could become "standard output") and
 * that a reader who went away is an error and not a signal. False with errno.
 */
bool start_process(void);

#endif
