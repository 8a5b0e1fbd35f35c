/* What is drawn by chance, from the kernel. */
#ifndef WECOM_HELPER_DRAW_H
#define WECOM_HELPER_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One of 0 to `below` - 1, each with the same chance; `below` is not 0. False: no randomness. */
bool draw_below(uint32_t below, uint32_t *number);

/* So many random bytes, at most 256. False: no randomness. */
bool draw_bytes(void *bytes, size_t len);

#endif
