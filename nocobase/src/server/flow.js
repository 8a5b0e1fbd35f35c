/* The way of a browser: start or open -> WeCom -> callback -> the page that was wanted.
 *
 * The session token is in no address and no log: the callback leaves a one-time ticket in a cookie,
 * and the client trades it for the token in the body of auth:signIn.
 *
 * 1. A callback counts only with the cookie of its `state`: signed by us, for this application,
 *    not over, not used. Nothing else that the browser says decides anything.
 * 2. Nobody starts a child of the server without such a cookie.
 * 3. Where a browser goes is decided from the cookie and checked again (targets.js).
 */
'use strict';

const crypto = require('crypto');
const cookies = require('./cookies');
const links = require('./links');
const { AUTH_TYPE, settingsOf } = require('./settings');
const { Refusal, isReason } = require('./refusal');
const { places, pageOf, signInPage, withParameter } = require('./targets');
const { clientOf, languageOf, isNavigation, addressOf, hostOf } = require('./request');
const { refusalPage, setHeaders } = require('./page');

/* A sign-in takes this long at most; WeCom's code lives 5 minutes. Seconds. */
const STATE_S = 600;
const TICKET_S = 60;
/* Sign-ins of one browser at the same time; further ones make an end of those before. */
const STATES_AT_ONCE = 4;
const SCOPES = { base: 'snsapi_base', more: 'snsapi_privateinfo' };

class Flow {
  /* `app`: NocoBase's. The others: see there. */
  constructor({ app, users, questions, once, seal, sessions, tries }) {
    Object.assign(this, { app, users, questions, once, seal, sessions, tries });
    this.running = new Map();
  }

  /* The enabled authenticator of our type with exactly this name. NocoBase itself would take the
   * first one for a name that it does not know.
   */
  async authenticator(name) {
    const row =
      typeof name === 'string' && name !== ''
        ? await this.app.db
            .getRepository('authenticators')
            .findOne({ filter: { name, authType: AUTH_TYPE, enabled: true } })
        : null;

    if (!row || row.get('name') !== name) throw new Refusal('unknown_authenticator');
    return { row, settings: settingsOf(row.get('options'), name, this.app.name) };
  }

  /* Address of one of our own pages. */
  own(action, query = {}) {
    const inner = this.app.name === 'main' ? '' : `/__app/${encodeURIComponent(this.app.name)}`;
    const text = Object.entries(query)
      .filter(([, value]) => value)
      .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
      .join('&');

    return `${places().apiPath}${inner}/wecom-pam:${action}${text ? `?${text}` : ''}`;
  }

  redirect(ctx, to) {
    ctx.withoutDataWrapping = true;
    setHeaders(ctx);
    ctx.status = 303;
    ctx.res.setHeader('Location', to);
    ctx.body = '';
  }

  /* Shows why not, at an address without code and state. No client tries again by itself. */
  refuse(ctx, err, where = {}) {
    const refusal = err instanceof Refusal ? err : new Refusal('internal');

    if (!(err instanceof Refusal))
      this.app.logger.error('wecom-pam: sign-in failed', { error: err.stack });
    else
      this.app.logger.info('wecom-pam: sign-in refused', {
        reason: refusal.reason,
        id: refusal.id,
        authenticator: where.name,
      });
    cookies.add(ctx, cookies.line(cookies.STAY, '1', { lifeS: cookies.STAY_S, script: true }));
    this.redirect(
      ctx,
      this.own('message', {
        reason: refusal.reason,
        id: refusal.id,
        authenticator: where.name,
        redirect: where.target,
        open: where.open ? '1' : '',
      })
    );
  }

  /* Sends the browser to WeCom. */
  async send(ctx, { name, row, settings, target, open, scope }) {
    const client = clientOf(ctx);
    if (client === 'wechat') throw new Refusal('in_wechat');
    const info = await this.questions.info(settings);
    const state = crypto.randomBytes(24).toString('hex');
    const way = client === 'wecom' ? scope : 'qr';
    const value = this.seal.make(
      'state',
      { s: state, n: name, t: target, w: way, o: open ? 1 : 0 },
      STATE_S
    );
    const redirectUri = links.callbackUrl(settings.origin);
    const mine = [...cookies.read(ctx.get('Cookie')).keys()].filter(
      (key) => key.startsWith(cookies.PREFIX) && key !== cookies.TICKET
    );

    if (mine.length >= STATES_AT_ONCE)
      cookies.add(ctx, ...mine.map((key) => cookies.line(key, '', { lifeS: 0 })));
    cookies.add(ctx, cookies.line(cookies.stateName(state), value, { lifeS: STATE_S }));
    this.redirect(
      ctx,
      way === 'qr'
        ? links.qrLink(info, { redirectUri, state, lang: languageOf(ctx) })
        : links.authorizeLink(info, { redirectUri, state, scope: SCOPES[way] })
    );
  }

  async begin(ctx, name, open) {
    const { redirect, hop } = ctx.query;
    const where = { name: typeof name === 'string' ? name.slice(0, 255) : '', open };

    try {
      if (!isNavigation(ctx) || Array.isArray(redirect)) throw new Refusal('bad_request');
      const { row, settings } = await this.authenticator(name);
      where.target = pageOf(redirect, settings.homeTarget);
      if (!settings.origin) throw new Refusal('origin_missing');
      // cookies belong to a host: begin where WeCom will come back to
      if (hostOf(ctx) !== new URL(settings.origin).host && !hop) {
        const here = open
          ? this.own(`open/${encodeURIComponent(name)}`, { redirect: where.target, hop: '1' })
          : this.own('start', { authenticator: name, redirect: where.target, hop: '1' });
        this.redirect(ctx, `${settings.origin}${here}`);
        return;
      }
      await this.send(ctx, { name, row, settings, target: where.target, open, scope: 'base' });
    } catch (err) {
      this.refuse(ctx, err, where);
    }
  }

