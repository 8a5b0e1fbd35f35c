/* Sessions of people who left the company, in a real NocoBase. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const nocobase = require('./nocobase');
const { refused } = require('./fake');
const { world, options } = require('./world');

test('people who leave', options, async (t) => {
  const { fake, app, db, bindings, desktop, wecom, authenticator, member } = await world(t);

  await t.test(
    'a session ends when the member is out, whatever authenticator is named',
    async (s) => {
      const tokens = () => db.getCollection('issuedTokens').model;
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

      await s.test(
        'within an interval, also for another authenticator, and tokens are revoked',
        async () => {
          const done = await wecom().signIn(
            'wecom',
            await member('Leaver', { WECOM_MOBILE: '13800000601' })
          );
          const id = done.user.id;
          assert.equal((await desktop().check(done.token)).status, 200);
          fake.say({ account: { Leaver: refused('withdrawn') } });
          const until = Date.now() + 5000;
          let answer;
          do {
            await later(200);
            answer = await desktop().check(done.token, { 'X-Authenticator': 'basic' });
          } while (answer.status === 200 && Date.now() < until);
          assert.equal(answer.status, 401);
          assert.equal(await tokens().count({ where: { userId: id } }), 0);
          assert.equal(
            (await desktop().check(done.token, { 'X-Authenticator': 'basic' })).status,
            401
          );
        }
      );
      await s.test('without a request, too', async () => {
        const done = await wecom().signIn(
          'wecom',
          await member('Idle', { WECOM_MOBILE: '13800000602' })
        );
        await desktop().check(done.token);
        fake.say({ account: { Idle: refused('disabled') } });
        const until = Date.now() + 6000;
        while (
          (await tokens().count({ where: { userId: done.user.id } })) > 0 &&
          Date.now() < until
        )
          await later(200);
        assert.equal(await tokens().count({ where: { userId: done.user.id } }), 0);
      });
      await s.test('a helper that is away ends nobody', async () => {
        const done = await wecom().signIn(
          'wecom',
          await member('Stays', { WECOM_MOBILE: '13800000603' })
        );
        fake.say({
          account: {
            Stays: { print: { ok: false, reason: 'helper_down', message: '' }, status: 1 },
          },
        });
        for (let i = 0; i < 4; i++) {
          await later(500);
          assert.equal((await desktop().check(done.token)).status, 200);
        }
      });
      await s.test('users who are not bound are not asked about', async () => {
        fake.forget();
        const done = await desktop().post(
          '/api/auth:signIn',
          { account: 'admin@nocobase.com', password: 'admin123' },
          { 'X-Authenticator': 'basic' }
        );
        await bindings.destroy({ where: { userId: done.json.data.user.id } });
        app.pm.get('auth-wecom-pam').sessions.forget(done.json.data.user.id);
        assert.equal((await desktop().check(done.json.data.token)).status, 200);
        assert.deepEqual(
          fake.calls('--account').filter(({ args }) => args.includes('Boss')),
          []
        );
      });
    }
  );
});
