/* What both programs do before anything else. */
#include "tools/start.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

bool start_process(void) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        /* the lowest free number is `fd`: those below are open */
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return false;
    }
    return sigaction(SIGPIPE, &ignore, NULL) == 0;
}
