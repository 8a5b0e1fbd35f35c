/* The way of a browser: from the button or the workbench to WeCom, back, and to a session. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const nocobase = require('./nocobase');
const { Browser, WECHAT } = require('./browser');
const { INFO } = require('./fake');
const { world, code, options, MOBILE } = require('./world');

test('from a link to a session', options, async (t) => {
  const { fake, app, port, origin, first, users, desktop, wecom, authenticator, member, password } =
    await world(t);

  await t.test('the workbench link makes the user by phone, and signs it in', async () => {
    assert.equal(first.there.url.origin + first.there.url.pathname, INFO.authorize_url);
    assert.equal(first.there.url.searchParams.get('scope'), 'snsapi_base');
    assert.equal(first.there.url.searchParams.get('agentid'), '1000002');
    assert.equal(
      first.there.url.searchParams.get('redirect_uri'),
      `${origin}/api/wecom-pam:callback`
    );
    assert.equal(first.there.url.hash, '#wechat_redirect');
    assert.match(first.there.state, /^[A-Za-z0-9]{32,128}$/);
    assert.equal(first.landed, '/admin?wecom=wecom');
    assert.equal(first.answer.status, 200);
    const user = await users.findOne({ filter: { phone: MOBILE }, appends: ['roles'] });
    assert.equal(user.get('nickname'), '张三');
    assert.equal(user.get('email'), 'zhangsan@example.com');
    assert.deepEqual(
      user.get('roles').map((role) => role.get('name')),
      ['member']
    );
    assert.equal(first.user.id, user.get('id'));
    assert.ok(!('password' in first.user));
    assert.equal((await desktop().check(first.token)).json.data.id, user.get('id'));
  });

  await t.test(
    'the second time, from a desktop, the same account is the same user, without a phone',
    async () => {
      const c = await member('zhangsan', {});
      const browser = desktop();
      const second = await browser.signIn('wecom', c);

      assert.equal(second.there.url.origin + second.there.url.pathname, INFO.sso_url);
      assert.equal(second.there.url.searchParams.get('login_type'), 'CorpApp');
      assert.equal(second.there.url.searchParams.get('agentid'), '1000002');
      assert.equal(second.user.phone, MOBILE);
      assert.equal(await users.count({ filter: { phone: MOBILE } }), 1);
    }
  );

  await t.test(
    'the code goes to stdin, with an environment that holds nothing of the server',
    async () => {
      fake.forget();
      const c = await member('ZhangSan', {});
      await desktop().signIn('wecom', c);
      const [call] = fake.calls('sign-in');

      assert.deepEqual(JSON.parse(call.input), { code: c });
      assert.deepEqual(call.args.slice(0, 3), ['--service', 'nocobase', '--app']);
      assert.match(call.args[3], /^nb-wecom-[0-9a-f]{12}$/);
      assert.ok(!call.args.includes(c));
      const names = Object.keys(call.env).filter(
        (name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name)
      );
      assert.deepEqual(names.sort(), ['LANG', 'PATH']);
      assert.equal(call.cwd, '/');
    }
  );

  await t.test('no code, state, ticket or token is in any log or address', async () => {
    const c = await member('ZhangSan', {});
    const browser = desktop();
    const done = await browser.signIn('wecom', c);
    const ticket = done.back.setCookies.find((line) => line.includes('ticket=')).split(/[=;]/)[1];
    const said = nocobase.logs();

    assert.match(said, /wecom-pam:callback/, 'the log that is searched has the callback in it');
    for (const secret of [c, done.there.state, ticket, done.token])
      assert.ok(!said.includes(secret));
    assert.ok(!done.landed.includes(done.token) && !done.landed.includes(ticket.slice(0, 20)));
    assert.ok(!said.includes(process.env.APP_KEY));
  });

  await t.test('cookies are HttpOnly, Secure, Lax and for this host alone', async () => {
    const browser = desktop();
    const done = await browser.signIn('wecom', await member('ZhangSan', {}));
    const ours = [...done.there.setCookies, ...done.back.setCookies];

    assert.ok(ours.length >= 3);
    for (const line of ours) {
      assert.match(line, /^__Host-wecom-pam/);
      for (const word of ['Secure', 'SameSite=Lax', 'Path=/'])
        assert.ok(line.split('; ').includes(word), line);
      // two hold nothing but "1", for scripts
      if (!/-(stay|landing)=1?;/.test(line)) assert.ok(line.split('; ').includes('HttpOnly'), line);
    }
  });

  await t.test('only pages of this NocoBase are gone to', async (s) => {
    const cases = [
      ['/admin/abc?x=1&y=2', '/admin/abc?x=1&y=2&wecom=wecom'],
      ['/v/admin/abc?x=1', '/v/admin/abc?x=1&wecom=wecom'],
      ['/admin/a#part', '/admin/a?wecom=wecom#part'],
      ['/m', '/m?wecom=wecom'],
      ['https://evil.example/', '/admin?wecom=wecom'],
      ['//evil.example/', '/admin?wecom=wecom'],
      ['/\\evil.example', '/admin?wecom=wecom'],
      ['/%2fevil.example', '/admin?wecom=wecom'],
      ['/%5cevil.example', '/admin?wecom=wecom'],
      ['/\t/evil.example', '/admin?wecom=wecom'],
      ['javascript:alert(1)', '/admin?wecom=wecom'],
      ['/a/../..//evil.example', '/admin?wecom=wecom'],
      ['/admin?token=abc&authenticator=basic', '/admin?wecom=wecom'],
      ['/api/auth:signOut', '/admin?wecom=wecom'],
      ['/signin?redirect=/admin', '/admin?wecom=wecom'],
      ['null', '/admin?wecom=wecom'],
      [`/${'a'.repeat(2000)}`, '/admin?wecom=wecom'],
    ];
    const c = await member('ZhangSan', {});
    for (const [wanted, landed] of cases)
      await s.test(JSON.stringify(wanted.slice(0, 40)), async () => {
        const browser = desktop();
        const { state } = await browser.begin(
          `/api/wecom-pam:start?authenticator=wecom&redirect=${encodeURIComponent(wanted)}`
        );
        assert.equal((await browser.back(c, state)).location, landed);
      });
  });

  await t.test('a picture, a frame and a script of another site begin nothing', async () => {
    for (const headers of [
      { 'Sec-Fetch-Dest': 'image', 'Sec-Fetch-Mode': 'no-cors' },
      { 'Sec-Fetch-Dest': 'iframe' },
      { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
    ])
      assert.equal(
        Browser.refusal(await desktop().go('/api/wecom-pam:start?authenticator=wecom', headers))
          .reason,
        'bad_request'
      );
  });

  await t.test('who comes by another host name begins again at the right one', async () => {
    const browser = desktop();
    browser.host = '10.0.0.5:13000';
    const there = await browser.go('/api/wecom-pam:start?authenticator=wecom&redirect=/admin/x');
    assert.equal(
      there.location,
      `${origin}/api/wecom-pam:start?authenticator=wecom&redirect=%2Fadmin%2Fx&hop=1`
    );
    // a proxy that hides the name makes no endless loop
    assert.match(
      (await browser.go(new URL(there.location).pathname + new URL(there.location).search))
        .location,
      /^https:\/\/login\.work/
    );
  });

  await t.test('WeChat is told to use WeCom, a declined sign-in is told as that', async () => {
    assert.equal(
      Browser.refusal(await new Browser(port, WECHAT).go('/api/wecom-pam:open/wecom')).reason,
      'in_wechat'
    );
    const browser = desktop();
    const { state } = await browser.begin('/api/wecom-pam:start?authenticator=wecom');
    assert.equal(
      Browser.refusal(await browser.go(`/api/wecom-pam:callback?state=${state}`)).reason,
      'declined'
    );
  });

  await t.test(
    'after a refusal and a sign-out the client stays out; the workbench link lets in again',
    async () => {
      const browser = wecom();
      await browser.signIn('wecom', code());
      assert.equal(browser.jar.get('__Host-wecom-pam-stay'), '1');
      const done = await browser.signIn(
        'wecom',
        await member('ZhangSan', {}),
        '/api/wecom-pam:open/wecom'
      );
      assert.equal(browser.jar.has('__Host-wecom-pam-stay'), false);
      await browser.post('/api/auth:signOut', {}, { Authorization: `Bearer ${done.token}` });
      assert.equal(browser.jar.get('__Host-wecom-pam-stay'), '1');
    }
  );

  await t.test('another account in the client replaces the session', async () => {
    const browser = wecom();
    const one = await browser.signIn(
      'wecom',
      await member('ZhangSan', {}),
      '/api/wecom-pam:open/wecom'
    );
    const two = await browser.signIn(
      'wecom',
      await member('LiSi', { WECOM_MOBILE: '13800000002' }),
      '/api/wecom-pam:open/wecom'
    );
    assert.notEqual(one.user.id, two.user.id);
    assert.equal((await browser.check(two.token)).json.data.id, two.user.id);
  });

  await t.test('a path that is none stops WeCom, and nothing else', async () => {
    const right = process.env.WECOM_LOGIN;
    process.env.WECOM_LOGIN = 'wecom-login';
    await app.restart();
    const there = await desktop().begin('/api/wecom-pam:start?authenticator=wecom');
    assert.equal(Browser.refusal(there).reason, 'program_missing');
    assert.equal((await password()).status, 200);
    process.env.WECOM_LOGIN = right;
    await app.restart();
  });

  await t.test(
    'a restart from inside, as when another plugin is enabled, leaves all at work',
    async () => {
      const first = app.pm.get('auth-wecom-pam');
      await app.reload();
      assert.equal(first.questions.lanes.signIn.stopped, true);
      await app.start();
      const before = app.pm.get('auth-wecom-pam');
      await app.restart();
      assert.notEqual(app.pm.get('auth-wecom-pam'), before);
      assert.equal(before.questions.lanes.signIn.stopped, true);
      const browser = desktop();
      assert.ok((await browser.signIn('wecom', await member('ZhangSan', {}))).token);
      assert.equal(
        Browser.refusal(await browser.back(code(), 'a'.repeat(48))).reason,
        'state_wrong'
      );
    }
  );
});
