/* What WeCom's server asks for at the root of the host. */
#ifndef WECOM_HELPER_WEB_PROOF_H
#define WECOM_HELPER_WEB_PROOF_H

#include "helper/helper.h"

/* For the permission table. */
void web_proof(struct helper *helper, struct server_peer *peer, const struct wire_message *message);

#endif
