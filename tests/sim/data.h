/* The data file: a whole company in JSON. */
#ifndef SIM_DATA_H
#define SIM_DATA_H

#include "corp.h"
#include "options.h"

/* Reads the file into corp and options. On false *why (freed by the caller) says file, path of
 * the key and reason, or line and column when it is no JSON. */
bool data_load(const char *file, struct corp *corp, struct options *options, char **why);

/* Adds n members user000001... over a tree of departments below the root department. */
void data_generate(struct corp *corp, int64_t n);

#endif
