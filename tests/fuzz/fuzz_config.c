/* libFuzzer target: arbitrary bytes as a configuration file. What is accepted is whole; what is
 * refused is told in one clean line.
 *
 *     clang -fsanitize=fuzzer,address,undefined -I. -Iinclude -D_GNU_SOURCE
 *         tests/fuzz/fuzz_config.c helper/config.c helper/inifile.c helper/options.c
 *         helper/secretfile.c common/localfiles.c common/names.c common/secret.c common/text.c
 * -linih
 */
#include "helper/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/names.h"
#include "common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static void check_app(const struct config *config, const struct config_app *app) {
    /* one without a name stands for a file that has none */
    must(name_is_word(app->name) || (config->apps_count == 1 && !config_has_keys(app)));
    must(config_find_app(config, app->name) == app && app->secret.len == 0);
    if (config_has_keys(app)) {
        must(name_is_corp_id(app->corp_id) && app->agent_id >= 1 && app->agent_id <= INT32_MAX);
        must(app->secret_file[0] == '/');
    } else {
        must(app->agent_id == 0 && app->secret_file[0] == '\0');
    }
    must(strncmp(app->api_url, "https://", 8) == 0);
    must(strpbrk(app->api_url, "@?# \t\r\n") == NULL);
    must(app->proxy[0] == '\0' || strchr(app->proxy, '@') == NULL);
    must(text_is_utf8(app->company, strlen(app->company)));
}

static void check_service(const struct config *config, const struct config_service *service) {
    must(name_is_word(service->name) && config_find_service(config, service->name) == service);
    must(service->app >= config->apps && service->app < config->apps + config->apps_count);
    must(service->methods != 0);
    must(!service->set_app || !service->account);
    must(service->set_app || config_has_keys(service->app));
    must(service->callers_count >= 1 && service->callers_count <= CONFIG_CALLERS);
    must(service->socket[0] == '\0' || service->socket[0] == '/');
    must(strlen(service->socket) <= 107);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int fd = memfd_create("config", MFD_CLOEXEC);
    struct config_error error = {""};
    struct config *config;
    char path[64];

    must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    config = config_read(path, &error);
    (void)close(fd);
    if (config == NULL) {
        must(strncmp(error.text, path, strlen(path)) == 0);
        must(strpbrk(error.text, "\n\r\t\x1B") == NULL);
        must(text_is_utf8(error.text, strlen(error.text)));
        return 0;
    }
    must(error.text[0] == '\0' && config->apps_count > 0);
    must(config->helper.socket[0] == '/' && strlen(config->helper.socket) <= 107);
    must(strcmp(config->helper.user, "root") != 0);
    for (size_t i = 0; i < config->apps_count; i++)
        check_app(config, &config->apps[i]);
    for (size_t i = 0; i < config->services_count; i++)
        check_service(config, &config->services[i]);
    config_free(config);
    return 0;
}
