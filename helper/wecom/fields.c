/* Named values of one flat document, XML or JSON, into arrays of fixed size. */
#include "helper/wecom/fields.h"

#include <expat.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/wiping.h"

/* Digits without sign, blank or zeros in front, so that equal numbers are equal as text; up to
 * 2^63-1. Nothing at all is how WeCom writes that there is none.
 */
static bool is_number(const char *value) {
    static const char most[] = "9223372036854775807";
    size_t len = strlen(value);

    if (len == 0)
        return true;
    if (strspn(value, "0123456789") != len || (value[0] == '0' && len > 1))
        return false;
    return len < sizeof most - 1 || (len == sizeof most - 1 && strcmp(value, most) <= 0);
}

int64_t fields_number(const char *value) {
    return is_number(value) ? strtoll(value, NULL, 10) : 0;
}

/* The reading of an XML document. */
struct reading {
    XML_Parser parser;
    struct fields_slot *slots;
    size_t count;
    struct fields_slot *open; /* whose element is open at depth 2, NULL where none looks for it */
    size_t used;              /* bytes in open->to */
    size_t depth, elements;
};

static void refuse(struct reading *reading) {
    (void)XML_StopParser(reading->parser, XML_FALSE);
}

static struct fields_slot *find(const struct reading *reading, const char *name) {
    for (size_t i = 0; i < reading->count; i++) {
        if (strcmp(reading->slots[i].name, name) == 0)
            return &reading->slots[i];
    }
    return NULL;
}

static void begin_field(struct reading *reading, const char *name) {
    struct fields_slot *slot = find(reading, name);

    if (slot != NULL && slot->found)
        refuse(reading);
    if (slot != NULL)
        slot->found = true;
    reading->open = slot;
    reading->used = 0;
}

static void on_begin(void *self, const char *name, const char **attributes) {
    struct reading *reading = self;

    (void)attributes; /* WeCom has none */
    reading->depth++;
    reading->elements++;
    if (reading->depth > FIELDS_MAX_DEPTH || reading->elements > FIELDS_MAX_ELEMENTS)
        refuse(reading);
    if (reading->depth == 1 && strcmp(name, "xml") != 0)
        refuse(reading);
    if (reading->depth == 2)
        begin_field(reading, name);
    else if (reading->open != NULL)
        refuse(reading); /* a value is text: of two texts round an element, which one? */
}

static void on_end(void *self, const char *name) {
    struct reading *reading = self;

    (void)name;
    if (reading->depth == 2 && reading->open != NULL) {
        if (reading->open->is_number && !is_number(reading->open->to))
            refuse(reading);
        reading->open = NULL;
    }
    reading->depth--;
}

/* Comes in pieces. */
static void on_text(void *self, const char *text, int len) {
    struct reading *reading = self;
    struct fields_slot *slot = reading->open;

    if (slot == NULL)
        return;
    if ((size_t)len >= slot->bytes - reading->used) {
        refuse(reading);
        return;
    }
    memcpy(slot->to + reading->used, text, (size_t)len);
    reading->used += (size_t)len;
    slot->to[reading->used] = '\0';
}

/* Nothing of an internal subset has been read yet, so no entity can have been declared. */
static void on_doctype(void *self, const char *name, const char *system, const char *public,
                       int has_internal_subset) {
    (void)name, (void)system, (void)public, (void)has_internal_subset;
    refuse(self);
}

static void on_entity(void *self, const char *name, int is_parameter, const char *value,
                      int value_length, const char *base, const char *system, const char *public,
                      const char *notation) {
    (void)name, (void)is_parameter, (void)value, (void)value_length, (void)base;
    (void)system, (void)public, (void)notation;
    refuse(self);
}

static int on_external(XML_Parser parser, const char *context, const char *base, const char *system,
                       const char *public) {
    (void)parser, (void)context, (void)base, (void)system, (void)public;
    return XML_STATUS_ERROR;
}

