/* NocoBase below a path of its host: APP_PUBLIC_PATH. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const nocobase = require('./nocobase');
const { Browser } = require('./browser');
const { Fake, granted } = require('./fake');

Object.assign(process.env, { APP_PUBLIC_PATH: '/nocobase/', API_BASE_PATH: '/nocobase/api/' });

test(
  'below a path',
  nocobase.isThere ? {} : { skip: 'NOCOBASE_PACKAGES has no NocoBase: see tests/plugin/fetch.sh' },
  async (t) => {
    const fake = new Fake();
    const it = await nocobase.start(fake.command, { resourcer: { prefix: '/nocobase/api' } });
    const origin = `http://localhost:${it.port}`;
    const code = `code${'0'.repeat(40)}`;

    t.after(async () => {
      await nocobase.stop(it);
      fake.remove();
    });
    await it.app.db.getRepository('authenticators').create({
      values: {
        name: 'wecom',
        authType: 'wecom-pam',
        enabled: true,
        options: { origin, public: { autoSignup: true, phoneRequired: false } },
      },
    });
    fake.say({ code: { [code]: granted('ZhangSan') } });
    for (const [wanted, landed] of [
      ['/admin/abc?x=1', '/nocobase/admin/abc?x=1&wecom=wecom'],
      ['/nocobase/v/admin/abc', '/nocobase/v/admin/abc?wecom=wecom'],
      ['', '/nocobase/admin?wecom=wecom'],
      ['/nocobase/api/x', '/nocobase/admin?wecom=wecom'],
    ])
      await t.test(`${wanted || 'nothing'} is found again`, async () => {
        const browser = new Browser(it.port);
        const there = await browser.begin(
          `/nocobase/api/wecom-pam:start?authenticator=wecom&redirect=${encodeURIComponent(wanted)}`
        );
        assert.equal(
          there.url.searchParams.get('redirect_uri'),
          `${origin}/nocobase/api/wecom-pam:callback`
        );
        const back = await browser.go(
          `/nocobase/api/wecom-pam:callback?code=${code}&state=${there.state}`
        );
        assert.equal(back.location, landed);
        const answer = await browser.post(
          '/nocobase/api/auth:signIn',
          {},
          { 'X-Authenticator': 'wecom' }
        );
        assert.equal(answer.status, 200);
      });
    await t.test('refusals lead to a page and a sign-in page below it', async () => {
      const browser = new Browser(it.port);
      const there = await browser.go(
        '/nocobase/api/wecom-pam:start?authenticator=nobody&redirect=/nocobase/v/admin'
      );
      assert.match(
        there.location,
        /^\/nocobase\/api\/wecom-pam:message\?reason=unknown_authenticator/
      );
      assert.match((await browser.go(there.location)).text, /href="\/nocobase\/signin/);
    });
    await t.test('the code is in no log', async () => {
      assert.match(nocobase.logs(), /wecom-pam:callback/);
      assert.ok(!nocobase.logs().includes(code));
    });
  }
);
