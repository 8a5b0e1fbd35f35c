/* The end of a sign-in: the page that was wanted trades the ticket in its cookie, which it cannot
 * read, for the session token in the body of the answer. Before anything of the page is shown.
 */
'use strict';

var page = require('./page');

/* Resolves when the page may go on. */
function land(apiClient, win) {
  var found = page.landing(win.location.href);
  var stateless = win.history.state;

  if (!found) return Promise.resolve(false);
  win.history.replaceState(stateless, '', found.clean);
  return apiClient
    .request({
      url: 'auth:signIn',
      method: 'post',
      data: {},
      headers: { 'X-Authenticator': found.name },
      skipNotify: true,
      skipAuth: true,
    })
    .then(function (response) {
      // the session before may be another person's, with another role
      apiClient.auth.setRole('');
      apiClient.auth.setAuthenticator(found.name);
      apiClient.auth.setToken(response.data.data.token);
      return true;
    })
    .catch(function () {
      // who is signed in already stays; the page itself sends others to the sign-in page
      if (!apiClient.auth.token)
        win.location.replace(page.actionUrl(apiClient, 'message', { reason: 'ticket', authenticator: found.name, redirect: found.clean }));
      return false;
    });
}

module.exports = { land: land };
