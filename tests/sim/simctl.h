/* Running the WeCom simulator from a test and steering it. Links libcurl and jansson.
 *
 *     struct sim *sim = sim_start("build/wecom-sim", "tests/sim/members.json", directory);
 *     char *code = sim_mint(sim, 1000002, "zhangsan");
 *     sim_fault(sim, "{\"kind\":\"errcode\",\"errcode\":45009,\"path\":\"%s\"}", path);
 *     ... the code under test talks to sim_api_url(sim), trusting sim_ca_file(sim) ...
 *     ck_assert_int_eq(sim_count(sim, "/cgi-bin/gettoken"), 1);
 *     ck_assert_int_eq(sim_stop(sim), 0);
 *
 * Every failure prints one line on stderr. The simulator dies with the test: its standard input
 * is a pipe from here. One struct sim is used by one thread at a time. */
#ifndef SIMCTL_H
#define SIMCTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct sim;

/* Starts `binary` on free ports with the data file; waits at most 10 s for its ready line. The CA
 * certificate goes to dir_for_ca/sim-ca.pem. NULL when it does not start. */
struct sim *sim_start(const char *binary, const char *data_file, const char *dir_for_ca);

/* The same with more arguments, such as {"--generate", "1000", NULL}; NULL: none. */
struct sim *sim_start_with(const char *binary, const char *data_file, const char *dir_for_ca,
                           const char *const *more);

/* Ends it and frees sim (NULL is allowed). Its exit status: 0 when it ended cleanly, 128 + signal
 * when a signal killed it. */
int sim_stop(struct sim *sim);

/* These belong to sim. */
const char *sim_api_url(const struct sim *sim);     /* https://127.0.0.1:PORT */
const char *sim_control_url(const struct sim *sim); /* http://127.0.0.1:PORT */
const char *sim_ca_file(const struct sim *sim);
int sim_pid(const struct sim *sim);

/* One control request. The answer belongs to the caller (json_decref); NULL when it failed or was
 * refused. sim_post_json takes body over. */
json_t *sim_get(struct sim *sim, const char *path);
json_t *sim_post(struct sim *sim, const char *path, const char *json_text);
json_t *sim_post_json(struct sim *sim, const char *path, json_t *body);
json_t *sim_delete(struct sim *sim, const char *path);

/* A fresh code as WeCom would give it to this member in the client (snsapi_base). free() it. */
char *sim_mint(struct sim *sim, int64_t agent_id, const char *userid);

/* The same with all options of POST /mint, "count" excepted. */
char *sim_mint_with(struct sim *sim, const char *json_format, ...)
    __attribute__((format(printf, 2, 3)));

/* Requests that reached this path since the start or the last reset; -1: could not ask. Also
 * "connections" and "handshakes". */
int sim_count(struct sim *sim, const char *path);
bool sim_counts_reset(struct sim *sim);

/* POST /fault, /option, /member, /app with JSON made by printf; false: refused. */
bool sim_fault(struct sim *sim, const char *json_format, ...) __attribute__((format(printf, 2, 3)));
bool sim_option(struct sim *sim, const char *json_format, ...)
    __attribute__((format(printf, 2, 3)));
bool sim_member(struct sim *sim, const char *json_format, ...)
    __attribute__((format(printf, 2, 3)));
bool sim_app(struct sim *sim, const char *json_format, ...) __attribute__((format(printf, 2, 3)));
bool sim_faults_clear(struct sim *sim);

/* The simulator's clock goes on by so many seconds. */
bool sim_advance(struct sim *sim, int64_t seconds);

#endif
