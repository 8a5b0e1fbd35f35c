/* The applications that services handed over: which there are, whose they are, and those at work.
 */
#include "helper/handed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/names.h"
#include "helper/log.h"

struct list {
    size_t count;
    struct handed_app apps[HANDED_MOST]; /* by name */
};

struct handed {
    struct client *client;
    char state_dir[CONFIG_PATH_BYTES];
    struct list *list;
};

static void free_list(struct list *list) {
    for (size_t i = 0; list != NULL && i < list->count; i++)
        client_app_unref(list->apps[i].app);
    free(list);
}

struct handed *handed_new(struct client *client, const char *state_dir) {
    struct handed *handed = calloc(1, sizeof *handed);

    if (handed == NULL)
        return NULL;
    handed->client = client;
    (void)snprintf(handed->state_dir, sizeof handed->state_dir, "%s", state_dir);
    handed->list = calloc(1, sizeof *handed->list);
    if (handed->list == NULL) {
        free(handed);
        return NULL;
    }
    return handed;
}

void handed_free(struct handed *handed) {
    if (handed == NULL)
        return;
    free_list(handed->list);
    free(handed);
}

static struct handed_app *find(struct list *list, const char *name) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->apps[i].name, name) == 0)
            return &list->apps[i];
    }
    return NULL;
}

struct client_app *handed_find(const struct handed *handed, const char *service, const char *name) {
    const struct handed_app *app = handed != NULL ? find(handed->list, name) : NULL;

    return app != NULL && strcmp(app->service, service) == 0 ? app->app : NULL;
}

const struct handed_app *handed_all(const struct handed *handed, size_t *count) {
    *count = handed->list->count;
    return handed->list->apps;
}

static int compare(const void *a, const void *b) {
    return strcmp(((const struct handed_app *)a)->name, ((const struct handed_app *)b)->name);
}

static void sort(struct list *list) {
    qsort(list->apps, list->count, sizeof list->apps[0], compare);
}

/* The keys, and all else from the application of the service. The secret stays that of the keys. */
static void combine(const struct config_service *service, const char *name,
                    const struct handed_keys *keys, struct config_app *settings) {
    *settings = *service->app;
    (void)snprintf(settings->name, sizeof settings->name, "%s", name);
    (void)snprintf(settings->corp_id, sizeof settings->corp_id, "%s", keys->corp_id);
    settings->agent_id = keys->agent_id;
    settings->secret = keys->secret;
    settings->secret_file[0] = '\0';
    if (keys->company[0] != '\0')
        (void)snprintf(settings->company, sizeof settings->company, "%s", keys->company);
}

/* The same in everything, what only hosts use included. */
static bool is_same(const struct client_app *app, const struct config_app *settings) {
    const struct config_app *old = client_app_settings(app);

    return config_same_app(old, settings) && strcmp(old->company, settings->company) == 0 &&
           strcmp(old->authorize_url, settings->authorize_url) == 0 &&
           strcmp(old->sso_url, settings->sso_url) == 0;
}

/* The application with these keys: `old` if it is that. NULL when there is no memory. */
static struct client_app *make_app(const struct handed *handed,
                                   const struct config_service *service, const char *name,
                                   const struct handed_keys *keys, struct client_app *old) {
    struct config_app settings;

    combine(service, name, keys, &settings);
    return old != NULL && is_same(old, &settings) ? client_app_ref(old)
                                                  : client_app_new(handed->client, &settings);
}

struct client_app *handed_try(const struct handed *handed, const struct config_service *service,
                              const char *name, const struct handed_keys *keys) {
    return make_app(handed, service, name, keys, NULL);
}

static void log_unused(const struct handed *handed, int level, const char *name,
                       const char *service, const char *why) {
    char path[CONFIG_PATH_BYTES + 64 + NAME_MAX];
    struct log_line l;

    (void)snprintf(path, sizeof path, "%s/apps/%s", handed->state_dir, name);
    log_begin(&l, level, "handed-over application not used");
    log_text(&l, "file", path);
    log_text(&l, "service", service);
    log_text(&l, "detail", why);
    log_end(&l);
}

/* Why good keys are not used under this configuration; NULL when they are. */
static const char *unusable(const struct config *config, const struct config_service *service,
                            const char *name) {
    if (config_find_app(config, name) != NULL)
        return "the configuration file has an [app] of that name";
    return service == NULL || !service->set_app
               ? "the service that handed it over has not set_app=yes"
               : NULL;
}

/* Reads one file into the next place of the list. */
static void load_one(const struct handed *handed, const struct config *config, int directory,
                     const char *name, struct list *list) {
    struct handed_app *app = &list->apps[list->count++], *old = find(handed->list, name);
    const struct config_service *service;
    struct handed_keys keys;
    const char *why;

    (void)snprintf(app->name, sizeof app->name, "%.*s", WECOM_SERVICE_MAX_BYTES, name);
    if (!handed_file_read(directory, name, &keys, app->why, sizeof app->why)) {
        log_unused(handed, LOG_ERR, name, NULL, app->why);
        return;
    }
    memcpy(app->service, keys.service, sizeof app->service);
    service = config_find_service(config, keys.service);
    why = unusable(config, service, name);
    if (why == NULL) {
        app->app = make_app(handed, service, name, &keys, old != NULL ? old->app : NULL);
        if (app->app == NULL)
            why = "out of memory";
        else
            client_app_forget_failure(app->app);
    }
    if (why != NULL) {
        (void)snprintf(app->why, sizeof app->why, "%s", why);
        log_unused(handed, LOG_WARNING, name, app->service, why);
    }
    handed_keys_clear(&keys);
}

