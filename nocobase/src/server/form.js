/* What the administrator's form asks: what is known, take these keys, does it work? */
'use strict';

const { AUTH_TYPE, SettingsError, originOf, settingsOf, checkOptions } = require('./settings');
const { Refusal } = require('./refusal');
const links = require('./links');
const { languageOf } = require('./request');
const { say, sayReason } = require('./texts');

class Form {
  constructor({ app, questions }) {
    Object.assign(this, { app, questions });
  }

  values(ctx) {
    const values = ctx.action.params.values;
    return values !== null && typeof values === 'object' ? values : {};
  }

  lang(ctx) {
    const locale = ctx.get('X-Locale');
    return locale ? (/^zh/i.test(locale) ? 'zh' : 'en') : languageOf(ctx);
  }

  /* The settings that a form stands for, saved or not. */
  async settings(ctx) {
    const { authenticator, service, origin, keys } = this.values(ctx);

    if (typeof authenticator !== 'string' || authenticator === '' || authenticator.length > 255)
      throw new SettingsError('name');
    const options = { service, origin, keys };
    checkOptions(options);
    const row = await this.app.db
      .getRepository('authenticators')
      .findOne({ filter: { name: authenticator } });
    if (row && row.get('authType') !== AUTH_TYPE) throw new SettingsError('name');
    return { name: authenticator, settings: settingsOf(options, authenticator, this.app.name) };
  }

  /* Runs `work` and turns what it throws into { ok: false, message }. */
  async answer(ctx, work) {
    const lang = this.lang(ctx);

    try {
      ctx.body = { ok: true, ...(await work(lang)) };
    } catch (err) {
      if (err instanceof SettingsError)
        ctx.body = { ok: false, message: say(lang, `settings.${err.word}`) };
      else if (err instanceof Refusal)
        ctx.body = {
          ok: false,
          reason: err.reason,
          message: err.words || sayReason(lang, err.reason),
        };
      else throw err;
    }
  }

  async known(settings, app) {
    try {
      const { corpId, agentId, company } = await this.questions.info({
        service: settings.service,
        app,
      });
      return { corpId, agentId, company };
    } catch (err) {
      if (err instanceof Refusal) return { reason: err.reason };
      throw err;
    }
  }

  /* What the form shows: addresses to copy, and whose keys there are. */
  info(ctx) {
    return this.answer(ctx, async (lang) => {
      const { name, settings } = await this.settings(ctx);
      const own = settingsOf({ service: settings.service }, name, this.app.name).app;
      const [machine, handed] = await Promise.all([
        this.known(settings, ''),
        this.known(settings, own),
      ]);
      const addresses = settings.origin
        ? {
            callbackUrl: links.callbackUrl(settings.origin),
            trustedDomain: links.trustedDomain(settings.origin),
            homepageUrl: links.homepageUrl(settings.origin, name, process.env, this.app.name),
          }
        : {};
      const down = [machine.reason, handed.reason].find(
        (r) => r === 'helper_down' || r === 'program_missing'
      );

      return {
        ...addresses,
        machine: machine.reason ? null : machine,
        handed: handed.reason ? null : handed,
        helper: down ? sayReason(lang, down) : '',
      };
    });
  }

  /* Company ID, AgentId and Secret go to the helper. The Secret comes as `password`, which is the
   * one name that NocoBase's request log leaves out.
   */
  setApp(ctx) {
    return this.answer(ctx, async (lang) => {
      const { name, settings } = await this.settings(ctx);
      const { corpId, agentId, password } = this.values(ctx);
      const app = settingsOf({ service: settings.service }, name, this.app.name).app;

      if (typeof password !== 'string' || password.trim() === '')
        throw new SettingsError('noSecret');
      if (typeof corpId !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(corpId.trim()))
        throw new SettingsError('corpId');
      if (!/^[0-9]{1,9}$/.test(String(agentId).trim())) throw new SettingsError('agentId');
      const left = await this.questions.setApp(
        { service: settings.service, app },
        { corpId: corpId.trim(), agentId: Number(agentId), secret: password.trim() }
      );
      this.app.logger.info('wecom-pam: keys handed over', {
        authenticator: name,
        app,
        left: left.reason,
      });
      return { message: left.reason ? left.words : say(lang, 'form.kept'), left: left.reason };
    });
  }

  /* The rows of the Test button: what was found, in words, and what to look at. */
  check(ctx) {
    return this.answer(ctx, async (lang) => {
      const { name, settings } = await this.settings(ctx);
      const rows = await this.questions.check(settings);
      const agent = rows.find((row) => row.item === 'agent') || {};
      const found = rows.map((row) => ({
        state: row.state,
        title: say(lang, `check.${row.item}`),
        // the helper's details are English; where nothing is to be done, a word does
        detail:
          (lang === 'zh' && ['ok', 'skipped'].includes(row.state)
            ? say(lang, `check.is_${row.state}`)
            : row.detail) || '',
        cure: (lang === 'zh' ? row.cure_zh : row.cure) || '',
      }));

      found.push(...this.compare(lang, name, settings, agent));
      // not `rows`: NocoBase takes a body with that name for a list
      return {
        passed: found.every((row) => row.state !== 'failed'),
        findings: found,
        look: this.look(lang, settings),
      };
    });
  }

  /* What WeCom tells of the application beside what it has to be. */
  compare(lang, name, settings, agent) {
    const row = (item, state, words) => ({
      state,
      title: say(lang, `check.${item}`),
      detail: say(lang, `check.${item}.${state}`, words),
      cure: '',
    });

    if (!settings.origin) return [row('origin', 'failed', {})];
    const domain = links.trustedDomain(settings.origin);
    const homepage = links.homepageUrl(settings.origin, name, process.env, this.app.name);
    const rows = [];
    if (agent.redirect_domain !== undefined)
      rows.push(
        agent.redirect_domain.toLowerCase() === domain
          ? row('domain', 'ok', { domain })
          : row('domain', 'failed', { domain, found: agent.redirect_domain || '-' })
      );
    if (agent.home_url !== undefined)
      rows.push(
        agent.home_url === homepage || agent.home_url.startsWith(`${homepage}?`)
          ? row('homepage', 'ok', { homepage })
          : row('homepage', 'warning', { homepage, found: agent.home_url || '-' })
      );
    return rows;
  }

  /* What WeCom does not tell anybody. */
  look(lang, settings) {
    const words = { domain: settings.origin ? links.trustedDomain(settings.origin) : '-' };
    return ['login_domain', 'fields', 'range', 'desktop_homepage'].map((item) =>
      say(lang, `look.${item}`, words)
    );
  }
}

module.exports = { Form, originOf };
