/* A table for people that may have a hundred thousand lines. */
#include "tools/ctl_grid.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "tools/ctl_cell.h"
#include "tools/width.h"

enum { GAP = 2 };

struct ctl_grid {
    const struct ctl_grid_column *columns;
    size_t columns_count;
    char **lines; /* the cells of each, one behind the other, each with its NUL */
    size_t count, room;
    size_t widths[CTL_GRID_COLUMNS]; /* of the widest cell */
};

struct ctl_grid *ctl_grid_new(const struct ctl_grid_column *columns, size_t count) {
    struct ctl_grid *grid = calloc(1, sizeof *grid);

    if (grid == NULL)
        return NULL;
    grid->columns = columns;
    grid->columns_count = count < CTL_GRID_COLUMNS ? count : CTL_GRID_COLUMNS;
    return grid;
}

void ctl_grid_free(struct ctl_grid *grid) {
    if (grid == NULL)
        return;
    for (size_t i = 0; i < grid->count; i++)
        free(grid->lines[i]);
    free(grid->lines);
    free(grid);
}

static bool make_room(struct ctl_grid *grid) {
    size_t room = grid->room * 2 + 64;
    char **more;

    if (grid->count < grid->room)
        return true;
    more = reallocarray(grid->lines, room, sizeof *more);
    if (more == NULL)
        return false;
    grid->lines = more;
    grid->room = room;
    return true;
}

bool ctl_grid_add(struct ctl_grid *grid, const char *const *cells) {
    size_t bytes = 0;
    char *line, *at;

    for (size_t c = 0; c < grid->columns_count; c++)
        bytes += strlen(cells[c]) + 1;
    if (!make_room(grid))
        return false;
    line = at = malloc(bytes);
    if (line == NULL)
        return false;
    for (size_t c = 0; c < grid->columns_count; c++) {
        size_t len = strlen(cells[c]) + 1, width = width_of(cells[c]);

        memcpy(at, cells[c], len);
        at += len;
        if (width > grid->widths[c])
            grid->widths[c] = width;
    }
    grid->lines[grid->count++] = line;
    return true;
}

static int compare(const void *a, const void *b) {
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    bool x_has = strcmp(x, "-") != 0, y_has = strcmp(y, "-") != 0;
    int first = x_has != y_has ? (x_has ? -1 : 1) : strcmp(x, y);

    return first != 0 ? first : strcmp(x + strlen(x) + 1, y + strlen(y) + 1);
}

void ctl_grid_sort(struct ctl_grid *grid) {
    if (grid->count > 0)
        qsort(grid->lines, grid->count, sizeof *grid->lines, compare);
}

size_t ctl_grid_count(const struct ctl_grid *grid) {
    return grid->count;
}

const char *ctl_grid_cell(const struct ctl_grid *grid, size_t line, size_t column) {
    const char *at = grid->lines[line];

    for (; column > 0; column--)
        at += strlen(at) + 1;
    return at;
}

/* Takes from the widest column that can give, until it fits or none can. */
static void shrink(const struct ctl_grid *grid, size_t *widths, size_t width) {
    size_t total = grid->columns_count > 0 ? (grid->columns_count - 1) * GAP : 0;

    for (size_t c = 0; c < grid->columns_count; c++)
        total += widths[c];
    while (total > width) {
        size_t widest = SIZE_MAX;

        for (size_t c = 0; c < grid->columns_count; c++) {
            if (grid->columns[c].least > 0 && widths[c] > grid->columns[c].least &&
                (widest == SIZE_MAX || widths[c] > widths[widest]))
                widest = c;
        }
        if (widest == SIZE_MAX)
            return;
        widths[widest]--;
        total--;
    }
}

static void print_cell(FILE *to, const struct ctl_grid *grid, const char *cell, size_t column,
                       const size_t *widths) {
    bool is_last = column + 1 == grid->columns_count;
    char cut[CTL_CELL_BYTES];

    if (width_of(cell) > widths[column])
        cell = width_cut(cut, sizeof cut, cell, widths[column]);
    width_print(to, cell, is_last ? 0 : widths[column] + GAP);
    if (is_last)
        (void)fputc('\n', to);
}

void ctl_grid_print(FILE *to, const struct ctl_grid *grid, enum texts_lang lang, size_t width) {
    size_t widths[CTL_GRID_COLUMNS];

    if (grid->count == 0)
        return;
    memcpy(widths, grid->widths, sizeof widths);
    for (enum texts_lang one = TEXTS_ZH; one <= TEXTS_EN; one++) {
        for (size_t c = 0; (lang == TEXTS_BOTH || lang == one) && c < grid->columns_count; c++) {
            size_t heading = width_of(texts_get(grid->columns[c].heading, one));

            widths[c] = heading > widths[c] ? heading : widths[c];
        }
    }
    if (width > 0)
        shrink(grid, widths, width);
    for (enum texts_lang one = TEXTS_ZH; one <= TEXTS_EN; one++) {
        for (size_t c = 0; (lang == TEXTS_BOTH || lang == one) && c < grid->columns_count; c++)
            print_cell(to, grid, texts_get(grid->columns[c].heading, one), c, widths);
    }
    for (size_t i = 0; i < grid->count; i++) {
        for (size_t c = 0; c < grid->columns_count; c++)
            print_cell(to, grid, ctl_grid_cell(grid, i, c), c, widths);
    }
}

size_t ctl_grid_terminal(FILE *to) {
    struct winsize size;

    return ioctl(fileno(to), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