static void load_all(const struct handed *handed, const struct config *config, DIR *dir,
                     struct list *list) {
    const struct dirent *entry;

    while ((entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (strcmp(name, HANDED_FILE_NEW) == 0)
            (void)unlinkat(dirfd(dir), name, 0); /* left behind by a crash */
        else if (!name_is_word(name))
            log_unused(handed, LOG_ERR, name, NULL, "its name is none of an application");
        else if (list->count == HANDED_MOST)
            log_unused(handed, LOG_ERR, name, NULL, "there are 256 others already");
        else
            load_one(handed, config, dirfd(dir), name, list);
    }
}

void handed_load(struct handed *handed, const struct config *config) {
    struct list *list = calloc(1, sizeof *list);
    char why[CONFIG_PATH_BYTES + 256] = "out of memory";
    int directory = -1;
    DIR *dir = NULL;

    if (list != NULL)
        directory = handed_file_directory(handed->state_dir, false, why, sizeof why);
    if (directory >= 0)
        dir = fdopendir(directory);
    if (dir != NULL) {
        load_all(handed, config, dir, list);
        (void)closedir(dir);
    } else if (directory >= 0) {
        (void)snprintf(why, sizeof why, "%s", strerror(errno));
        (void)close(directory);
    }
    if (why[0] != '\0')
        log_event(LOG_ERR, "handed-over applications not used", why);
    if (list == NULL)
        return;
    sort(list);
    free_list(handed->list);
    handed->list = list;
}

enum handed_refusal handed_refuses(const struct handed *handed, const struct config *config,
                                   const char *service_name, const char *name) {
    const struct config_service *service = config_find_service(config, service_name);
    const struct handed_app *old = find(handed->list, name);
    size_t of_service = 0;

    if (service == NULL || !service->set_app)
        return HANDED_NOT_PERMITTED;
    if (!name_is_word(name))
        return HANDED_ODD_NAME;
    if (config_find_app(config, name) != NULL)
        return HANDED_NAME_OF_FILE;
    if (old != NULL)
        return strcmp(old->service, service_name) == 0 ? HANDED_MAY : HANDED_NAME_OF_OTHER;
    for (size_t i = 0; i < handed->list->count; i++)
        of_service += strcmp(handed->list->apps[i].service, service_name) == 0;
    return handed->list->count < HANDED_MOST && of_service < HANDED_MOST_OF_SERVICE ? HANDED_MAY
                                                                                    : HANDED_FULL;
}

/* A file that came behind our back is nobody's to replace. */
static bool is_taken(int directory, const char *name) {
    struct stat st;

    return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void keep(struct list *list, const char *name, const char *service, struct client_app *app) {
    struct handed_app *at = find(list, name);

    if (at == NULL)
        at = &list->apps[list->count++];
    client_app_unref(at->app);
    *at = (struct handed_app){.app = app};
    (void)snprintf(at->name, sizeof at->name, "%s", name);
    (void)snprintf(at->service, sizeof at->service, "%s", service);
    sort(list);
}

enum handed_refusal handed_put(struct handed *handed, const struct config *config, const char *name,
                               const struct handed_keys *keys, struct client_app *tried, char *why,
                               size_t why_bytes) {
    enum handed_refusal refusal = handed_refuses(handed, config, keys->service, name);
    struct client_app *app;
    int directory;

    why[0] = '\0';
    if (refusal != HANDED_MAY)
        return refusal;
    app = make_app(handed, config_find_service(config, keys->service), name, keys, tried);
    if (app == NULL) {
        (void)snprintf(why, why_bytes, "out of memory");
        return HANDED_MAY;
    }
    directory = handed_file_directory(handed->state_dir, true, why, why_bytes);
    if (directory >= 0 && find(handed->list, name) == NULL && is_taken(directory, name))
        refusal = HANDED_NAME_OF_OTHER;
    else if (directory >= 0 && handed_file_write(directory, name, keys, why, why_bytes)) {
        keep(handed->list, name, keys->service, app);
        app = NULL;
    }
    client_app_unref(app);
    if (directory >= 0)
        (void)close(directory);
    return refusal;
}

const char *handed_cure(const struct config_app *settings, const char *cure) {
    static const char *const cures[][2] = {
        {"cure_secret", "handed_cure_secret"},
        {"cure_secret_reset", "handed_cure_secret_reset"},
        {"cure_corp", "handed_cure_corp"},
        {"cure_agent", "handed_cure_agent"},
    };

    if (cure == NULL || settings->secret_file[0] != '\0')
        return cure;
    for (size_t i = 0; i < sizeof cures / sizeof cures[0]; i++) {
        if (strcmp(cures[i][0], cure) == 0)
            return cures[i][1];
    }
    return cure;
}
