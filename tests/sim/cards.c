/* The rules of template cards (WeCom documents 90236 and 90313). */
#include "cards.h"

#include "call.h"
#include "outbox.h"

#include <string.h>

#define TASK_ID_MAX 128 /* bytes */
#define KEY_MAX_BYTES 1024
#define BUTTONS_MAX 6
#define ROWS_MAX 6 /* horizontal_content_list */
#define MENU_MAX 3
#define SELECTS_MAX 3

struct card_type {
    const char *name;
    bool interactive; /* the person's answer goes to the message URL */
    int (*check)(json_t *card);
};

static const char *card_text(json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL || *text == '\0' ? NULL : text;
}

static bool card_title(json_t *card) {
    return card_text(json_object_get(card, "main_title"), "title") != NULL;
}

/* The keys of a list of buttons are there, short enough and different. */
static int card_keys(json_t *list, int missing, int twice) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *key = card_text(json_array_get(list, i), "key");
        if (key == NULL || strlen(key) > KEY_MAX_BYTES)
            return missing;
        for (size_t j = 0; j < i; j++)
            if (strcmp(key, card_text(json_array_get(list, j), "key")) == 0)
                return twice;
    }
    return 0;
}

static int card_notice(json_t *card) {
    json_t *action = json_object_get(card, "card_action");
    json_int_t type = json_integer_value(json_object_get(action, "type"));

    if (!card_title(card) && card_text(card, "sub_title_text") == NULL)
        return 42033;
    if (type != 1 && type != 2)
        return 42045;
    return type == 1 && card_text(action, "url") == NULL ? 42028 : 0;
}

static int card_buttons(json_t *card) {
    json_t *list = json_object_get(card, "button_list");
    json_t *button = NULL;
    json_t *called = json_array(); /* buttons of type 0, which have keys */
    int errcode = 0;
    size_t i = 0;

    if (!card_title(card))
        errcode = 42033;
    else if (json_array_size(list) < 1 || json_array_size(list) > BUTTONS_MAX)
        errcode = 40058;
    json_array_foreach(list, i, button) {
        bool link = json_integer_value(json_object_get(button, "type")) == 1;
        if (errcode == 0 && card_text(button, "text") == NULL)
            errcode = 42038;
        if (errcode == 0 && link && card_text(button, "url") == NULL)
            errcode = 42028;
        if (!link)
            json_array_append(called, button);
    }
    if (errcode == 0)
        errcode = card_keys(called, 42039, 42039);
    json_decref(called);
    return errcode;
}

static int card_submit(json_t *card) {
    json_t *submit = json_object_get(card, "submit_button");

    if (card_text(submit, "text") == NULL)
        return 42049;
    return card_text(submit, "key") == NULL ? 42046 : 0;
}

static int card_selects(json_t *card) {
    size_t n = json_array_size(json_object_get(card, "select_list"));

    return n < 1 || n > SELECTS_MAX ? 42047 : card_submit(card);
}

static const struct card_type card_types[] = {{"text_notice", false, card_notice},
                                              {"news_notice", false, card_notice},
                                              {"button_interaction", true, card_buttons},
                                              {"vote_interaction", true, card_submit},
                                              {"multiple_interaction", true, card_selects}};

static const struct card_type *card_type(json_t *card) {
    const char *name = card_text(card, "card_type");

    for (size_t i = 0; name != NULL && i < sizeof(card_types) / sizeof(card_types[0]); i++)
        if (strcmp(card_types[i].name, name) == 0)
            return &card_types[i];
    return NULL;
}

static int card_rows(json_t *card) {
    json_t *rows = json_object_get(card, "horizontal_content_list");
    json_t *row = NULL;
    size_t i = 0;

    if (rows == NULL)
        return 0;
    if (!json_is_array(rows) || json_array_size(rows) > ROWS_MAX)
        return 42035;
    json_array_foreach(rows, i, row) {
        if (card_text(row, "keyname") == NULL)
            return 42027;
        if (json_integer_value(json_object_get(row, "type")) == 1 && card_text(row, "url") == NULL)
            return 42028;
    }
    return 0;
}

static int card_menu(json_t *card) {
    json_t *list = json_object_get(json_object_get(card, "action_menu"), "action_list");
    size_t n = json_array_size(list);

    if (json_object_get(card, "action_menu") == NULL)
        return 0;
    if (n < 1 || n > MENU_MAX)
        return 40058;
    return card_keys(list, 40058, 42051);
}

/* Unique in the application, digits, letters and _-@, at most 128 bytes. */
static int card_task(const struct call *call, json_t *card, bool needed) {
    static const char allowed[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-@";
    const char *task_id = card_text(card, "task_id");

    if (task_id == NULL)
        return needed ? 42014 : 0;
    if (strlen(task_id) > TASK_ID_MAX || strspn(task_id, allowed) != strlen(task_id) ||
        outbox_task(call->server->outbox, call->app, task_id) != NULL)
        return 42014;
    return 0;
}

int cards_check(struct call *call, json_t *card) {
    const struct card_type *type = card_type(card);
    bool menu = json_object_get(card, "action_menu") != NULL;
    int errcode = 0;

    if (type == NULL)
        return 42031;
    if (type->interactive && call->app->message_url[0] == '\0')
        return 43012;
    if ((errcode = type->check(card)) != 0 || (errcode = card_rows(card)) != 0 ||
        (errcode = card_menu(card)) != 0)
        return errcode;
    return card_task(call, card, type->interactive || menu);
}

bool cards_interactive(json_t *card) {
    const struct card_type *type = card_type(card);

    return type != NULL && type->interactive;
}

bool cards_have_key(json_t *card, const char *key) {
    json_t *lists[] = {json_object_get(card, "button_list"),
                       json_object_get(json_object_get(card, "action_menu"), "action_list")};
    const char *submit = card_text(json_object_get(card, "submit_button"), "key");

    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < json_array_size(lists[l]); i++) {
            const char *have = card_text(json_array_get(lists[l], i), "key");
            if (have != NULL && strcmp(have, key) == 0)
                return true;
        }
    return submit != NULL && strcmp(submit, key) == 0;
}
