/* What a request says about itself, and how much of that is believed. */
'use strict';

const net = require('net');

const CALLBACK = /\/wecom-pam(?::|%3a)callback\/?$/i;

/* "wecom", "wechat" or "browser". WeCom's client names both itself and MicroMessenger. */
function clientOf(ctx) {
  const agent = ctx.get('User-Agent').slice(0, 1024);

  if (/\bwxwork\//i.test(agent)) return 'wecom';
  return /\bMicroMessenger\//i.test(agent) ? 'wechat' : 'browser';
}

/* "zh" or "en": what the browser prefers, or what WeCom's client says in its name. */
function languageOf(ctx) {
  const wanted = ctx.get('Accept-Language').trim().slice(0, 64);
  const named = /\bLanguage\/(\w+)/.exec(ctx.get('User-Agent'));

  if (wanted && wanted !== '*') return /^zh\b/i.test(wanted) ? 'zh' : 'en';
  return named && /^zh/i.test(named[1]) ? 'zh' : 'en';
}

/* Browsers say what a request is for; where they do, only a page in a window of its own counts:
 * neither a picture of another site nor a frame.
 */
function isNavigation(ctx) {
  const mode = ctx.get('Sec-Fetch-Mode');
  const dest = ctx.get('Sec-Fetch-Dest');

  return (
    ctx.method === 'GET' &&
    (mode === '' || mode === 'navigate') &&
    (dest === '' || dest === 'document')
  );
}

function isPrivate(address) {
  const plain = address.replace(/^::ffff:/i, '');

  if (net.isIPv6(plain)) return plain === '::1' || /^f[cd]/i.test(plain) || /^fe80/i.test(plain);
  return /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(plain);
}

/* Where the person comes from. X-Forwarded-For counts only from a neighbour, that is a proxy of
 * ours, and only its last address, which that proxy wrote itself: others can be made up.
 */
function addressOf(ctx) {
  const peer = (ctx.req.socket && ctx.req.socket.remoteAddress) || '';
  const last = ctx.get('X-Forwarded-For').split(',').pop().trim();
  const address = isPrivate(peer) && net.isIP(last) ? last : peer;

  return net.isIP(address) ? address.replace(/^::ffff:(?=\d+\.)/i, '') : '';
}

function hostOf(ctx) {
  return (ctx.get('X-Forwarded-Host').split(',')[0].trim() || ctx.get('Host')).toLowerCase();
}

/* Takes code and state out of the URL before anything writes it down: the request log has every
 * URL with its query. Runs before the logger.
 */
async function hideCallback(ctx, next) {
  if (CALLBACK.test(ctx.path)) {
    ctx.state.wecomPam = { code: ctx.query.code, state: ctx.query.state };
    ctx.url = ctx.path;
    ctx.originalUrl = ctx.path;
    ctx.request.originalUrl = ctx.path;
  }
  await next();
}

module.exports = { CALLBACK, clientOf, languageOf, isNavigation, addressOf, hostOf, hideCallback };
