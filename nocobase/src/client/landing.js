/* The end of a sign-in: the page that was wanted trades the ticket in its cookie, which it cannot
 * read, for the session token in the body of the answer. Before anything of the page is shown.
 */
'use strict';

var page = require('./page');

/* A page that waits longer shows nothing meanwhile. */
var WAIT_MS = 20000;

/* Whoever was signed in before may be another person, with another role. */
function forget(auth) {
  auth.setRole('');
  auth.setAuthenticator('');
  auth.setToken('');
}

/* Resolves when the page may go on: true if somebody was signed in. */
function land(apiClient, win) {
  var found = page.landing(win.location.href);
  var auth = apiClient.auth;

  if (!found) return Promise.resolve(false);
  win.history.replaceState(win.history.state, '', found.clean);
  if (!page.hasLanded(win.document.cookie)) return Promise.resolve(false);
  forget(auth);
  return apiClient
    .request({
      url: 'auth:signIn',
      method: 'post',
      data: {},
      headers: { 'X-Authenticator': found.name },
      timeout: WAIT_MS,
      skipNotify: true,
      skipAuth: true,
    })
    .then(function (response) {
      auth.setAuthenticator(found.name);
      auth.setToken(response.data.data.token);
      return true;
    })
    .catch(function () {
      win.location.replace(
        page.actionUrl(apiClient, 'message', {
          reason: 'ticket',
          authenticator: found.name,
          redirect: found.clean,
        })
      );
      return false;
    });
}

module.exports = { land: land };
