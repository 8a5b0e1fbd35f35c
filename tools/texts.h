/* What the two programs say to people: one table, English and Chinese side by side.
 * "{1}" to "{9}" are places for words that the caller has.
 */
#ifndef WECOM_TOOLS_TEXTS_H
#define WECOM_TOOLS_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

enum texts_lang {
    TEXTS_BOTH, /* both, Chinese first */
    TEXTS_ZH,
    TEXTS_EN,
};

/* clang-format off */

/* X(constant, English, Chinese) */
#define TEXTS(X)                                                                                   \
    /* what is wrong with a command line */                                                        \
    X(UNKNOWN_OPTION, "unknown option {1}", "未知选项 {1}")                                        \
    X(OPTION_TWICE, "{1} is given twice", "{1} 出现了两次")                                        \
    X(OPTION_NEEDS_VALUE, "{1} needs a value", "{1} 后面缺少值")                                   \
    X(OPTION_HAS_NO_VALUE, "{1} takes no value", "{1} 不接受值")                                   \
    X(OPTION_BAD_VALUE, "the value of {1} is not allowed: {2}", "{1} 的值不符合要求：{2}")         \
    X(UNEXPECTED_ARGUMENT, "there is an argument too many", "多了一个参数")                        \
    X(OPTION_MISSING, "{1} is missing", "缺少 {1}")                                                \
    X(OPTION_NOT_HERE, "{1} does not go with {2}", "{1} 不能与 {2} 一起使用")                      \
    X(COMMAND_MISSING, "a command is missing", "缺少命令")                                         \
    X(UNKNOWN_COMMAND, "unknown command {1}", "未知命令 {1}")                                      \
    X(SEE_HELP, "{1} --help tells how it is used", "用法见 {1} --help")                            \
    X(RULE_WORD, "1 to 64 of A-Z a-z 0-9 _ - . and neither - nor . first",                         \
      "1 到 64 个字符，可用 A-Z a-z 0-9 _ - .，首字符不能是 - 或 .")                               \
    X(RULE_USER, "1 to 256 bytes of UTF-8 without control characters",                             \
      "1 到 256 字节的 UTF-8，不含控制字符")                                                       \
    X(RULE_RHOST, "an IP address or a host name", "IP 地址或主机名")                               \
    X(RULE_PATH, "an absolute path of at most 107 bytes", "绝对路径，最多 107 字节")               \
    X(RULE_LANG, "zh, en or both", "zh、en 或 both")                                               \
    /* the helper cannot be reached, or its answer is not usable */                                \
    X(HELPER_ABSENT,                                                                               \
      "No helper answers at {1}. Is it running? Look with: systemctl status wecom-helper",         \
      "{1} 上没有 helper 应答。请查看它是否在运行：systemctl status wecom-helper")                 \
    X(HELPER_FORBIDDEN_ADMIN,                                                                      \
      "The system does not permit you to open {1} ({2}). Run wecomctl as root.",                   \
      "系统不允许打开 {1}（{2}）。请以 root 身份运行 wecomctl。")                                  \
    X(HELPER_FORBIDDEN_LOGIN,                                                                      \
      "The system does not permit this user to open {1} ({2}). Put the user of the calling "       \
      "program into the group wecom-pam and start that program again.",                            \
      "系统不允许当前用户打开 {1}（{2}）。请把调用程序的用户加入 wecom-pam 组，再重启该程序。")    \
    X(HELPER_FOREIGN,                                                                              \
      "The process behind {1} runs neither as root nor as the user wecom: it is not trusted. "     \
      "Look with: ss -xlp",                                                                        \
      "{1} 背后的进程既不属于 root 也不属于 wecom 用户，不可信任。请用 ss -xlp 查看。")            \
    X(HELPER_SLOW, "The helper at {1} gave no complete answer within {2} s. Try again; its log: "  \
      "journalctl -u wecom-helper",                                                                \
      "{1} 上的 helper 在 {2} 秒内没有给出完整应答。请重试；日志：journalctl -u wecom-helper")     \
    X(HELPER_HUNG_UP, "The helper at {1} hung up before the end of its answer. Its log: "          \
      "journalctl -u wecom-helper",                                                                \
      "{1} 上的 helper 在应答结束前断开了连接。日志：journalctl -u wecom-helper")                  \
    X(HELPER_GARBLED, "What came from {1} is not of this version's protocol. Are this program "    \
      "and wecom-helper of the same version? systemctl restart wecom-helper after an update.",     \
      "{1} 的应答不符合本版本的协议。请确认本程序与 wecom-helper 版本一致；更新后执行 "            \
      "systemctl restart wecom-helper。")                                                          \
    X(HELPER_FLOODS, "The helper at {1} sent more than this program takes: it gave up.",           \
      "{1} 上的 helper 发来的数据超出上限，已放弃。")                                              \
    X(HELPER_SYSTEM, "The helper at {1} could not be asked: {2}", "无法询问 {1} 上的 helper：{2}") \
    X(NO_MEMORY, "There is not enough memory.", "内存不足。")                                      \
    X(HELPER_DENIED, "The helper refused ({1}).", "helper 拒绝了请求（{1}）。")                    \
    X(WRITE_FAILED, "The output could not be written: {1}", "无法写出结果：{1}")                   \
    /* wecom-login */                                                                              \
    X(LOGIN_START, "The process could not be protected: {1}", "无法保护进程：{1}")                 \
    X(INPUT_READ, "Standard input could not be read: {1}", "无法读取标准输入：{1}")                \
    X(INPUT_SLOW, "Standard input did not end within {1} s. Write one JSON object and close it.",  \
      "标准输入在 {1} 秒内没有结束。请写入一个 JSON 对象后关闭。")                                 \
    X(INPUT_LONG, "Standard input holds more than {1} bytes. One small JSON object is expected.",  \
      "标准输入超过 {1} 字节。应为一个很小的 JSON 对象。")                                         \
    X(INPUT_FORM, "Standard input must hold exactly one JSON object of the form "                  \
      "{\"code\":\"...\"}, each key once and no other key.",                                       \
      "标准输入必须恰好是一个形如 {\"code\":\"...\"} 的 JSON 对象，键不重复，也没有其他键。")      \
    X(KEYS_FORM, "Standard input must hold exactly one JSON object of the form "                   \
      "{\"corp_id\":\"...\",\"agent_id\":1000002,\"secret\":\"...\"}, each key once; \"company\" "   \
      "may be there too, of at most 255 bytes, and no other key.",                                 \
      "标准输入必须恰好是一个形如 {\"corp_id\":\"...\",\"agent_id\":1000002,\"secret\":\"...\"} 的 "  \
      "JSON 对象，键不重复；可另有 \"company\"（最多 255 字节），不得有其他键。")                  \
    X(KEYS_CORP, "This is not a Company ID of WeCom: admin console > My Company > Company ID, "    \
      "such as ww1234567890abcdef.",                                                               \
      "这不是企业微信的企业 ID：见管理后台“我的企业”中的企业 ID，例如 ww1234567890abcdef。")       \
    X(KEYS_AGENT, "This is not an AgentId of WeCom: it is the number on the application's page, "  \
      "such as 1000002.",                                                                          \
      "这不是企业微信的 AgentId：它是应用页面上的数字，例如 1000002。")                            \
    X(KEYS_SECRET, "This is not a Secret of WeCom: copy it once more from the application's page.", \
      "这不是企业微信的 Secret：请从应用页面重新复制。")                                           \
    X(CODE_IMPOSSIBLE, "This is not a code of WeCom. Please sign in again.",                       \
      "这不是企业微信的代码，请重新登录。")                                                        \
    X(PAM_START, "The PAM service {1} could not be started ({2}). Look at /etc/pam.d/{1} and the " \
      "system log.", "无法启动 PAM 服务 {1}（{2}）。请检查 /etc/pam.d/{1} 和系统日志。")           \
    X(PAM_BROKEN, "The PAM stack of {1} does not work ({2}). Look at /etc/pam.d/{1} and the "      \
      "system log.", "{1} 的 PAM 配置无法工作（{2}）。请检查 /etc/pam.d/{1} 和系统日志。")         \
    X(PAM_ASKS_NAME, "The PAM stack of {1} asks for a user name. Pass --user, or give "            \
      "pam_wecom.so the argument identity in /etc/pam.d/{1}.",                                     \
      "{1} 的 PAM 配置要求用户名。请传入 --user，或在 /etc/pam.d/{1} 中给 pam_wecom.so 加上 "      \
      "identity 参数。")                                                                           \
    X(PAM_ASKS_MORE, "The sign-in asked a question that this program cannot answer. For {1} only " \
      "methods=code is possible.", "登录过程提出了本程序无法回答的问题。{1} 只能使用 methods=code。") \
    X(PAM_NO_USER, "The PAM stack of {1} let somebody in without saying who. Look at "             \
      "/etc/pam.d/{1}.", "{1} 的 PAM 配置放行了，却没有说明是谁。请检查 /etc/pam.d/{1}。")         \
    X(PAM_REFUSED, "The sign-in was refused ({1}).", "登录被拒绝（{1}）。")                        \
    X(PAM_HELPER_DOWN, "The sign-in service does not answer. Please try again later, or tell your " \
      "administrator.", "登录服务没有应答。请稍后重试，或联系管理员。")                            \
    /* help */                                                                                     \
    X(USAGE, "usage:", "用法：")                                                                   \
    X(HELP_LOGIN, "sign a person in with the code on standard input, {\"code\":\"...\"}",          \
      "用标准输入中的代码登录，{\"code\":\"...\"}")                                                \
    X(HELP_ACCOUNT, "is this person still in?", "此人是否仍可使用？")                              \
    X(HELP_INFO, "corp id, agent id, company and URLs of the service's application",               \
      "该服务所用应用的企业 ID、AgentId、企业名称和各 URL")                                        \
    X(HELP_APP_CHECK, "check the service's application", "检查该服务所用的应用")                   \
    X(HELP_SET_APP, "hand over the keys of an application of the service's own, from standard "    \
      "input: {\"corp_id\":...,\"agent_id\":...,\"secret\":...}",                                  \
      "提交该服务自有应用的密钥，由标准输入给出："                                                 \
      "{\"corp_id\":...,\"agent_id\":...,\"secret\":...}")                                         \
    X(HELP_STATUS, "what the helper is doing now", "helper 的当前状态")                            \
    X(HELP_CHECK, "check configuration, network and WeCom, and say how to cure what is wrong",     \
      "检查配置、网络和企业微信，并给出解决办法")                                                  \
    X(HELP_RELOAD, "let the helper read its configuration again", "让 helper 重新读取配置")        \
    X(HELP_VERSION, "the versions of this program and of the helper", "本程序和 helper 的版本")    \
    /* wecomctl status */                                                                          \
    X(LABEL_VERSION, "version", "版本")                                                            \
    X(LABEL_PID, "process", "进程")                                                                \
    X(LABEL_UPTIME, "running for", "已运行")                                                       \
    X(LABEL_CONFIG, "configuration", "配置文件")                                                   \
    X(LABEL_USER, "user", "用户")                                                                  \
    X(LABEL_WAITING, "waiting logins", "等待中的登录")                                             \
    X(LABEL_GRANTED, "granted", "放行")                                                            \
    X(LABEL_DENIED, "denied", "拒绝")                                                              \
    X(LABEL_APP, "APP", "应用")                                                                    \
    X(LABEL_HANDED_BY, "HANDED OVER BY", "提交者")                                                 \
    X(LABEL_CORP_ID, "CORP ID", "企业 ID")                                                         \
    X(LABEL_AGENT_ID, "AGENT ID", "AgentId")                                                       \
    X(LABEL_TOKEN, "TOKEN", "令牌")                                                                \
    X(LABEL_REQUESTS, "REQUESTS", "请求数")                                                        \
    X(LABEL_LAST_ERROR, "LAST ERROR", "最近的错误")                                                \
    X(LABEL_SERVICE, "SERVICE", "服务")                                                            \
    X(LABEL_METHODS, "METHODS", "方式")                                                            \
    X(LABEL_ACCOUNT, "ACCOUNT", "本机账户")                                                        \
    X(LABEL_CALLERS, "CALLERS", "调用者")                                                          \
    X(LABEL_SERVICE_GRANTED, "GRANTED", "放行")                                                    \
    X(LABEL_SERVICE_DENIED, "DENIED", "拒绝")                                                      \
    X(NONE, "none", "无")                                                                          \
    X(RELOAD_FAILED, "The last reload failed, the configuration before it is in use: {1}",         \
      "上一次重新读取配置失败，仍在使用之前的配置：{1}")                                           \
    /* wecomctl check */                                                                           \
    X(ITEM_CONFIGURATION, "configuration", "配置")                                                 \
    X(ITEM_KEYS, "keys", "密钥")                                                                   \
    X(ITEM_NAME_RESOLUTION, "name resolution", "域名解析")                                         \
    X(ITEM_TLS, "TLS", "加密连接")                                                                 \
    X(ITEM_TOKEN, "token", "令牌")                                                                 \
    X(ITEM_AGENT, "agent", "应用")                                                                 \
    X(ITEM_TRUSTED_DOMAIN, "trusted domain", "可信域名")                                           \
    X(ITEM_VISIBLE_RANGE, "visible range", "可见范围")                                             \
    X(ITEM_CALLBACK, "message URL", "接收消息")                                                    \
    X(ITEM_CLOCK, "clock", "时钟")                                                                 \
    X(CHECK_SUMMARY, "{1} checks: {2} ok, {3} warnings, {4} failed, {5} skipped",                  \
      "共 {1} 项检查：正常 {2}，警告 {3}，失败 {4}，跳过 {5}")                                     \
    X(CHECK_NOTHING, "The helper checked nothing.", "helper 没有检查任何项目。")                   \
    /* wecomctl: words behind a command */                                                         \
    X(ARGUMENT_MISSING, "something is missing: {1}{2}", "缺少参数：{1}{2}")                        \
    X(ARGUMENT_BAD,                                                                                \
      "an argument of {1} is empty, longer than 256 bytes or has control characters",              \
      "{1} 的某个参数为空、超过 256 字节或含有控制字符")                                           \
    X(HELP_ACCOUNTS,                                                                               \
      "accounts of this host: wecomctl accounts --help",                                           \
      "本机账户：wecomctl accounts --help")                                                        \
    /* wecomctl accounts */                                                                        \
    X(HELP_ACC_LIST,                                                                               \
      "all accounts, or those with this state or text",                                            \
      "列出全部账户，或符合状态、文字的账户")                                                      \
    X(HELP_ACC_SHOW,                                                                               \
      "everything about one account (login name, userid, uid or id)",                              \
      "某个账户的全部信息（登录名、userid、uid 或 ID）")                                           \
    X(HELP_ACC_ADD,                                                                                \
      "make accounts for members, also with provision=no",                                         \
      "为成员建立账户，provision=no 时亦可")                                                       \
    X(HELP_ACC_ALIAS,                                                                              \
      "give a login name; a former one stays reserved",                                            \
      "指定登录名；原登录名继续保留")                                                              \
    X(HELP_ACC_LINK,                                                                               \
      "let a member use a local account of /etc/passwd",                                           \
      "让成员使用 /etc/passwd 中的本地账户")                                                       \
    X(HELP_ACC_UNLINK, "undo a link", "取消关联")                                                  \
    X(HELP_ACC_DISABLE, "switch an account off", "停用账户")                                       \
    X(HELP_ACC_ENABLE, "switch it on again", "重新启用账户")                                       \
    X(HELP_ACC_RENAME,                                                                             \
      "the userid was changed in WeCom: same person, same account",                                \
      "userid 在企业微信中已更改：同一个人，同一个账户")                                           \
    X(HELP_ACC_READMIT,                                                                            \
      "the userid came back after a deletion: same person, or --new",                              \
      "userid 删除后再次出现：同一个人，或 --new 另一个人")                                        \
    X(HELP_ACC_EXPORT,                                                                             \
      "names and uids for other hosts",                                                            \
      "导出登录名和 uid，供其他主机使用")                                                          \
    X(HELP_ACC_IMPORT,                                                                             \
      "take over what another host exported, all or nothing",                                      \
      "导入其他主机导出的账户，全部成功或全不更改")                                                \
    X(STATE_UNKNOWN,                                                                               \
      "There is no state {1}. States are: {2}.",                                                   \
      "没有 {1} 这个状态。可用的状态：{2}。")                                                      \
    X(NO_ACCOUNTS, "There is no such account.", "没有符合条件的账户。")                            \
    X(ACCOUNTS_COUNT, "{1} accounts", "共 {1} 个账户")                                             \
    X(USERID_LONG,                                                                                 \
      "{1} is longer than a WeCom userid can be (64 bytes).",                                      \
      "{1} 超过企业微信 userid 的最大长度（64 字节）。")                                           \
    X(LABEL_LOGIN, "LOGIN", "登录名")                                                              \
    X(LABEL_USERID, "USERID", "userid")                                                            \
    X(LABEL_NAME, "NAME", "姓名")                                                                  \
    X(LABEL_UID, "UID", "uid")                                                                     \
    X(LABEL_STATE, "STATE", "状态")                                                                \
    X(LABEL_NO_LOGIN, "NO LOGIN", "无登录名")                                                      \
    X(LABEL_CONFIRMED, "CONFIRMED", "上次确认")                                                    \
    X(LABEL_LOCALNAME, "LOCAL USER", "本地用户")                                                   \
    X(LABEL_GECOS, "LOCAL NAME", "本地姓名")                                                       \
    X(STATE_ACTIVE, "active", "正常")                                                              \
    X(STATE_DISABLED, "disabled", "已禁用")                                                        \
    X(STATE_NOT_ACTIVATED, "not activated", "未激活")                                              \
    X(STATE_LEFT, "left", "已退出")                                                                \
    X(STATE_OUT_OF_RANGE, "out of range", "不可见")                                                \
    X(STATE_DELETED, "deleted", "已删除")                                                          \
    X(STATE_HELD, "held", "被保留")                                                                \
    X(STATE_SWITCHED_OFF, "switched off", "已停用")                                                \
    X(NO_LOGIN_MALFORMED, "malformed", "不合规则")                                                 \
    X(NO_LOGIN_TAKEN, "taken", "已被占用")                                                         \
    X(NO_LOGIN_LOCAL, "local name", "本机名字")                                                    \
    X(NO_LOGIN_NONE, "none given", "未提供")                                                       \
    X(LABEL_LOGIN_OF, "login name", "登录名")                                                      \
    X(LABEL_NO_LOGIN_OF, "no login name", "无登录名原因")                                          \
    X(LABEL_UID_OF, "uid and gid", "uid 和 gid")                                                   \
    X(LABEL_STATE_OF, "state", "状态")                                                             \
    X(LABEL_USERID_OF, "userid", "userid")                                                         \
    X(LABEL_CORP_OF, "company", "企业")                                                            \
    X(LABEL_NAME_OF, "name", "姓名")                                                               \
    X(LABEL_ALIAS_OF, "alias", "别名")                                                             \
    X(LABEL_MOBILE_OF, "mobile", "手机")                                                           \
    X(LABEL_EMAIL_OF, "e-mail", "邮箱")                                                            \
    X(LABEL_DEPARTMENTS_OF, "departments", "部门")                                                 \
    X(LABEL_TAGS_OF, "tags", "标签")                                                               \
    X(LABEL_GROUPS_OF, "groups", "组")                                                             \
    X(LABEL_SERVICES_OF, "services", "可用服务")                                                   \
    X(LABEL_RECOVERY_OF, "recovery codes", "剩余恢复码")                                           \
    X(LABEL_HOST_OF, "host account", "本机账户")                                                   \
    X(LABEL_ADDED_OF, "added by hand", "手工添加")                                                 \
    X(LABEL_AGE_OF, "confirmed before", "距上次确认")                                              \
    X(LABEL_CONFIRMED_OF, "asked about", "上次单独查询")                                           \
    X(LABEL_CREATED_OF, "made", "建立时间")                                                        \
    X(LABEL_FIRST_LOGIN_OF, "first login", "首次登录")                                             \
    X(LABEL_WITHDRAWN_OF, "withdrawn", "失效时间")                                                 \
    X(LABEL_CHANGED_OF, "changed", "最近更改")                                                     \
    X(LABEL_ID_OF, "account id", "账户 ID")                                                        \
    /* wecomctl accounts export, import */                                                         \
    X(EXPORTED, "{1} accounts written to {2}", "已将 {1} 个账户写入 {2}")                          \
    X(IMPORTED,                                                                                    \
      "{1} rows imported: {2} new, {3} changed, {4} as they were",                                 \
      "已导入 {1} 行：新建 {2}，更改 {3}，未变 {4}")                                               \
    X(WOULD_IMPORT,                                                                                \
      "{1} rows are good: {2} would be new, {3} changed, {4} as they are. Nothing was "            \
      "imported.",                                                                                 \
      "{1} 行均可导入：将新建 {2}，更改 {3}，不变 {4}。没有导入任何内容。")                        \
    X(FILE_READ, "{1} cannot be read: {2}", "无法读取 {1}：{2}")                                   \
    X(FILE_WRITE, "{1} cannot be written: {2}", "无法写入 {1}：{2}")                               \
    X(FILE_EMPTY,                                                                                  \
      "The file has no accounts. It should hold what wecomctl accounts export writes.",            \
      "文件中没有账户。应为 wecomctl accounts export 导出的内容。")                                \
    X(FILE_QUOTE,                                                                                  \
      "A quote is missing or misplaced. Cells with quotes are written as RFC 4180 has it.",        \
      "引号缺失或位置不对。带引号的单元格须符合 RFC 4180。")                                       \
    X(FILE_CELLS,                                                                                  \
      "The row has another number of cells than the first line names columns.",                    \
      "该行的单元格数与首行的列数不同。")                                                          \
    X(FILE_UTF8,                                                                                   \
      "This is not UTF-8. Save the file as CSV UTF-8.",                                            \
      "不是 UTF-8 编码。请将文件另存为 CSV UTF-8。")                                               \
    X(FILE_COLUMN,                                                                                 \
      "The column {1} is missing, unknown or there twice. Columns are: account corp userid "       \
      "login uid name state.",                                                                     \
      "列 {1} 缺失、未知或重复。可用的列：account corp userid login uid name state。")             \
    X(FILE_JSON, "This is not the JSON of an account. {1}", "这不是账户的 JSON。{1}")              \
    X(FILE_ROW_LONG,                                                                               \
      "The row is longer than any account. Is it the right file?",                                 \
      "该行比任何账户都长。文件是否正确？")                                                        \
    /* wecomctl accounts link, unlink */                                                           \
    X(LINK_USAGE,                                                                                  \
      "link takes LOCALNAME USERID [--force], or --same-names [--yes]",                            \
      "link 的参数为 本地名 USERID [--force]，或 --same-names [--yes]")                            \
    X(LINK_ROOT,                                                                                   \
      "Only root may write /etc/wecom/links. Run this with sudo.",                                 \
      "只有 root 可以写 /etc/wecom/links。请用 sudo 运行。")                                       \
    X(LINK_NOT_LOCAL,                                                                              \
      "{1} is not a name of /etc/passwd. Other users need no link: their login name comes "        \
      "from WeCom.",                                                                               \
      "{1} 不在 /etc/passwd 中。其他用户不需要关联：他们的登录名来自企业微信。")                   \
    X(LINK_UID_0,                                                                                  \
      "{1} has uid 0 (or none), which can never be linked. Link your own account and use "         \
      "sudo.",                                                                                     \
      "{1} 的 uid 是 0（或无效），不能关联。请关联自己的账户并使用 sudo。")                        \
    X(LINK_FORM,                                                                                   \
      "{1} cannot be a WeCom userid. Give USERID or CORP_ID/USERID.",                              \
      "{1} 不能是企业微信的 userid。请给出 USERID 或 企业 ID/USERID。")                            \
    X(LINK_FORCED,                                                                                 \
      "With --force nobody is asked: give CORP_ID/USERID, not {1}.",                               \
      "使用 --force 时不做查询：请给出 企业 ID/USERID，而不是 {1}。")                              \
    X(LINK_NOT_ACTIVE,                                                                             \
      "{1} is not active in WeCom ({2}). Try again when the person has signed in to WeCom, "       \
      "or add --force.",                                                                           \
      "{1} 在企业微信中不是正常状态（{2}）。请在此人登录企业微信后再试，或加上 --force。")         \
    X(LINK_COMPANY,                                                                                \
      "{1} is not of the company {2}, whose application checks the accounts. Look at the "         \
      "Company ID.",                                                                               \
      "{1} 不属于企业 {2}，而账户由该企业的应用检查。请核对企业 ID。")                             \
    X(LINKED, "{1} is linked with {2} ({3}).", "{1} 已关联到 {2}（{3}）。")                        \
    X(LINKED_ALL, "{1} local users are linked.", "已关联 {1} 个本地用户。")                        \
    X(LINK_NO_SAME,                                                                                \
      "No local user without a link has the name of an active member. Nothing to do.",             \
      "没有与正常成员同名且未关联的本地用户，无需操作。")                                          \
    X(LINK_TERMINAL,                                                                               \
      "Equal names are not always equal people: confirm at a terminal, or add --yes after "        \
      "you have looked.",                                                                          \
      "同名不一定是同一个人：请在终端上确认，或核对后加上 --yes。")                                \
    X(LINK_CONFIRM,                                                                                \
      "Is each of them the same person? All of them will be linked. Type yes:",                    \
      "以上每一行都是同一个人吗？将全部关联。请输入 yes：")                                        \
    X(LINK_NOTHING, "Nothing was linked.", "没有关联任何用户。")                                   \
    X(UNLINK_NONE,                                                                                 \
      "{1} has no line in {2}: there is nothing to undo.",                                         \
      "{1} 在 {2} 中没有记录，无需取消。")                                                         \
    X(UNLINKED, "{1} is not linked any more.", "{1} 已取消关联。")                                 \
    X(LINKS_SYSTEM, "{1} cannot be changed: {2}", "无法更改 {1}：{2}")                             \
    X(LINKS_OWNER,                                                                                 \
      "{1}, or its folder, belongs to or can be written by somebody else than root. Look "         \
      "who wrote it, then: chown root:root and chmod go-w.",                                       \
      "{1} 或其所在目录的属主不是 root，或其他人可写。请查明是谁写入的，然后执行 chown "           \
      "root:root 和 chmod go-w。")                                                                 \
    X(LINKS_BUSY,                                                                                  \
      "Another wecomctl is changing {1}. Try again.",                                              \
      "另一个 wecomctl 正在更改 {1}。请重试。")                                                    \
    X(LINKS_UNREADABLE,                                                                            \
      "{1} was not changed: the line of {2} would not be read as meant. Look at the lines "        \
      "of that name.",                                                                             \
      "没有更改 {1}：{2} 的那一行无法按预期读取。请检查该名字的各行。")                            \
    /* wecomctl sync, and status of accounts */                                                    \
    X(HELP_SYNC,                                                                                   \
      "synchronize accounts with WeCom now (--no-wait: do not wait for the end)",                  \
      "立即与企业微信同步账户（--no-wait：不等待结束）")                                           \
    X(SYNC_STARTED,                                                                                \
      "A synchronization begins. Its end: wecomctl status",                                        \
      "同步已开始。结果见 wecomctl status")                                                        \
    X(SYNC_PROGRESS,                                                                               \
      "{1}: {2} members, {3} calls, {4} to come",                                                  \
      "{1}：成员 {2}，已调用 {3} 次，还剩 {4} 次")                                                 \
    X(SYNC_RESTS, "{1} (waits: {2})", "{1}（等待：{2}）")                                          \
    X(SYNC_SUMMARY,                                                                                \
      "{1} members: {2} new, {3} withdrawn, {4} back, {5} without a login name",                   \
      "成员 {1}：新建 {2}，失效 {3}，恢复 {4}，无登录名 {5}")                                      \
    X(SYNC_PENDING,                                                                                \
      "{1} people are missing at WeCom and were not withdrawn, since they are so many: "           \
      "{2}. If that is right: wecomctl sync --accept",                                             \
      "企业微信中缺少 {1} 人，因人数过多没有使其失效：{2}。如果属实：wecomctl sync --ac"           \
      "cept")                                                                                      \
    X(SYNC_NOT_WHOLE,                                                                              \
      "The synchronization was not complete ({1}): {2}",                                           \
      "同步不完整（{1}）：{2}")                                                                    \
    X(SYNC_NO_END,                                                                                 \
      "The helper did not say how the synchronization ended. Look with: wecomctl status",          \
      "helper 没有说明同步结果。请查看：wecomctl status")                                          \
    X(PHASE_RESTS, "starting", "准备")                                                             \
    X(PHASE_DIRECTORY, "reading departments and tags", "读取部门和标签")                           \
    X(PHASE_MEMBERS, "reading members", "读取成员")                                                \
    X(PHASE_PEOPLE, "reading people one by one", "逐个读取成员")                                   \
    X(PHASE_MISSING, "comparing", "比对")                                                          \
    X(PHASE_ASKING, "asking about missing people", "查询缺少的成员")                               \
    X(LABEL_ACCOUNTS, "accounts", "账户")                                                          \
    X(LABEL_ACC_COUNTS, "of these", "其中")                                                        \
    X(LABEL_LAST_SYNC, "last synchronization", "上次同步")                                         \
    X(LABEL_NEXT_SYNC, "next one in", "距下次同步")                                                \
    X(LABEL_INTERVAL, "interval", "间隔")                                                          \
    X(LABEL_SYNC_ERROR, "sync error", "同步错误")                                                  \
    X(LABEL_PENDING, "to be confirmed", "待确认失效")                                              \
    X(LABEL_TABLE, "table confirmed before", "账户表距上次确认")                                   \
    X(LABEL_TABLE_ERROR, "table error", "账户表错误")                                              \
    X(COUNTS,                                                                                      \
      "active {1}, disabled {2}, gone {3}, held {4}, without login name {5}, left out {6}",        \
      "正常 {1}，禁用 {2}，失效 {3}，被保留 {4}，无登录名 {5}，未发布 {6}")                        \
    X(NOT_RUNNING,                                                                                 \
      "the second process does not run; it is started again",                                      \
      "第二个进程未运行，正在重新启动")                                                            \
    /* wecomctl reload, version */                                                                 \
    /* wecomctl logins */                                                                          \
    X(HELP_LOGINS, "who is waiting to sign in, who is slowed down; end the delay of a user",       \
      "谁在等待登录、谁因输错而须等待；解除某用户的等待")                                          \
    X(LABEL_WAITS, "WAITS", "已等待")                                                              \
    X(LABEL_USER_COLUMN, "USER", "用户")                                                           \
    X(LABEL_ORIGIN, "ORIGIN", "来源")                                                              \
    X(LABEL_METHOD, "METHOD", "方式")                                                              \
    X(LABEL_LOGIN_ID, "ID", "编号")                                                                \
    X(LABEL_NEXT_TRY, "NEXT TRY IN", "可重试")                                                     \
    X(LABEL_FAILURES, "FAILURES", "失败次数")                                                      \
    X(LABEL_BLOCKED, "SWITCHED OFF", "已停用方式")                                                 \
    X(NOBODY_WAITS, "Nobody is waiting to sign in.", "没有等待中的登录。")                         \
    X(NOBODY_SLOWED, "Nobody is slowed down.", "没有人因输错而须等待。")                           \
    X(MORE_WAIT, "{1} are waiting; the newest {2} are shown.",                                     \
      "共 {1} 个登录在等待，仅显示最新的 {2} 个。")                                                \
    X(UNLOCKED, "{1} need not wait any more ({2} counters ended).",                                \
      "{1} 不必再等待（已清除 {2} 个计数）。")                                                     \
    X(NOT_LOCKED, "Nothing is counted against {1}.", "{1} 没有失败计数。")                         \
    X(LOGINS_USAGE, "It is: wecomctl logins, or: wecomctl logins unlock USER",                     \
      "用法：wecomctl logins，或：wecomctl logins unlock USER")                                    \
    /* wecomctl recovery */                                                                        \
    X(HELP_RECOVERY, "ten codes for the time when WeCom cannot be reached; --revoke voids them",   \
      "生成十个恢复码，供无法连接企业微信时使用；--revoke 作废全部恢复码")                         \
    X(RECOVERY_ISSUED, "New recovery codes of {1}; all earlier ones ({2} were left) are void:",    \
      "{1} 的新恢复码如下；此前的恢复码（尚余 {2} 个）已全部作废：")                               \
    X(RECOVERY_KEEP,                                                                               \
      "They are shown this once. Each signs in once, and only while WeCom cannot be reached. "     \
      "Hand them to the person alone, on paper or into a password manager: not on this machine, "  \
      "not in a chat or mail.",                                                                    \
      "以上恢复码仅显示这一次。每个只能使用一次，且仅在无法连接企业微信时有效。"                   \
      "请只交给本人，抄在纸上或存入密码管理器；不要留在本机，不要通过聊天或邮件发送。")            \
    X(RECOVERY_REVOKED, "{1} has no recovery codes any more ({2} were left).",                     \
      "{1} 的恢复码已全部作废（原余 {2} 个）。")                                                   \
    /* wecomctl verify-file */                                                                     \
    X(HELP_PROOFS, "files that WeCom fetches to see that a host name is yours",                    \
      "企业微信用来验证域名归属的文件")                                                            \
    X(NO_PROOFS, "There is no verification file.", "没有验证文件。")                               \
    X(PROOF, "{1}  {2}", "{1}  {2}")                                                               \
    X(PROOF_ODD, "{1}: is no text; give the file as WeCom let you download it",                    \
      "{1} 不是文本文件，请使用从企业微信下载的原文件")                                            \
    X(PROOF_ADDED, "{1} is served. Now have WeCom fetch it: {2}",                                  \
      "已提供 {1}。现在可以在企业微信管理后台点击验证：{2}")                                       \
    X(PROOF_REMOVED, "{1} is not served any more.", "已停止提供 {1}。")                            \
    X(PROOFS_USAGE,                                                                                \
      "It is: wecomctl verify-file, wecomctl verify-file FILE, or: wecomctl verify-file remove "   \
      "NAME",                                                                                      \
      "用法：wecomctl verify-file、wecomctl verify-file FILE，或：wecomctl verify-file remove "    \
      "NAME")                                                                                      \
    X(RELOADED, "The helper reads its configuration again.", "helper 已重新读取配置。")            \
    X(VERSION_UNKNOWN, "not reachable", "无法连接")

/* clang-format on */

enum texts_id {
#define X(constant, en, zh) TEXT_##constant,
    TEXTS(X)
#undef X
        TEXTS_COUNT
};

/* Room for any sentence with its words, in both languages, bytes. */
enum { TEXTS_MAX_BYTES = 4096 };

/* One entry in one language (TEXTS_BOTH counts as English), places not filled. */
const char *texts_get(enum texts_id id, enum texts_lang lang);

/* The words for the places {1}, {2}, ... */
#define TEXTS_WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Writes a sentence: one line for each language, no LF at the end, fit for a terminal (text_clean)
 * whatever the words are. `words` ends with NULL and may be NULL itself. What does not fit is cut.
 * Returns `out`.
 */
char *texts_say(char *out, size_t bytes, enum texts_id id, enum texts_lang lang,
                const char *const *words);

/* The same for labels: the languages stand side by side on one line. */
char *texts_label(char *out, size_t bytes, enum texts_id id, enum texts_lang lang);

/* The same with words for its places. */
char *texts_label_with(char *out, size_t bytes, enum texts_id id, enum texts_lang lang,
                       const char *const *words);

/* Reads "zh", "en" or "both". */
bool texts_lang_of(const char *word, enum texts_lang *lang);

#endif