static void on_skipped(void *self, const char *name, int is_parameter) {
    (void)name, (void)is_parameter;
    refuse(self);
}

static void on_instruction(void *self, const char *target, const char *data) {
    (void)target, (void)data;
    refuse(self);
}

static void on_comment(void *self, const char *text) {
    (void)text;
    refuse(self); /* else "a<!-- -->b" is "ab" */
}

static enum wecom_error read_xml(const char *text, size_t bytes, struct fields_slot *slots,
                                 size_t count) {
    /* expat's memory holds what people wrote */
    static const XML_Memory_Handling_Suite memory = {wiping_new, wiping_resize, wiping_free};
    struct reading reading = {.slots = slots, .count = count};
    enum wecom_error err = WECOM_OK;
    XML_Parser parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);

    if (parser == NULL)
        return WECOM_E_MEMORY;
    reading.parser = parser;
    XML_SetUserData(parser, &reading);
    XML_SetElementHandler(parser, on_begin, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    XML_SetEntityDeclHandler(parser, on_entity);
    XML_SetExternalEntityRefHandler(parser, on_external);
    XML_SetSkippedEntityHandler(parser, on_skipped);
    XML_SetProcessingInstructionHandler(parser, on_instruction);
    XML_SetCommentHandler(parser, on_comment);
    (void)XML_SetParamEntityParsing(parser, XML_PARAM_ENTITY_PARSING_NEVER);
    if (XML_Parse(parser, text, (int)bytes, XML_TRUE) != XML_STATUS_OK)
        err = XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY ? WECOM_E_MEMORY : WECOM_E_FORMAT;
    XML_ParserFree(parser);
    return err;
}

/* One value of JSON as text; false for other types, and for what does not fit. */
static bool copy_value(const json_t *value, struct fields_slot *slot) {
    char digits[FIELDS_NUMBER_BYTES + 1]; /* with a sign, which is refused below */
    const char *text = json_string_value(value);

    if (slot->is_number && json_is_integer(value)) {
        (void)snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
        text = digits;
    }
    if (text == NULL || strlen(text) >= slot->bytes || (slot->is_number && !is_number(text)))
        return false;
    memcpy(slot->to, text, strlen(text) + 1);
    slot->found = true;
    return true;
}

static enum wecom_error read_json(const char *text, size_t bytes, struct fields_slot *slots,
                                  size_t count) {
    json_t *json = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, NULL);
    bool good = json_is_object(json);

    for (size_t i = 0; i < count && good; i++) {
        const json_t *value = json_object_get(json, slots[i].name), *other = NULL;

        if (slots[i].other_name != NULL)
            other = json_object_get(json, slots[i].other_name);
        good = value == NULL || other == NULL;
        if (value == NULL)
            value = other;
        if (value != NULL)
            good = good && copy_value(value, &slots[i]);
    }
    json_decref(json);
    return good ? WECOM_OK : WECOM_E_FORMAT;
}

enum wecom_error fields_read(const char *text, size_t bytes, struct fields_slot *slots,
                             size_t count) {
    size_t first = 0;

    for (size_t i = 0; i < count; i++) {
        slots[i].to[0] = '\0';
        slots[i].found = false;
    }
    if (bytes > FIELDS_MAX_BYTES)
        return WECOM_E_TOO_LONG;
    /* jansson loses a NUL that stands behind a number or a word, and in UTF-16 half is NUL */
    if (bytes == 0 || memchr(text, '\0', bytes) != NULL)
        return WECOM_E_FORMAT;
    while (first < bytes && strchr(" \t\r\n", text[first]) != NULL)
        first++;
    if (first < bytes && text[first] == '{')
        return read_json(text, bytes, slots, count);
    if (first < bytes && text[first] == '<')
        return read_xml(text, bytes, slots, count);
    return WECOM_E_FORMAT;
}
