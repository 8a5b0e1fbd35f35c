/* What is drawn by chance, from the kernel. */
#include "helper/draw.h"

#include <sys/random.h>

bool draw_bytes(void *bytes, size_t len) {
    return getrandom(bytes, len, 0) == (ssize_t)len;
}

/* What would favour the lower ones is thrown away. */
bool draw_below(uint32_t below, uint32_t *number) {
    const uint32_t fair = UINT32_MAX - UINT32_MAX % below;
    uint32_t drawn;

    do {
        if (!draw_bytes(&drawn, sizeof drawn))
            return false;
    } while (drawn >= fair);
    *number = drawn % below;
    return true;
}
