/* The plugin: puts the parts together and hangs them into NocoBase. */
'use strict';

const path = require('path');
const { Plugin, Gateway } = require('@nocobase/server');
const { AUTH_TYPE, settingsOf, publicOptions, checkOptions, SettingsError } = require('./settings');
const { Questions } = require('./questions');
const { Users } = require('./users');
const { Sessions } = require('./sessions');
const { Flow } = require('./flow');
const { Form } = require('./form');
const { Once } = require('./once');
const { Tries } = require('./tries');
const { authClass } = require('./auth');
const { revokeTokens } = require('./revoke');
const { hideCallback, languageOf } = require('./request');
const { selectApp } = require('./select_app');
const { say, sayReason } = require('./texts');
const cookies = require('./cookies');

const PACKAGE = '@pam-wecom/plugin-auth-wecom';
const RESOURCE = 'wecom-pam';

/* A mistake in it must not keep NocoBase from starting: signing in says what is wrong. */
function loginCommand(logger) {
  const command = process.env.WECOM_LOGIN || '/usr/bin/wecom-login';

  if (path.isAbsolute(command)) return command;
  logger.error('wecom-pam: WECOM_LOGIN must be an absolute path', { command });
  return '/dev/null/wecom-login';
}

/* Seconds from the environment, within bounds. */
function seconds(name, usual, least) {
  const value = Number(process.env[name]);
  return Number.isFinite(value) && value >= least ? value : usual;
}

/* The parts at work, by application: NocoBase loads a plugin anew when another one is enabled. */
const atWork = new Map();

class PluginAuthWecom extends Plugin {
  async load() {
    const logger = this.app.logger;
    const before = atWork.get(this.app.name);

    if (before) await before.end();
    atWork.set(this.app.name, this);
    this.questions = new Questions({
      command: loginCommand(logger),
      socket: process.env.WECOM_LOGIN_SOCKET || '',
      most: Math.min(64, seconds('WECOM_LOGIN_CHILDREN', 4, 1)),
      logger,
    });
    this.users = new Users({ db: this.db, lock: this.app.lockManager, logger });
    this.sessions = this.makeSessions(logger);
    const cache = await this.app.cacheManager.createCache({ name: RESOURCE, prefix: RESOURCE });
    this.flow = new Flow({
      app: this.app,
      users: this.users,
      questions: this.questions,
      sessions: this.sessions,
      tries: new Tries(),
      once: new Once(cache, this.app.lockManager),
      seal: new cookies.Seal(this.app.authManager.jwt.getSecret(), this.app.name),
    });
    this.form = new Form({ app: this.app, questions: this.questions });
    this.app.authManager.registerTypes(AUTH_TYPE, {
      auth: authClass(this.flow),
      title: `{{t("WeCom", { "ns": "${PACKAGE}" })}}`,
      getPublicOptions: publicOptions,
    });
    this.defineActions();
    this.watch();
    this.app.use(hideCallback, { tag: 'wecomPamCallback', before: ['audit', 'logger'] });
    if (Gateway)
      Gateway.getInstance().addAppSelectorMiddleware(selectApp, { tag: 'wecomPamCallback' });
    this.app.on('beforeStop', () => this.end());
    this.app.on('beforeDestroy', () => this.end());
    this.sessions.start();
  }

  makeSessions(logger) {
    return new Sessions({
      logger,
      intervalMs: seconds('WECOM_CHECK_INTERVAL', 300, 1) * 1000,
      staleMs: 24 * 3600 * 1000,
      ask: (binding) => this.questions.account(binding.settings, binding.userid),
      bindingsOf: (userId) => this.bindingsOf(userId),
      isRoot: (userId) => this.users.isRoot(userId),
      revoke: async (userId, { all }) =>
        revokeTokens(this.app, userId, all ? null : await this.users.names()),
    });
  }

