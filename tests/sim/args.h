/* The command line. */
#ifndef SIM_ARGS_H
#define SIM_ARGS_H

#include <stdbool.h>
#include <stdint.h>

struct args {
    const char *data, *cert, *key, *ca_out, *bind;
    int64_t port, control_port, generate;
    bool exit_on_stdin_eof;
    bool help;
};

/* False after a message on stderr: what is wrong and how to see the help. */
bool args_read(int argc, char **argv, struct args *args);
void args_help(void);

#endif
