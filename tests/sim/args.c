/* The command line. */
#include "args.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define GENERATE_MAX 1000000

static const char help[] =
    "Usage: wecom-sim --port N --data FILE [options]\n"
    "A strict simulator of the WeCom server API over HTTPS, for tests and demonstrations.\n"
    "\n"
    "  --data FILE          the company: departments, tags, members, applications (JSON)\n"
    "  --port N             port of the API (HTTPS); 0: a free one\n"
    "  --control-port N     port of the control API (HTTP, loopback only); default 0\n"
    "  --bind ADDRESS       address of the API; default 127.0.0.1\n"
    "  --cert FILE          certificate chain, PEM\n"
    "  --key FILE           its private key, PEM\n"
    "  --ca-out FILE        without --cert: where to write the throw-away CA certificate\n"
    "  --generate N         adds N made-up members (user000001...) below department 1\n"
    "  --exit-on-stdin-eof  ends when standard input is closed\n"
    "  --help               this text\n"
    "\n"
    "When it listens it prints one line of JSON: {\"api\":URL,\"control\":URL,\"pid\":N}.\n"
    "SIGTERM and SIGINT end it. Exit status: 0 ended as asked, 1 cannot serve, 2 bad usage.\n";

void args_help(void) {
    fputs(help, stdout);
}

static bool args_number(const char *name, const char *text, int64_t max, int64_t *number) {
    char *end = NULL;
    long long value = 0;

    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && value >= 0 && value <= max) {
        *number = value;
        return true;
    }
    fprintf(stderr, "wecom-sim: --%s %s: must be a number from 0 to %lld\n", name, text,
            (long long)max);
    return false;
}

bool args_read(int argc, char **argv, struct args *args) {
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},
        {"port", required_argument, NULL, 'p'},
        {"control-port", required_argument, NULL, 'c'},
        {"bind", required_argument, NULL, 'b'},
        {"cert", required_argument, NULL, 'C'},
        {"key", required_argument, NULL, 'K'},
        {"ca-out", required_argument, NULL, 'o'},
        {"generate", required_argument, NULL, 'g'},
        {"exit-on-stdin-eof", no_argument, NULL, 'e'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bool ok = true;
    int letter = 0;

    *args = (struct args){.bind = "127.0.0.1", .port = -1};
    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (letter) {
        case 'd':
            args->data = optarg;
            break;
        case 'p':
            ok = args_number("port", optarg, 65535, &args->port) && ok;
            break;
        case 'c':
            ok = args_number("control-port", optarg, 65535, &args->control_port) && ok;
            break;
        case 'b':
            args->bind = optarg;
            break;
        case 'C':
            args->cert = optarg;
            break;
        case 'K':
            args->key = optarg;
            break;
        case 'o':
            args->ca_out = optarg;
            break;
        case 'g':
            ok = args_number("generate", optarg, GENERATE_MAX, &args->generate) && ok;
            break;
        case 'e':
            args->exit_on_stdin_eof = true;
            break;
        case 'h':
            args->help = true;
            return true;
        default:
            ok = false;
        }
    }
    if (ok && (args->data == NULL || args->port < 0 || optind < argc))
        ok =
            fputs("wecom-sim: --port N and --data FILE are needed, and nothing else\n", stderr) < 0;
    if (ok && (args->cert == NULL) != (args->key == NULL))
        ok = fputs("wecom-sim: --cert and --key go together\n", stderr) < 0;
    if (ok && args->cert != NULL && args->ca_out != NULL)
        ok = fputs("wecom-sim: --ca-out is for a CA of our own, not with --cert\n", stderr) < 0;
    if (!ok)
        fputs("Try wecom-sim --help\n", stderr);
    return ok;
}
