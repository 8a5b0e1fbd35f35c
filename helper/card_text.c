/* What a card says that somebody approves a login with. */
#include "helper/card_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "helper/texts.h"

enum { LINE_BYTES = 512 };

const char card_text_not_me[] = "not_me";

char *card_text_say(char *out, size_t bytes, enum config_lang lang, const char *text_id) {
    size_t used;

    if (lang != CONFIG_LANG_BOTH)
        return texts_fill(out, bytes, lang, text_id, NULL, NULL);
    (void)texts_fill(out, bytes, CONFIG_LANG_ZH, text_id, NULL, NULL);
    used = strlen(out);
    if (used + 3 < bytes) {
        memcpy(out + used, " / ", 4);
        (void)texts_fill(out + used + 3, bytes - used - 3, CONFIG_LANG_EN, text_id, NULL, NULL);
    }
    return out;
}

static json_t *say(enum config_lang lang, const char *text_id) {
    char text[LINE_BYTES];

    return json_string(card_text_say(text, sizeof text, lang, text_id));
}

/* What comes from elsewhere: without anything that could change how the rest looks. */
static json_t *tell(const char *from) {
    char text[LINE_BYTES];

    (void)snprintf(text, sizeof text, "%s", from);
    text_clean(text, TEXT_ONE_LINE);
    return json_string(text[0] != '\0' ? text : "-");
}

/* One line of the list, which has at most six. */
static json_t *row(enum config_lang lang, const char *text_id, const char *value) {
    return json_pack("{s:o, s:o}", "keyname", say(lang, text_id), "value", tell(value));
}

static json_t *rows(const struct request *r) {
    enum config_lang lang = r->service->lang;
    struct request_told told;
    char here[LINE_BYTES];

    request_tell(r, &told);
    (void)card_text_say(here, sizeof here, lang, "origin_local");
    return json_pack("[o, o, o, o, o, o]", row(lang, "card_service", r->service_name),
                     row(lang, "card_host", told.host),
                     row(lang, "card_origin", told.origin[0] != '\0' ? told.origin : here),
                     row(lang, "card_user", r->user), row(lang, "card_time", told.time),
                     row(lang, "card_id", r->id));
}

static json_t *buttons(char numbers[CARD_NUMBERS][CARD_NUMBER_BYTES]) {
    json_t *list = json_array();

    for (size_t i = 0; i < CARD_NUMBERS; i++)
        (void)json_array_append_new(list, json_pack("{s:i, s:s, s:i, s:s}", "type", 0, "text",
                                                    numbers[i], "style", 1, "key", numbers[i]));
    return list;
}

/* jansson escapes only what JSON demands: WeCom refuses \uXXXX (40033). */
static char *dump(const json_t *json) {
    size_t len = json_dumpb(json, NULL, 0, JSON_COMPACT);
    char *text = len > 0 ? malloc(len + 1) : NULL;

    if (text != NULL) {
        (void)json_dumpb(json, text, len, JSON_COMPACT);
        text[len] = '\0';
    }
    return text;
}

char *card_text_write(const struct request *r, const char *task_id,
                      char numbers[CARD_NUMBERS][CARD_NUMBER_BYTES]) {
    enum config_lang lang = r->service->lang;
    json_t *card =
        json_pack("{s:s, s:{s:o, s:[{s:o, s:s}]}, s:{s:o, s:o}, s:o, s:o, s:s, s:o}", "card_type",
                  "button_interaction", "action_menu", "desc", say(lang, "card_menu"),
                  "action_list", "text", say(lang, "card_not_me"), "key", card_text_not_me,
                  "main_title", "title", say(lang, "card_title"), "desc", say(lang, "card_choose"),
                  "sub_title_text", say(lang, "card_warning"), "horizontal_content_list", rows(r),
                  "task_id", task_id, "button_list", buttons(numbers));
    char *text = card != NULL ? dump(card) : NULL;

    json_decref(card);
    return text;
}
