/* The administrator's form: what the server answers, keeps and refuses to keep. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const nocobase = require('./nocobase');
const { INFO, refused } = require('./fake');
const { world, options } = require('./world');

test("the form's questions", options, async (t) => {
  const { fake, port, origin, authenticators, desktop, wecom, authenticator, member } =
    await world(t);

  await t.test('the form', async (s) => {
    const admin = desktop();
    const signed = await admin.post(
      '/api/auth:signIn',
      { account: 'admin@nocobase.com', password: 'admin123' },
      { 'X-Authenticator': 'basic' }
    );
    const ask = (action, values) =>
      admin.post(`/api/wecom-pam:${action}`, values, {
        Authorization: `Bearer ${signed.json.data.token}`,
        'X-Locale': 'en-US',
      });

    await s.test('answers administrators only', async () => {
      const person = await wecom().signIn('wecom', await member('ZhangSan', {}));
      fake.forget();
      for (const action of ['info', 'setApp', 'check']) {
        const values = { authenticator: 'wecom', origin, corpId: 'ww1', agentId: 5, password: 'x' };
        assert.equal(
          (await desktop().post(`/api/wecom-pam:${action}`, values)).status,
          401,
          action
        );
        assert.equal(
          (
            await desktop().post(`/api/wecom-pam:${action}`, values, {
              Authorization: `Bearer ${person.token}`,
            })
          ).status,
          403,
          action
        );
      }
      assert.deepEqual(fake.calls(), []);
    });
    await s.test('shows the addresses and whose keys there are', async () => {
      fake.say({ info: { '': { print: { ok: false, reason: 'config_corp', message: '' } } } });
      const { data } = (await ask('info', { authenticator: 'wecom', origin })).json;
      assert.equal(data.callbackUrl, `${origin}/api/wecom-pam:callback`);
      assert.equal(data.homepageUrl, `${origin}/api/wecom-pam:open/wecom`);
      assert.equal(data.trustedDomain, `localhost:${port}`);
      assert.equal(data.machine, null);
      assert.deepEqual(data.handed, {
        corpId: INFO.corp_id,
        agentId: INFO.agent_id,
        company: 'Example',
      });
    });
    await s.test(
      'hands the Secret to the helper on stdin, and no log and no row has it',
      async () => {
        const secret = 'SecretOfTheTests0123456789abcdefghijklmnopq';
        fake.forget();
        const { data } = (
          await ask('setApp', {
            authenticator: 'wecom',
            corpId: 'ww0123456789abcdef',
            agentId: 1000002,
            password: secret,
          })
        ).json;
        assert.equal(data.ok, true);
        const [call] = fake.calls('--set-app');
        assert.deepEqual(JSON.parse(call.input), {
          corp_id: 'ww0123456789abcdef',
          agent_id: 1000002,
          secret,
        });
        assert.ok(
          !JSON.stringify(call.args).includes(secret) && !JSON.stringify(call.env).includes(secret)
        );
        assert.match(nocobase.logs(), /wecom-pam:setApp/);
        assert.ok(!nocobase.logs().includes(secret));
        assert.ok(!JSON.stringify(await authenticators.find()).includes(secret));
        assert.ok(!JSON.stringify(data).includes(secret));
      }
    );
    await s.test('says why the helper refuses', async () => {
      fake.say({
        setApp: refused(
          'config_secret',
          'Nothing was kept: WeCom refuses these keys (ID abcdefgh).'
        ),
      });
      const { data } = (
        await ask('setApp', { authenticator: 'wecom', corpId: 'ww1', agentId: '5', password: 'x' })
      ).json;
      assert.equal(data.ok, false);
      assert.match(data.message, /WeCom refuses these keys/);
    });
    await s.test('refuses what cannot be keys, without asking', async () => {
      fake.forget();
      for (const bad of [
        { corpId: 'a b' },
        { agentId: 'x' },
        { password: '' },
        { password: { a: 1 } },
        { authenticator: 'basic' },
        { service: 'sshd' },
      ])
        assert.equal(
          (
            await ask('setApp', {
              authenticator: 'wecom',
              corpId: 'ww1',
              agentId: 5,
              password: 'x',
              ...bad,
            })
          ).json.data.ok,
          false,
          JSON.stringify(bad)
        );
      assert.deepEqual(fake.calls('--set-app'), []);
    });
    await s.test('tests the application, and compares what WeCom has', async () => {
      fake.say({
        check: {
          print: {
            ok: false,
            checks: [
              {
                app: 'x',
                item: 'token',
                state: 'failed',
                detail: 'gettoken: 60020',
                cure: 'Add the address 203.0.113.7',
                cure_zh: '请加入地址 203.0.113.7',
              },
              {
                app: 'x',
                item: 'agent',
                state: 'ok',
                detail: 'Example',
                redirect_domain: 'other.example.com',
                home_url: 'https://other.example.com/',
              },
            ],
          },
        },
      });
      const { data } = (await ask('check', { authenticator: 'wecom', origin })).json;
      assert.equal(data.passed, false);
      assert.match(data.findings[0].cure, /203\.0\.113\.7/);
      assert.ok(
        data.findings.some(
          (row) => row.state === 'failed' && /other\.example\.com/.test(row.detail)
        )
      );
      assert.ok(
        data.findings.some(
          (row) =>
            row.state === 'warning' && row.detail.includes(`${origin}/api/wecom-pam:open/wecom`)
        )
      );
      assert.equal(data.look.length, 4);
    });
    await s.test(
      'says that nothing is set up where the helper has no such application',
      async () => {
        fake.say({ check: refused('not_allowed', 'WECOM_APP is not the app= of this service') });
        const { data } = (await ask('check', { authenticator: 'other', origin })).json;
        assert.equal(data.ok, false);
        assert.match(data.message, /Company ID, AgentId and Secret/);
      }
    );
    await s.test(
      'keeps no Secret, no foreign PAM service, no address of another kind',
      async () => {
        const values = (more) => ({
          values: {
            name: 'bad',
            authType: 'wecom-pam',
            enabled: false,
            options: { origin, ...more },
          },
        });
        for (const more of [
          { secret: 'x' },
          { public: { secret: 'x' } },
          { appSecret: 'x' },
          { service: 'sshd' },
          { origin: 'http://nocobase.example.com' },
          { origin: 'https://user@example.com' },
          { public: { homeTarget: 'https://evil.example' } },
          { whatever: 1 },
        ])
          await assert.rejects(authenticators.create(values(more)), JSON.stringify(more));
      }
    );
    await s.test('lets one authenticator sign in automatically', async () => {
      await authenticator('auto1', { autoLogin: true });
      await assert.rejects(authenticator('auto2', { autoLogin: true }), /automatic login/);
      await authenticators.update({ filter: { name: 'auto1' }, values: { enabled: false } });
      await authenticator('auto3', { autoLogin: true });
    });
    await s.test('tells people who are not signed in nothing but button and switch', async () => {
      const list = (await desktop().request('GET', '/api/authenticators:publicList')).json.data;
      for (const one of list.filter(({ authType }) => authType === 'wecom-pam'))
        assert.deepEqual(Object.keys(one.options).sort(), ['autoLogin', 'tooltip']);
    });
  });
});