  /* The cookie of this callback, or a Refusal. */
  visit(ctx, state) {
    if (typeof state !== 'string' || !links.STATE.test(state)) throw new Refusal('state_wrong');
    const fields = this.seal.open(
      'state',
      cookies.read(ctx.get('Cookie')).get(cookies.stateName(state))
    );

    if (!fields || typeof fields.s !== 'string' || fields.s.length !== state.length)
      throw new Refusal('state_wrong');
    if (!crypto.timingSafeEqual(Buffer.from(fields.s), Buffer.from(state)))
      throw new Refusal('state_wrong');
    return fields;
  }

  async callback(ctx) {
    const { code, state } = ctx.state.wecomPam || {};
    let where = {};

    try {
      const fields = this.visit(ctx, state);
      where = { name: fields.n, target: fields.t, open: fields.o === 1 };
      cookies.add(ctx, cookies.line(cookies.stateName(state), '', { lifeS: 0 }));
      if ((clientOf(ctx) === 'wecom') !== (fields.w !== 'qr')) throw new Refusal('browser_changed');
      // a browser that asks twice at once is the same person with the same code: one redemption
      let result = this.running.get(state);
      if (!result) {
        result = this.redeem(ctx, fields, code).finally(() => this.running.delete(state));
        this.running.set(state, result);
      }
      await this.finish(ctx, fields, await result);
    } catch (err) {
      this.refuse(ctx, err, where);
    }
  }

  /* Code to user. Resolves with { ticket } or { more: true }. */
  async redeem(ctx, fields, code) {
    if (!(await this.once.take(`state:${fields.s}`, STATE_S))) throw new Refusal('state_used');
    if (code === undefined || code === '') throw new Refusal('declined');
    if (typeof code !== 'string' || !/^[A-Za-z0-9_-]{1,512}$/.test(code))
      throw new Refusal('code_invalid');
    const { row, settings } = await this.authenticator(fields.n);
    const person = await this.person(settings, code, addressOf(ctx));
    const user = await this.users.find(row, settings, person, {
      inClient: fields.w !== 'qr',
      consented: fields.w === 'more',
    });

    if (user === null) return { more: true };
    this.sessions.confirmed(user.get('id'));
    return {
      ticket: this.seal.make(
        'ticket',
        { j: crypto.randomBytes(16).toString('hex'), u: user.get('id'), n: fields.n },
        TICKET_S
      ),
    };
  }

  async person(settings, code, address) {
    if (!this.tries.may(address)) throw new Refusal('too_many_tries');
    try {
      return await this.questions.signIn(settings, code, address);
    } catch (err) {
      if (err instanceof Refusal && err.reason === 'code_invalid') this.tries.failed(address);
      throw err;
    }
  }

  async finish(ctx, fields, result) {
    if (result.more) {
      const { row, settings } = await this.authenticator(fields.n);
      await this.send(ctx, {
        name: fields.n,
        row,
        settings,
        target: fields.t,
        open: fields.o === 1,
        scope: 'more',
      });
      return;
    }
    cookies.add(
      ctx,
      cookies.line(cookies.TICKET, result.ticket, { lifeS: TICKET_S }),
      cookies.line(cookies.LANDING, '1', { lifeS: TICKET_S, script: true }),
      cookies.line(cookies.STAY, '', { lifeS: 0, script: true })
    );
    this.redirect(ctx, withParameter(pageOf(fields.t), 'wecom', fields.n));
  }

  /* The page of a refusal; its words come from our table only. */
  message(ctx) {
    const { reason, id, authenticator, redirect, open } = ctx.query;
    const lang = languageOf(ctx);
    const page = pageOf(Array.isArray(redirect) ? '' : redirect);
    const name =
      typeof authenticator === 'string' && authenticator.length <= 255 ? authenticator : '';
    const known = isReason(reason) ? reason : 'internal';
    const retry =
      open === '1'
        ? this.own(`open/${encodeURIComponent(name)}`, { redirect: page })
        : this.own('start', { authenticator: name, redirect: page });

    ctx.withoutDataWrapping = true;
    setHeaders(ctx);
    ctx.status = 200;
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = refusalPage({
      lang,
      reason: known,
      id: /^[a-z2-9]{8}$/.test(id || '') ? id : '',
      retry:
        name !== '' && known !== 'unknown_authenticator' && known !== 'in_wechat' ? retry : null,
      back: signInPage(page),
    });
  }

  /* Trades the ticket of a browser for its user: once. Called by auth:signIn. */
  async trade(ctx, authenticatorName) {
    const value = cookies.read(ctx.get('Cookie')).get(cookies.TICKET);
    const fields = this.seal.open('ticket', value);

    if (value !== undefined)
      cookies.add(
        ctx,
        cookies.line(cookies.TICKET, '', { lifeS: 0 }),
        cookies.line(cookies.LANDING, '', { lifeS: 0, script: true })
      );
    if (!fields || fields.n !== authenticatorName) throw new Refusal('ticket');
    if (!(await this.once.take(`ticket:${fields.j}`, TICKET_S * 2))) throw new Refusal('ticket');
    const { row } = await this.authenticator(fields.n);
    const user = await this.users.user(fields.u);

    if (!row || !user) throw new Refusal('ticket');
    await this.users.mustBeEnabled(user);
    return user;
  }
}

module.exports = { Flow, STATE_S, TICKET_S };
