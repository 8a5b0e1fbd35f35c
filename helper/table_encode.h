/* Records of the account table (include/wecom/table.h): from what they say to their bytes. Checks
 * nothing: that is the reader's part (common/table_record.h), to which the bytes are given next.
 */
#ifndef WECOM_HELPER_TABLE_ENCODE_H
#define WECOM_HELPER_TABLE_ENCODE_H

#include "common/table_record.h"

/* `full`: it was too long for any record, or a text was NULL; the bytes are of no use then. */
struct table_encoded {
    char bytes[WECOM_TABLE_RECORD_MAX_BYTES];
    size_t len;
    bool full;
};

/* gids may come in any order. */
void table_encode_user(const struct table_user *user, struct table_encoded *record);
void table_encode_group(const struct table_group *group, struct table_encoded *record);
void table_encode_status(const struct table_status *status, struct table_encoded *record);
void table_encode_meta(const struct table_meta *meta, struct table_encoded *record);

#endif
