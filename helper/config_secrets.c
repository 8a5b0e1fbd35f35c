/* The secrets that the configuration names: read when privileges have gone, and looked at for their
 * form. Not in wecom-web, which has none of WeCom's.
 */
#include "helper/config.h"
#include "helper/inifile.h"
#include "helper/secretfile.h"
#include "helper/wecom/callback_form.h"

/* One secret of an application; `check` answers what is wrong with it, NULL: nothing. */
static bool read_secret(const struct config *config, const struct config_app *app, const char *key,
                        const char *file, struct secret *secret,
                        const char *(*check)(const char *value), struct config_error *error) {
    const char *wrong = NULL;
    char why[256];

    if (!secretfile_read(file, secret, why, sizeof why))
        wrong = why;
    else if (check != NULL)
        wrong = check(secret->bytes);
    if (wrong != NULL)
        inifile_fail(error, config->file, app->line, NULL, "[app %s] %s: %s: %s", app->name, key,
                     file, wrong);
    return wrong == NULL;
}

bool config_read_secrets(struct config *config, struct config_error *error) {
    for (size_t i = 0; i < config->apps_count; i++) {
        struct config_app *app = &config->apps[i];

        if (config_has_keys(app) &&
            !read_secret(config, app, "secret_file", app->secret_file, &app->secret, NULL, error))
            return false;
        if (config_has_callback(app) &&
            (!read_secret(config, app, "callback_token_file", app->callback_token_file,
                          &app->callback_token, callback_wrong_token, error) ||
             !read_secret(config, app, "callback_aes_key_file", app->callback_aes_key_file,
                          &app->callback_aes_key, callback_wrong_key, error)))
            return false;
    }
    return true;
}
