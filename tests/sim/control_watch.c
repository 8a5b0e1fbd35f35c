/* Control: faults, counts, the journal of requests, health. */
#include "control.h"
#include "deliver.h"
#include "faults.h"
#include "journal.h"

#include <event2/http.h>
#include <stdlib.h>
#include <unistd.h>

bool control_fault(struct order *order) {
    return faults_add(order->server->faults, order->body, order->why);
}

bool control_fault_clear(struct order *order) {
    faults_clear(order->server->faults);
    deliveries_unhang(order->server);
    return true;
}

bool control_show_faults(struct order *order) {
    json_object_set_new(order->answer, "faults", faults_show(order->server->faults));
    return true;
}

bool control_counts(struct order *order) {
    json_t *counts = journal_counts(order->server->journal);

    json_object_update(order->answer, counts);
    json_decref(counts);
    return true;
}

bool control_counts_reset(struct order *order) {
    journal_reset(order->server->journal);
    return true;
}

bool control_requests(struct order *order) {
    const char *last = evhttp_find_header(order->query, "last");
    char *end = NULL;
    unsigned long n = last == NULL ? 100 : strtoul(last, &end, 10);

    if (last != NULL && (*last < '0' || *last > '9' || *end != '\0'))
        return order_refuse(order, "last: a number");
    json_object_set_new(order->answer, "requests", journal_last(order->server->journal, n));
    return true;
}

bool control_health(struct order *order) {
    json_object_set_new(order->answer, "ok", json_true());
    json_object_set_new(order->answer, "pid", json_integer(getpid()));
    json_object_set_new(order->answer, "now", json_integer(clock_s(&order->server->clock)));
    json_object_set_new(order->answer, "waiting",
                        json_integer((json_int_t)deliveries_count(order->server->deliveries)));
    return true;
}
