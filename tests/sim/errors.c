/* Error numbers of the simulated API and their texts. */
#include "errors.h"

#include <stddef.h>

struct error_row {
    int errcode;
    bool bare; /* seen without hint, address and link */
    const char *text;
};

// clang-format off
static const struct error_row errors_rows[] = {
    {0, true, "ok"},
    {-1, false, "system error"},
    {40001, false, "invalid credential"},
    {40003, false, "invalid userid"},
    {40008, false, "invalid message type"},
    {40013, false, "invalid corpid"},
    {40014, true, "invalid access_token"},
    {40029, false, "invalid code"},
    {40032, false, "invalid userlist length"},
    {40033, false, "invalid request character, must not contain \\uxxxx"},
    {40056, false, "invalid agentid"},
    {40058, false, "invalid Request Parameter"},
    {40068, false, "invalid tagid"},
    {40091, false, "secret is invalid"},
    {41001, false, "access_token missing"},
    {41002, false, "corpid missing"},
    {41004, false, "corpsecret missing"},
    {41008, false, "missing code"},
    {41009, false, "missing userid"},
    {41011, false, "missing agentid"},
    {41016, false, "missing title"},
    {41017, false, "missing tagid"},
    {41033, false, "missing description"},
    {42001, false, "access_token expired"},
    {42003, false, "code expired"},
    {42014, false, "taskid has existed or empty or exceed max len"},
    {42015, false, "agent of the update is not the agent of the message"},
    {42016, false, "taskid not exist"},
    {42020, false, "missing button name"},
    {42022, false, "code has been used"},
    {42027, false, "Template_Card.horizontal_content_list.keyname missing"},
    {42028, false, "Template_Card missing url"},
    {42031, false, "Template_Card.card_type invalid"},
    {42033, false, "Template_Card missing title"},
    {42035, false, "Template_Card.horizontal_content_list size invalid"},
    {42038, false, "Template_Card.button_list.text missing or invalid"},
    {42039, false, "Template_Card.button_list.key missing or invalid"},
    {42045, false, "Template_Card.card_action missing or invalid"},
    {42046, false, "Template_Card.submit_button.key missing or invalid"},
    {42047, false, "Template_Card.select_list size invalid"},
    {42049, false, "Template_Card.submit_button.text missing or invalid"},
    {42051, false, "Template_Card.action_menu.action_list.key conflict"},
    {42052, false, "msgid expired"},
    {43012, false, "require agent with callback url"},
    {44004, false, "empty content"},
    {45002, false, "content size out of limit"},
    {45009, false, "api freq out of limit"},
    {45029, false, "response size out of limit"},
    {45033, false, "api concurrent out of limit"},
    {45034, false, "url must have a scheme"},
    {46004, false, "user no exist"},
    {48002, false, "api forbidden"},
    {48009, false, "no permission to read contacts from new ip"},
    {50001, false, "redirect_url unauthorized"},
    {50003, false, "agent disabled"},
    {60003, false, "department not found"},
    {60011, false, "no privilege to access/modify contact/party/agent "},
    {60020, false, "not allow to access from your ip"},
    {60111, false, "userid not found"},
    {60123, false, "invalid party id"},
    {81013, false, "user & party & tag all invalid"},
    {82001, false, "all recipients are empty"},
    {84014, false, "user ticket expired"},
    {84015, false, "invalid user ticket"},
    {84090, false, "missing user ticket"},
    {301002, false, "not allow operate another agent with this accesstoken."},
};
// clang-format on

#define N_ERRORS (sizeof(errors_rows) / sizeof(errors_rows[0]))

static const struct error_row *errors_row(int errcode) {
    for (size_t i = 0; i < N_ERRORS; i++)
        if (errors_rows[i].errcode == errcode)
            return &errors_rows[i];
    return NULL;
}

const char *errors_text(int errcode) {
    const struct error_row *row = errors_row(errcode);

    return row == NULL ? "system error" : row->text;
}

bool errors_bare(int errcode) {
    const struct error_row *row = errors_row(errcode);

    return row != NULL && row->bare;
}
