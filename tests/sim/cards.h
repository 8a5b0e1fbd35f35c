/* The rules of template cards. */
#ifndef SIM_CARDS_H
#define SIM_CARDS_H

#include <jansson.h>
#include <stdbool.h>

struct call;

/* Checks a card of message/send: 0 or the error of the first rule that it breaks. */
int cards_check(struct call *call, json_t *card);

/* Its type lets people answer, so that it gets a response code. */
bool cards_interactive(json_t *card);

/* One of its buttons or menu entries has this key. */
bool cards_have_key(json_t *card, const char *key);

#endif
