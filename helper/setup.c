/* A configuration at work: the file's settings and the applications made from them. */
#include "helper/setup.h"

#include <stdlib.h>

static struct client_app *same_app(const struct setup *old, const struct config_app *settings) {
    for (size_t i = 0; old != NULL && i < old->config->apps_count; i++) {
        if (config_same_app(client_app_settings(old->apps[i]), settings))
            return old->apps[i];
    }
    return NULL;
}

struct setup *setup_new(struct client *client, struct config *config, const struct setup *old) {
    struct setup *setup = calloc(1, sizeof *setup);

    if (setup == NULL) {
        config_free(config);
        return NULL;
    }
    setup->references = 1;
    setup->config = config;
    setup->apps = calloc(config->apps_count, sizeof(struct client_app *));
    setup->counts = calloc(config->services_count + 1, sizeof *setup->counts);
    if (setup->apps == NULL || setup->counts == NULL)
        goto refuse;
    for (size_t i = 0; i < config->apps_count; i++) {
        struct client_app *app = same_app(old, &config->apps[i]);

        setup->apps[i] =
            app != NULL ? client_app_ref(app) : client_app_new(client, &config->apps[i]);
        if (setup->apps[i] == NULL)
            goto refuse;
        client_app_forget_failure(setup->apps[i]);
    }
    return setup;
refuse:
    setup_unref(setup);
    return NULL;
}

struct setup *setup_ref(struct setup *setup) {
    setup->references++;
    return setup;
}

void setup_unref(struct setup *setup) {
    if (setup == NULL || --setup->references > 0)
        return;
    for (size_t i = 0; setup->apps != NULL && i < setup->config->apps_count; i++)
        client_app_unref(setup->apps[i]);
    free(setup->apps);
    free(setup->counts);
    config_free(setup->config);
    free(setup);
}

struct client_app *setup_app(const struct setup *setup, const struct config_service *service) {
    const struct config *c = setup->config;

    return setup->apps[(service != NULL ? service->app : c->accounts.app) - c->apps];
}

struct setup_counts *setup_counts(const struct setup *setup, const struct config_service *service) {
    size_t last = setup->config->services_count;

    return &setup->counts[service != NULL ? (size_t)(service - setup->config->services) : last];
}
