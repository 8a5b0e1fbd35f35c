/* The auth type: auth:signIn with a ticket in a cookie, and nothing else. */
'use strict';

const { BaseAuth } = require('@nocobase/auth');
const { AUTH_TYPE } = require('./settings');
const { Refusal } = require('./refusal');
const { languageOf } = require('./request');
const { sayReason } = require('./texts');

/* The class for one Flow: NocoBase makes an object of it for each request. */
function authClass(flow) {
  return class WecomPamAuth extends BaseAuth {
    constructor(config) {
      super({ ...config, userCollection: config.ctx.db.getCollection('users') });
    }

    async validate() {
      try {
        if (!this.authenticator || this.authenticator.authType !== AUTH_TYPE)
          throw new Refusal('unknown_authenticator');
        return await flow.trade(this.ctx, this.authenticator.name);
      } catch (err) {
        throw this.told(err);
      }
    }

    /* What NocoBase passes to the browser as it stands: status, message, code. */
    told(err) {
      const reason = err instanceof Refusal ? err.reason : 'internal';
      const locale = this.ctx.get('X-Locale');
      const lang = locale ? (/^zh/i.test(locale) ? 'zh' : 'en') : languageOf(this.ctx);
      const told = new Error(sayReason(lang, reason));

      if (!(err instanceof Refusal))
        this.ctx.app.logger.error('wecom-pam: sign-in failed', { error: err.stack });
      told.status = 401;
      told.code = `WECOM_${reason.toUpperCase()}`;
      return told;
    }
  };
}

module.exports = { authClass };
