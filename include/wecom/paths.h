/* Where things are. The Makefile may set each of them (-D); nothing reads them from elsewhere. */
#ifndef WECOM_PATHS_H
#define WECOM_PATHS_H

#ifndef WECOM_SYSCONF_DIR
#define WECOM_SYSCONF_DIR "/etc/wecom"
#endif
#ifndef WECOM_RUN_DIR
#define WECOM_RUN_DIR "/run/wecom"
#endif
#ifndef WECOM_STATE_DIR
#define WECOM_STATE_DIR "/var/lib/wecom"
#endif

#define WECOM_CONFIG_FILE WECOM_SYSCONF_DIR "/wecom.conf"
#define WECOM_LINKS_FILE WECOM_SYSCONF_DIR "/links"
#define WECOM_LOGIN_SOCKET WECOM_RUN_DIR "/login.sock"
#define WECOM_ADMIN_SOCKET WECOM_RUN_DIR "/admin.sock"
#define WECOM_WEB_SOCKET WECOM_RUN_DIR "/web.sock"
#ifndef WECOM_TABLE_FILE
#define WECOM_TABLE_FILE WECOM_STATE_DIR "/public/accounts.cdb"
#endif

/* The system's own: fixed, since the guards of the module rest on them. */
#define WECOM_PASSWD_FILE "/etc/passwd"
#define WECOM_GROUP_FILE "/etc/group"

/* The account of the helper, and the group whose members may reach login.sock. */
#define WECOM_HELPER_USER "wecom"
#define WECOM_LOGIN_GROUP "wecom-pam"

/* The account of wecom-web; its group may reach web.sock. */
#define WECOM_WEB_USER "wecom-web"

#endif
