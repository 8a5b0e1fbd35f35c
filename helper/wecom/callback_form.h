/* What the two values look like that open the requests which WeCom sends to a message URL. Without
 * cryptography: whoever reads the configuration says what is wrong with them.
 */
#ifndef WECOM_HELPER_WECOM_CALLBACK_FORM_H
#define WECOM_HELPER_WECOM_CALLBACK_FORM_H

enum {
    CALLBACK_TOKEN_MAX_BYTES = 32, /* page 90930 */
    CALLBACK_KEY_CHARACTERS = 43,  /* of EncodingAESKey (page 90930) */
};

/* NULL, or a sentence for the administrator that repeats nothing of the value. */
const char *callback_wrong_token(const char *token);
const char *callback_wrong_key(const char *encoding_aes_key);

#endif
