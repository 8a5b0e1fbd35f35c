/* What the two values look like that open the requests which WeCom sends to a message URL. */
#include "helper/wecom/callback_form.h"

#include <stdbool.h>
#include <string.h>

static bool is_all_alnum(const char *text) {
    return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")] ==
           '\0';
}

const char *callback_wrong_token(const char *token) {
    if (token[0] == '\0' || strlen(token) > CALLBACK_TOKEN_MAX_BYTES || !is_all_alnum(token))
        return "the Token must be 1 to 32 letters and digits: copy it from the application's page, "
               "receive messages, set API";
    return NULL;
}

const char *callback_wrong_key(const char *encoding_aes_key) {
    if (strlen(encoding_aes_key) != CALLBACK_KEY_CHARACTERS || !is_all_alnum(encoding_aes_key))
        return "the EncodingAESKey must be exactly 43 letters and digits: copy it from the "
               "application's page, receive messages, set API";
    return NULL;
}
