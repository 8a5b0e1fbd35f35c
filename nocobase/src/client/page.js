/* What the page knows: addresses, the page that was wanted, cookies of ours. No server is asked. */
'use strict';

var PACKAGE = '@pam-wecom/plugin-auth-wecom';
var MARK = 'wecom'; // in the address of the page that a sign-in ends on: the authenticator's name

/* Inside WeCom's client? */
function isWecom(agent) {
  return /\bwxwork\//i.test(agent);
}

/* The page that the person wanted, from the address of a sign-in page. v1 puts it there as it is,
 * query and all, and as the last parameter; v2 and we put it there encoded.
 */
function wantedPage(search) {
  var found = /[?&]redirect=(.*)$/.exec(search);

  if (!found) return '';
  if (found[1].charAt(0) === '/') return found[1];
  try {
    return decodeURIComponent(found[1].split('&')[0].replace(/\+/g, ' '));
  } catch (err) {
    return '';
  }
}

/* Has this browser signed out, or been refused? Then nothing happens by itself. */
function mustStay(cookie) {
  return /(?:^|;\s*)__Host-wecom-pam-stay=1(?:;|$)/.test(cookie);
}

/* Is a ticket waiting in this browser? */
function hasLanded(cookie) {
  return /(?:^|;\s*)__Host-wecom-pam-landing=1(?:;|$)/.test(cookie);
}

/* Address of an action of the server. */
function actionUrl(apiClient, action, query) {
  var base = String((apiClient.axios && apiClient.axios.defaults.baseURL) || '/api/').replace(
    /\/+$/,
    ''
  );
  var inner =
    apiClient.appName && apiClient.appName !== 'main'
      ? '/__app/' + encodeURIComponent(apiClient.appName)
      : '';
  var text = Object.keys(query)
    .filter(function (key) {
      return query[key];
    })
    .map(function (key) {
      return key + '=' + encodeURIComponent(query[key]);
    })
    .join('&');

  return base + inner + '/wecom-pam:' + action + (text ? '?' + text : '');
}

/* The authenticator that a sign-in just ended for, and the address without it. null: none. */
function landing(href) {
  var url = new URL(href);
  var name = url.searchParams.get(MARK);

  if (!name) return null;
  url.searchParams.delete(MARK);
  // what WeCom's link ends with comes along through every redirect
  if (url.hash === '#wechat_redirect') url.hash = '';
  return { name: name, clean: url.pathname + url.search + url.hash };
}

module.exports = {
  PACKAGE: PACKAGE,
  isWecom: isWecom,
  wantedPage: wantedPage,
  mustStay: mustStay,
  hasLanded: hasLanded,
  actionUrl: actionUrl,
  landing: landing,
};
