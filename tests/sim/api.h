/* The HTTPS side: finds the call, checks who calls, runs it, sends the answer. */
#ifndef SIM_API_H
#define SIM_API_H

struct evhttp_request;

/* The callback for every request of the HTTPS port; arg is the server. */
void api_request(struct evhttp_request *request, void *arg);

/* The address of the client without the ::ffff: of mapped ones. */
const char *api_peer(struct evhttp_request *request);

#endif
