/* The options of an authenticator: what the administrator may set, and what it comes to.
 *
 * The Secret is none of them: it goes to the helper and MUST NOT come to rest in NocoBase, so that
 * an authenticator that brings one is not saved at all.
 */
'use strict';

const crypto = require('crypto');
const { safePath } = require('./targets');

const AUTH_TYPE = 'wecom-pam';

/* A PAM service that NocoBase may name. Whoever administers NocoBase does not get to try the other
 * stacks of the machine.
 */
const SERVICE = /^nocobase(?:[_.-][A-Za-z0-9_.-]{1,30})?$/;
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])$/;
const TOOLTIP_MAX = 200;

class SettingsError extends Error {
  constructor(word) {
    super(word);
    this.name = 'SettingsError';
    this.word = word; // "settings.WORD" in the locale files
  }
}

/* https://host[:port], or http:// for this machine alone, where cookies that are Secure and codes
 * do not cross a network. Returns it as browsers write it; null for anything else.
 */
function originOf(text) {
  if (typeof text !== 'string') return null;
  let url;
  try {
    url = new URL(text.trim());
  } catch (err) {
    return null;
  }
  if (url.username || url.password || url.search || url.hash || !/^\/?$/.test(url.pathname))
    return null;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOCAL_HOST.test(url.hostname)))
    return null;
  return url.origin;
}

/* The helper knows the application of an authenticator under a name of its own: unlike those of
 * other authenticators and of other applications of one NocoBase, and a word for wecom-login.
 */
function appName(authenticator, app) {
  const readable = String(authenticator)
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 20);
  const digest = crypto
    .createHash('sha256')
    .update(`${app}\n${authenticator}`)
    .digest('hex')
    .slice(0, 12);

  return `nb-${readable ? `${readable}-` : ''}${digest}`;
}

function flag(value, otherwise) {
  return typeof value === 'boolean' ? value : otherwise;
}

/* What the options of `authenticator` (its name) in `app` come to. */
function settingsOf(options, authenticator, app) {
  const all = options !== null && typeof options === 'object' ? options : {};
  const open = all.public !== null && typeof all.public === 'object' ? all.public : {};
  const service = typeof all.service === 'string' && all.service !== '' ? all.service : 'nocobase';

  return {
    service: SERVICE.test(service) ? service : 'nocobase',
    app: all.keys === 'machine' ? '' : appName(authenticator, app),
    origin: originOf(all.origin || open.origin),
    autoSignup: flag(open.autoSignup, false),
    phoneRequired: flag(open.phoneRequired, true),
    bindRoot: flag(open.bindRoot, false),
    autoLogin: flag(open.autoLogin, false),
    tooltip: typeof open.tooltip === 'string' ? open.tooltip.slice(0, TOOLTIP_MAX) : '',
    homeTarget: typeof open.homeTarget === 'string' ? open.homeTarget : '',
  };
}

/* What people who are not signed in may see of the options. */
function publicOptions(options) {
  const { autoLogin, tooltip } = settingsOf(options, '', '');
  return { autoLogin, tooltip };
}

const KNOWN = new Set(['public', 'service', 'keys', 'origin', 'corpId', 'agentId']);
const KNOWN_PUBLIC = new Set([
  'autoSignup',
  'phoneRequired',
  'bindRoot',
  'autoLogin',
  'tooltip',
  'homeTarget',
  'origin',
]);

/* Throws SettingsError for options that cannot be kept. */
function checkOptions(options) {
  const all = options || {};
  const open = all.public || {};
  const strange = [
    ...Object.keys(all).filter((key) => !KNOWN.has(key)),
    ...Object.keys(open).filter((key) => !KNOWN_PUBLIC.has(key)),
  ];

  if (strange.some((key) => /secret|password|token/i.test(key))) throw new SettingsError('secret');
  if (strange.length > 0) throw new SettingsError('unknown');
  if (all.service && !SERVICE.test(all.service)) throw new SettingsError('service');
  for (const origin of [all.origin, open.origin])
    if (origin && originOf(origin) === null) throw new SettingsError('origin');
  if (open.homeTarget && safePath(open.homeTarget) === null) throw new SettingsError('homeTarget');
  if (open.tooltip && (typeof open.tooltip !== 'string' || open.tooltip.length > TOOLTIP_MAX))
    throw new SettingsError('tooltip');
  if (all.corpId && !/^[A-Za-z0-9_-]{1,64}$/.test(all.corpId)) throw new SettingsError('corpId');
  if (all.agentId && !/^[0-9]{1,9}$/.test(String(all.agentId))) throw new SettingsError('agentId');
}

module.exports = {
  AUTH_TYPE,
  SettingsError,
  originOf,
  appName,
  settingsOf,
  publicOptions,
  checkOptions,
};
