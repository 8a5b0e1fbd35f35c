/* Names and numbers for accounts and groups: what they are made of, and who may not have them. */
#include "helper/naming.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "common/names.h"

enum { PROBES = 100000 };

/* Names that give rights, or that a package may come to need. Every account has a primary group of
 * its own name, and a line such as "%admin ALL=(ALL) ALL" of a sudoers file, or a rule of polkit,
 * asks for no more than the group's name; it also holds where that group does not exist yet.
 */
/* clang-format off */
static const char *const reserved[] = {
    /* administrators: sudoers and polkit of Debian, Ubuntu, Fedora, SUSE, Arch */
    "root", "admin", "administrator", "wheel", "sudo", "adm", "staff", "operator", "system",
    /* as good as root, or nearly */
    "docker", "podman", "lxd", "incus", "incus-admin", "libvirt", "libvirtd", "kvm", "disk",
    "shadow", "kmem", "systemd-journal", "lpadmin", "netdev", "plugdev", "wireshark",
    /* systemd and the base system */
    "bin", "daemon", "sys", "tty", "utmp", "mail", "man", "uucp", "games", "video", "render",
    "audio", "input", "dialout", "cdrom", "floppy", "tape", "users", "nobody", "nogroup",
    "messagebus", "polkitd", "sgx",
    /* services that most hosts come to have */
    "sshd", "postgres", "mysql", "redis", "www-data", "nginx", "apache", "sssd", "ssl-cert",
    "wecom", "wecom-pam", "wecom-web",
};
/* clang-format on */

static bool is_reserved(const char *name) {
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (strcmp(name, reserved[i]) == 0)
            return true;
    }
    return false;
}

bool naming_is_free(const struct accounts *accounts, const char *name) {
    return !is_reserved(name) && !locals_has_name(accounts->locals, name);
}

static const char *source_of(const struct config_accounts *settings,
                             const struct answer_member *member) {
    switch (settings->username) {
    case CONFIG_USERNAME_ALIAS:
        return member->alias;
    case CONFIG_USERNAME_EMAIL:
        return member->email;
    case CONFIG_USERNAME_USERID:
        break;
    }
    return member->userid;
}

enum store_no_login naming_candidate(const struct config_accounts *settings,
                                     const struct answer_member *member,
                                     char name[WECOM_LOGIN_NAME_MAX_BYTES + 1]) {
    const char *source = source_of(settings, member);
    size_t len =
        settings->username == CONFIG_USERNAME_EMAIL ? strcspn(source, "@") : strlen(source);
    char made[STORE_EMAIL_BYTES + WECOM_LOGIN_NAME_MAX_BYTES], lower[sizeof made];
    bool starts_with_digit = source[0] >= '0' && source[0] <= '9';

    if (len == 0)
        return STORE_LOGIN_MISSING;
    if (len > STORE_EMAIL_BYTES - 1)
        return STORE_LOGIN_MALFORMED;
    (void)snprintf(made, sizeof made, "%s%.*s", starts_with_digit ? settings->name_prefix : "",
                   (int)len, source);
    if (!name_lower(lower, sizeof lower, made) || !name_is_login(lower))
        return STORE_LOGIN_MALFORMED;
    memcpy(name, lower, strlen(lower) + 1);
    return STORE_LOGIN_FINE;
}

/* The candidate, where nothing but another owner stands in its way; "" otherwise. */
static void find_name(const struct accounts *accounts, const struct answer_member *member,
                      struct store_account *account, char name[WECOM_LOGIN_NAME_MAX_BYTES + 1]) {
    account->no_login = naming_candidate(accounts->settings, member, name);
    if (account->no_login == STORE_LOGIN_FINE && !naming_is_free(accounts, name))
        account->no_login = STORE_LOGIN_LOCAL;
    if (account->no_login != STORE_LOGIN_FINE)
        name[0] = '\0';
}

enum wecom_error naming_look(const struct accounts *accounts, struct store_tx *tx,
                             const struct answer_member *member, struct store_account *account) {
    char name[WECOM_LOGIN_NAME_MAX_BYTES + 1], owner[WECOM_LOGIN_NAME_MAX_BYTES + 16];
    enum wecom_error err;

    find_name(accounts, member, account, name);
    if (name[0] == '\0')
        return WECOM_OK;
    err = store_name_owner(tx, name, owner, sizeof owner);
    if (err == WECOM_OK && strcmp(owner, account->id) != 0)
        account->no_login = STORE_LOGIN_TAKEN;
    return err == WECOM_E_ABSENT ? WECOM_OK : err;
}

enum wecom_error naming_login(const struct accounts *accounts, struct store_tx *tx,
                              const struct answer_member *member, struct store_account *account) {
    char name[WECOM_LOGIN_NAME_MAX_BYTES + 1];
    enum wecom_error err;

    find_name(accounts, member, account, name);
    if (name[0] == '\0')
        return WECOM_OK;
    err = store_take_name(tx, name, account->id);
    if (err == WECOM_E_PEER) {
        account->no_login = STORE_LOGIN_TAKEN;
        return WECOM_OK;
    }
    if (err == WECOM_OK)
        memcpy(account->login, name, strlen(name) + 1);
    return err;
}

static uint64_t hash_of(const char *space, const char *key) {
    char text[WECOM_LINK_MAX_BYTES + 1], lower[sizeof text];
    unsigned char digest[SHA256_DIGEST_LENGTH];
    uint64_t hash = 0;

    (void)snprintf(text, sizeof text, "%s/%s", space, key);
    (void)name_lower(lower, sizeof lower, text);
    SHA256((const unsigned char *)lower, strlen(lower), digest);
    for (size_t i = 0; i < sizeof hash; i++)
        hash = hash << 8 | digest[i];
    return hash;
}

enum wecom_error naming_number(const struct accounts *accounts, struct store_tx *tx,
                               const char *space, const char *key, const char *owner,
                               uint32_t *number) {
    uint32_t first = accounts->settings->uid_range[0];
    uint64_t size = (uint64_t)accounts->settings->uid_range[1] - first + 1;
    uint64_t start = hash_of(space, key) % size;

    for (uint64_t i = 0; i < PROBES && i < size; i++) {
        uint32_t candidate = first + (uint32_t)((start + i) % size);
        enum wecom_error err;

        if (locals_has_number(accounts->locals, candidate))
            continue;
        err = store_take_number(tx, candidate, owner);
        if (err == WECOM_OK)
            *number = candidate;
        if (err != WECOM_E_PEER)
            return err;
    }
    return WECOM_E_TOO_LONG;
}

enum wecom_error accounts_group(const struct accounts *accounts, struct store_tx *tx,
                                const char *name, uint32_t *gid) {
    char owner[WECOM_LOGIN_NAME_MAX_BYTES + 8];
    enum wecom_error err = store_find_group(tx, name, gid);

    if (err != WECOM_E_ABSENT)
        return err;
    if (!naming_is_free(accounts, name))
        return WECOM_E_PEER;
    (void)snprintf(owner, sizeof owner, "group %s", name);
    err = store_take_name(tx, name, owner);
    if (err == WECOM_OK)
        err = naming_number(accounts, tx, "group", name, owner, gid);
    if (err == WECOM_OK)
        err = store_insert_group(tx, name, *gid);
    return err;
}
