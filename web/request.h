/* One HTTP request: read, checked for form, asked of the helper, answered. */
#ifndef WECOM_WEB_REQUEST_H
#define WECOM_WEB_REQUEST_H

#include <microhttpd.h>

/* Callbacks of the HTTP library; `cls` is the struct web. */
void *request_on_uri(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result request_on_access(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload_data,
                                  size_t *upload_data_size, void **request);
void request_on_completed(void *cls, struct MHD_Connection *connection, void **request,
                          enum MHD_RequestTerminationCode how);

/* The library's own decoding is not wanted: what it hands on stays as it came. */
size_t request_leave_escapes(void *cls, struct MHD_Connection *connection, char *text);

#endif
