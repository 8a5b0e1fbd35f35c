/* A table for people that may have a hundred thousand lines: kept small, sorted, and cut to the
 * width of the terminal.
 */
#ifndef WECOM_TOOLS_CTL_GRID_H
#define WECOM_TOOLS_CTL_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tools/texts.h"

enum { CTL_GRID_COLUMNS = 12 };

struct ctl_grid_column {
    enum texts_id heading;
    size_t least; /* may be cut down to so many columns of the terminal; 0: never */
};

struct ctl_grid;

/* NULL when there is no memory. `columns` must stay; its cells are clean one-line texts. */
struct ctl_grid *ctl_grid_new(const struct ctl_grid_column *columns, size_t count);
void ctl_grid_free(struct ctl_grid *grid);

/* Takes copies of the cells. False when there is no memory. */
bool ctl_grid_add(struct ctl_grid *grid, const char *const *cells);

/* By the first cell, then the second. Lines whose first cell is "-" (there is none) go last. */
void ctl_grid_sort(struct ctl_grid *grid);

size_t ctl_grid_count(const struct ctl_grid *grid);
/* A cell of a line, both from 0. */
const char *ctl_grid_cell(const struct ctl_grid *grid, size_t line, size_t column);

/* Prints headings, in the languages asked for, and lines; nothing when there is no line. `width`:
 * columns of the terminal, 0: as wide as it gets.
 */
void ctl_grid_print(FILE *to, const struct ctl_grid *grid, enum texts_lang lang, size_t width);

/* Columns of the terminal that `to` writes to; 0: it is none. */
size_t ctl_grid_terminal(FILE *to);

#endif
