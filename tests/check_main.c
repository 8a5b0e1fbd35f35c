/* main() of every Check program: runs its one suite and reports in TAP on standard output.
 * Check's own time limits apply in fork mode only; tests/run puts a limit on the whole program.
 */
#include "tests/check_main.h"

#include <stdlib.h>

int main(void) {
    SRunner *runner = srunner_create(suite());
    int failed;

    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