  /* The members whom a user is, by authenticators that are in use. */
  async bindingsOf(userId) {
    const rows = await this.users.bindings.findAll({ where: { userId } });
    const found = [];

    for (const row of rows) {
      const authenticator = await this.db.getRepository('authenticators').findOne({
        filter: { name: row.get('authenticator'), authType: AUTH_TYPE, enabled: true },
      });
      const userid = (row.get('meta') || {}).userid;
      if (authenticator && typeof userid === 'string')
        found.push({
          userid,
          settings: settingsOf(
            authenticator.get('options'),
            authenticator.get('name'),
            this.app.name
          ),
        });
    }
    return found;
  }

  defineActions() {
    const run = (work) => async (ctx, next) => {
      await work(ctx);
      await next();
    };

    this.app.resourceManager.define({
      name: RESOURCE,
      actions: {
        start: run((ctx) => this.flow.begin(ctx, ctx.query.authenticator, false)),
        open: run((ctx) => this.flow.begin(ctx, ctx.action.params.filterByTk, true)),
        callback: run((ctx) => this.flow.callback(ctx)),
        message: run((ctx) => this.flow.message(ctx)),
        info: run((ctx) => this.form.info(ctx)),
        setApp: run((ctx) => this.form.setApp(ctx)),
        check: run((ctx) => this.form.check(ctx)),
      },
    });
    this.app.acl.allow(RESOURCE, ['start', 'open', 'callback', 'message'], 'public');
    // whoever may change authenticators may ask what their form asks
    this.app.acl.registerSnippet({
      name: 'pm.auth.authenticators',
      actions: [`${RESOURCE}:info`, `${RESOURCE}:setApp`, `${RESOURCE}:check`],
    });
  }

  watch() {
    this.db.on('authenticators.beforeSave', (row, options) => this.beforeSave(row, options));
    this.db.on('authenticators.afterSave', () => this.questions.forget());
    for (const event of ['afterSave', 'afterDestroy'])
      this.db.on(`usersAuthenticators.${event}`, (row) => this.sessions.forget(row.get('userId')));
    // a person who signs out stays out, until the workbench or the button is used
    this.app.on('auth:signOut', ({ ctx }) =>
      cookies.add(ctx, cookies.line(cookies.STAY, '1', { lifeS: cookies.STAY_S, script: true }))
    );
    this.app.dataSourceManager.use(
      async (ctx, next) => {
        const user = ctx.state.currentUser;
        if (user && !(await this.sessions.allows(user.id)))
          this.sendAway(ctx, this.sessions.why(user.id));
        await next();
      },
      { tag: 'wecomPamSessions', after: 'auth', before: 'acl' }
    );
  }

  sendAway(ctx, reason) {
    const locale = ctx.get('X-Locale');
    const lang = locale ? (/^zh/i.test(locale) ? 'zh' : 'en') : languageOf(ctx);

    // a code that NocoBase's clients know: they forget the token and show the sign-in page
    ctx.throw(401, { message: sayReason(lang, reason), code: 'INVALID_TOKEN' });
  }

  /* Refuses options that cannot be kept, and a second automatic authenticator. */
  async beforeSave(row, { context, transaction } = {}) {
    if (row.get('authType') !== AUTH_TYPE) return;
    const locale = (context && context.get && context.get('X-Locale')) || '';

    try {
      const options = row.get('options');
      checkOptions(options);
      if (!row.get('enabled') || !settingsOf(options, row.get('name'), this.app.name).autoLogin)
        return;
      const others = await this.db.getRepository('authenticators').find({
        filter: { authType: AUTH_TYPE, enabled: true, name: { $ne: row.get('name') } },
        transaction,
      });
      if (others.some((other) => settingsOf(other.get('options'), '', '').autoLogin))
        throw new SettingsError('autoLogin');
    } catch (err) {
      if (!(err instanceof SettingsError)) throw err;
      const told = new Error(say(/^zh/i.test(locale) ? 'zh' : 'en', `settings.${err.word}`));
      told.status = 400;
      throw told;
    }
  }

  async end() {
    this.sessions.stop();
    await this.questions.stop();
  }

  async afterDisable() {
    await this.end();
  }
}

// NocoBase looks for `default` only in what says that it was a module
Object.defineProperty(exports, '__esModule', { value: true });
exports.default = PluginAuthWecom;
