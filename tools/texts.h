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
    X(ITEM_VISIBLE_RANGE, "visible range", "可见范围")                                             \
    X(ITEM_CLOCK, "clock", "时钟")                                                                 \
    X(CHECK_SUMMARY, "{1} checks: {2} ok, {3} warnings, {4} failed, {5} skipped",                  \
      "共 {1} 项检查：正常 {2}，警告 {3}，失败 {4}，跳过 {5}")                                     \
    X(CHECK_NOTHING, "The helper checked nothing.", "helper 没有检查任何项目。")                   \
    /* wecomctl reload, version */                                                                 \
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

/* Reads "zh", "en" or "both". */
bool texts_lang_of(const char *word, enum texts_lang *lang);

#endif
