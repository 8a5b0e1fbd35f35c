/* What the plugin keeps in the browser between two requests: signed, HttpOnly, for one use.
 *
 * A value is "payload.signature", both base64url. The key is derived from NocoBase's own (the one
 * of its session tokens) for this purpose and application alone, so that neither a cookie nor a
 * token of another purpose counts here. Nothing in a payload is secret.
 */
'use strict';

const crypto = require('crypto');

/* __Host-: the browser takes it from HTTPS (or this machine) only, without Domain, for all paths;
 * no neighbour of the host name can plant one.
 */
const PREFIX = '__Host-wecom-pam.';
const TICKET = `${PREFIX}ticket`;
/* For scripts: "do not sign in by yourself", after a sign-out or a refusal. */
const STAY = '__Host-wecom-pam-stay';
const STAY_S = 30 * 24 * 3600;
/* For scripts: "a ticket is waiting". An address that was passed on does nothing without it. */
const LANDING = '__Host-wecom-pam-landing';
/* Browsers keep at least 4096 bytes of a cookie (RFC 6265, 6.1). */
const VALUE_MAX_BYTES = 3500;

class Seal {
  constructor(secret, app) {
    this.app = app;
    this.key = crypto.hkdfSync('sha256', secret, Buffer.from(app), 'pam_wecom cookie v1', 32);
  }

  sign(purpose, payload) {
    return crypto
      .createHmac('sha256', Buffer.from(this.key))
      .update(`${purpose}\n${payload}`)
      .digest();
  }

  /* `fields` and an end in `lifeS` seconds, for `purpose` ("state" or "ticket"). */
  make(purpose, fields, lifeS, nowMs = Date.now()) {
    const payload = Buffer.from(
      JSON.stringify({ ...fields, a: this.app, e: Math.floor(nowMs / 1000) + lifeS })
    ).toString('base64url');
    return `${payload}.${this.sign(purpose, payload).toString('base64url')}`;
  }

  /* The fields, or null: not ours, changed, of another purpose or application, or over. */
  open(purpose, value, nowMs = Date.now()) {
    if (typeof value !== 'string' || value.length > VALUE_MAX_BYTES) return null;
    const parts = value.split('.');
    if (parts.length !== 2) return null;
    const given = Buffer.from(parts[1], 'base64url');
    const right = this.sign(purpose, parts[0]);
    if (given.length !== right.length || !crypto.timingSafeEqual(given, right)) return null;
    try {
      const fields = JSON.parse(Buffer.from(parts[0], 'base64url').toString('utf8'));
      return fields.a === this.app && fields.e * 1000 > nowMs ? fields : null;
    } catch (err) {
      return null;
    }
  }
}

function stateName(state) {
  return `${PREFIX}${state.slice(0, 12)}`;
}

/* All cookies of a request. Of two with one name the first counts, as for the browser's order. */
function read(header) {
  const found = new Map();

  for (const part of String(header || '')
    .slice(0, 32768)
    .split(';')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at > 0 && name !== '' && !found.has(name)) found.set(name, part.slice(at + 1).trim());
  }
  return found;
}

/* One line of Set-Cookie. Written by hand: NocoBase stands behind a proxy that ends TLS, and
 * koa's own cookies refuse "Secure" there.
 */
function line(name, value, { lifeS, script = false }) {
  const parts = [`${name}=${value}`, 'Path=/', `Max-Age=${lifeS}`, 'SameSite=Lax', 'Secure'];

  if (!script) parts.push('HttpOnly');
  return parts.join('; ');
}

function add(ctx, ...lines) {
  const before = ctx.res.getHeader('Set-Cookie') || [];
  ctx.res.setHeader('Set-Cookie', [].concat(before, lines));
}

module.exports = { Seal, PREFIX, TICKET, STAY, STAY_S, LANDING, stateName, read, line, add };
