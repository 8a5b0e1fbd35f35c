/* Hosts that are not root: a child of this test with another user and other groups. */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/support.h"

/* What the child finds out comes back through memory that both see. */
static void *shared(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    ck_assert(memory != MAP_FAILED);
    return memory;
}

void caller_run(const struct caller *who, void (*work)(void *arg, int *result), void *arg,
                int *result) {
    int *found = shared(sizeof *found), status;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        if (setgroups(who->groups_count, who->groups) != 0 ||
            setresgid(who->gid, who->gid, who->gid) != 0 ||
            setresuid(who->uid, who->uid, who->uid) != 0)
            _exit(1);
        work(arg, found);
        _exit(0);
    }
    place_own(pid);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(status == 0, "the caller with uid %d ended with %d", (int)who->uid, status);
    *result = *found;
    (void)munmap(found, sizeof *found);
}

struct asking {
    const struct question *q;
    struct answer *a;
};

static void ask(void *arg, int *result) {
    struct asking *asking = arg;

    *asking->a = talk(asking->q);
    asking->a->rows = NULL;
    *result = 0;
}

struct answer caller_asks(const struct caller *who, const struct question *q) {
    struct asking asking = {.q = q, .a = shared(sizeof *asking.a)};
    struct answer a;
    int result;

    caller_run(who, ask, &asking, &result);
    a = *asking.a;
    (void)munmap(asking.a, sizeof *asking.a);
    return a;
}
