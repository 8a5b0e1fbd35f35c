/* Addresses: ours that WeCom must know, and WeCom's that a browser is sent to. */
'use strict';

const { places } = require('./targets');

/* `state`: letters and digits only, at most 128 bytes (path 96441). */
const STATE = /^[A-Za-z0-9]{32,128}$/;

function callbackUrl(origin, env) {
  return `${origin}${places(env).apiPath}/wecom-pam:callback`;
}

/* The workbench's homepage: a path alone, without query. */
function homepageUrl(origin, authenticator, env, app = 'main') {
  const inner = app === 'main' ? '' : `/__app/${encodeURIComponent(app)}`;
  const name = encodeURIComponent(authenticator);

  return `${origin}${places(env).apiPath}${inner}/wecom-pam:open/${name}`;
}

/* As WeCom wants it: host, and the port where it is not the usual one (path 98173). */
function trustedDomain(origin) {
  return new URL(origin).host;
}

function encoded(query) {
  return query.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
}

/* Inside WeCom's client. Always with agentid: without it only one application of a domain works. */
function authorizeLink(info, { redirectUri, state, scope }) {
  const query = [
    ['appid', info.corpId],
    ['redirect_uri', redirectUri],
    ['response_type', 'code'],
    ['scope', scope],
    ['state', state],
    ['agentid', String(info.agentId)],
  ];
  return `${info.authorizeUrl}?${encoded(query)}#wechat_redirect`;
}

/* In any other browser: WeCom's page with a QR code, or one click where its client runs. */
function qrLink(info, { redirectUri, state, lang }) {
  const query = [
    ['login_type', 'CorpApp'],
    ['appid', info.corpId],
    ['agentid', String(info.agentId)],
    ['redirect_uri', redirectUri],
    ['state', state],
    ['lang', lang],
  ];
  return `${info.ssoUrl}?${encoded(query)}`;
}

module.exports = { STATE, callbackUrl, homepageUrl, trustedDomain, authorizeLink, qrLink };
