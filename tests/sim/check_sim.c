/* Runs the simulator's own tests: check_sim [BINARY [DATA]]. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* BUILD/tests/sim/check_sim tests BUILD/wecom-sim. */
static const char *beside_us(char *path, size_t bytes) {
    ssize_t len = readlink("/proc/self/exe", path, bytes - 1);
    const char *tail = "/tests/sim/check_sim";

    if (len < (ssize_t)strlen(tail))
        return "build/wecom-sim";
    path[(size_t)len - strlen(tail)] = '\0';
    strncat(path, "/wecom-sim", bytes - strlen(path) - 1);
    return path;
}

int main(int argc, char **argv) {
    char directory[] = "/tmp/check-sim-XXXXXX";
    char binary[512];
    char ca_file[64];
    SRunner *runner = NULL;
    int failed = 0;

    sim_binary = argc > 1 ? argv[1] : beside_us(binary, sizeof(binary));
    sim_data = argc > 2 ? argv[2] : "tests/sim/members.json";
    sim_dir = mkdtemp(directory);
    if (sim_dir == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return 2;
    runner = srunner_create(suite_tokens());
    srunner_add_suite(runner, suite_codes());
    srunner_add_suite(runner, suite_contacts());
    srunner_add_suite(runner, suite_message());
    srunner_add_suite(runner, suite_faults());
    srunner_add_suite(runner, suite_load());
    srunner_add_suite(runner, suite_oauth());
    srunner_add_suite(runner, suite_qr());
    srunner_add_suite(runner, suite_control());
    srunner_add_suite(runner, suite_start());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    snprintf(ca_file, sizeof(ca_file), "%s/sim-ca.pem", sim_dir);
    unlink(ca_file);
    rmdir(sim_dir);
    curl_global_cleanup();
    return failed == 0 ? 0 : 1;
}
