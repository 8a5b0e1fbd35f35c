/* Command lines as a table of options. */
#include "tools/options.h"

#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "common/text.h"
#include "tools/say.h"
#include "wecom/limits.h"

/* The exit status of a command line that cannot be understood. */
enum { EXIT_USAGE = 2 };

/* The longest host name (RFC 1035, 2.3.4), bytes. */
enum { RHOST_MAX_BYTES = 255 };

static const struct option_rule *find(const struct option_rule *rules, size_t count,
                                      const char *name, size_t len) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(rules[i].name) == len && memcmp(rules[i].name, name, len) == 0)
            return &rules[i];
    }
    return NULL;
}

static bool wrong(struct options_fault *fault, enum texts_id text, const char *name, size_t len) {
    fault->text = text;
    (void)snprintf(fault->name, sizeof fault->name, "%.*s", (int)len, name);
    return false;
}

bool options_read_words(const struct option_rule *rules, size_t count, char *const *argv,
                        const char **values, struct options_words *words,
                        struct options_fault *fault) {
    bool only_words = false;

    *fault = (struct options_fault){0};
    for (size_t i = 0; i < count; i++)
        values[i] = NULL;
    words->count = 0;
    /* argv can be empty (execve(2)) */
    for (char *const *at = argv[0] != NULL ? argv + 1 : argv; *at != NULL; at++) {
        const char *equals = strchr(*at, '=');
        size_t len = equals != NULL ? (size_t)(equals - *at) : strlen(*at);
        const struct option_rule *rule;
        const char *value = equals != NULL ? equals + 1 : NULL;
        size_t most = len < 40 ? len : 40; /* of an unknown name, enough to recognize it */

        if (!only_words && words->most > 1 && strcmp(*at, "--") == 0) {
            only_words = true;
            continue;
        }
        if (only_words || (*at)[0] != '-' || (words->most > 1 && (*at)[1] == '\0')) {
            if (words->count == words->most)
                return wrong(fault, TEXT_UNEXPECTED_ARGUMENT, "", 0);
            words->words[words->count++] = *at;
            continue;
        }
        rule = find(rules, count, *at, len);
        if (rule == NULL)
            return wrong(fault, TEXT_UNKNOWN_OPTION, *at, most);
        if (values[rule - rules] != NULL)
            return wrong(fault, TEXT_OPTION_TWICE, *at, len);
        if (rule->is_fine == NULL) {
            if (value != NULL)
                return wrong(fault, TEXT_OPTION_HAS_NO_VALUE, *at, len);
            values[rule - rules] = "";
            continue;
        }
        if (value == NULL && (value = *++at) == NULL)
            return wrong(fault, TEXT_OPTION_NEEDS_VALUE, rule->name, len);
        if (!rule->is_fine(value)) {
            fault->rule = rule->rule;
            return wrong(fault, TEXT_OPTION_BAD_VALUE, rule->name, len);
        }
        values[rule - rules] = value;
    }
    return true;
}

bool options_read(const struct option_rule *rules, size_t count, char *const *argv,
                  const char **values, const char **operand, struct options_fault *fault) {
    const char *word = NULL;
    struct options_words words = {.words = &word, .most = operand != NULL ? 1 : 0};
    bool good = options_read_words(rules, count, argv, values, &words, fault);

    if (operand != NULL)
        *operand = word;
    return good;
}

int options_complain(const char *program, const struct options_fault *fault, enum texts_lang lang) {
    /* The rule is a word of the sentence, so each language is put together on its own. */
    static const enum texts_lang each[] = {TEXTS_ZH, TEXTS_EN};

    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        if (lang != TEXTS_BOTH && lang != each[i])
            continue;
        say_error(program, fault->text, each[i],
                  TEXTS_WORDS(fault->name, fault->second != NULL
                                               ? fault->second
                                               : texts_get(fault->rule, each[i])));
    }
    say_error(program, TEXT_SEE_HELP, lang, TEXTS_WORDS(program));
    return EXIT_USAGE;
}

bool options_is_user(const char *value) {
    size_t len = strlen(value);

    if (len == 0 || len > WECOM_USER_MAX_BYTES || !text_is_utf8(value, len))
        return false;
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)value[i] < 0x20 || value[i] == 0x7F)
            return false;
    }
    return true;
}

bool options_is_rhost(const char *value) {
    size_t len = strlen(value);

    return len > 0 && len <= RHOST_MAX_BYTES && value[0] != '-' &&
           strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:%_-") ==
               len;
}

bool options_is_socket(const char *value) {
    return value[0] == '/' && strlen(value) < sizeof((struct sockaddr_un *)0)->sun_path;
}

bool options_is_lang(const char *value) {
    enum texts_lang lang;

    return texts_lang_of(value, &lang);
}
