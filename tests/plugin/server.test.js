/* The plugin inside a real NocoBase: its users, its sessions, its logs; WeCom's side is a fake. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const nocobase = require('./nocobase');
const { Browser, WECOM, WECHAT } = require('./browser');
const { Fake, INFO, granted, refused } = require('./fake');

const MOBILE = '13800000001';
const options = nocobase.isThere
  ? {}
  : { skip: 'NOCOBASE_PACKAGES has no NocoBase: see tests/plugin/fetch.sh' };

/* A valid code is one that the fake knows; WeCom's have these letters. */
let number = 0;
function code() {
  return `code${String(++number).padStart(32, '0')}`;
}

test('the plugin in NocoBase', options, async (t) => {
  process.env.WECOM_CHECK_INTERVAL = '1';
  const fake = new Fake();
  const it = await nocobase.start(fake.command);
  const { app, port } = it;
  const db = app.db;
  const users = db.getRepository('users');
  const authenticators = db.getRepository('authenticators');
  const bindings = db.getCollection('usersAuthenticators').model;
  const origin = `http://localhost:${port}`;
  const desktop = () => new Browser(port);
  const wecom = () => new Browser(port, WECOM);

  t.after(async () => {
    await nocobase.stop(it);
    fake.remove();
  });

  async function authenticator(name, open = {}, more = {}) {
    return authenticators.create({
      values: {
        name,
        authType: 'wecom-pam',
        enabled: true,
        options: {
          origin,
          corpId: 'ww0123456789abcdef',
          agentId: 1000002,
          public: { autoSignup: true, ...open },
          ...more,
        },
      },
    });
  }

  async function member(userid, env, more = {}) {
    const c = code();
    fake.say({
      code: { [c]: granted(userid, env) },
      account: { [userid]: { print: { ok: true, user: userid } } },
      ...more,
    });
    return c;
  }

  await authenticator('wecom');

  await t.test('the workbench link makes the user by phone, and signs it in', async () => {
    const browser = wecom();
    const c = await member('ZhangSan', {
      WECOM_NAME: '张三',
      WECOM_MOBILE: `+86 ${MOBILE}`,
      WECOM_EMAIL: 'zhangsan@example.com',
    });
    const first = await browser.signIn('wecom', c, '/api/wecom-pam:open/wecom');

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
    assert.equal(first.user.id, user.get('id'));
    assert.equal((await browser.check(first.token)).json.data.id, user.get('id'));
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

  await t.test(
    'a state counts once, in the browser that began, for one authenticator',
    async (s) => {
      await authenticator('second');
      const c = await member('ZhangSan', {});

      await s.test('an unknown state is refused and starts no child', async () => {
        const browser = desktop();
        fake.forget();
        const back = await browser.back(c, 'a'.repeat(48));
        assert.equal(Browser.refusal(back).reason, 'state_wrong');
        assert.deepEqual(fake.calls(), []);
      });
      await s.test('the state of another browser is refused', async () => {
        const { state } = await desktop().begin('/api/wecom-pam:start?authenticator=wecom');
        assert.equal(Browser.refusal(await desktop().back(c, state)).reason, 'state_wrong');
      });
      await s.test('a state cookie with any byte changed is refused', async () => {
        const browser = desktop();
        const { state } = await browser.begin('/api/wecom-pam:start?authenticator=wecom');
        const [name, value] = [...browser.jar].find(([key]) => key.startsWith('__Host-wecom-pam.'));
        for (let i = 0; i < value.length; i += 7) {
          browser.jar.set(
            name,
            value.slice(0, i) + (value[i] === 'A' ? 'B' : 'A') + value.slice(i + 1)
          );
          assert.equal(
            Browser.refusal(await browser.back(c, state)).reason,
            'state_wrong',
            `byte ${i}`
          );
        }
      });
      await s.test('the same state again is refused, also with its cookie', async () => {
        const browser = desktop();
        const done = await browser.signIn('wecom', c);
        const again = desktop();
        again.keep(done.there.setCookies);
        assert.ok(done.token);
        assert.equal(Browser.refusal(await again.back(c, done.there.state)).reason, 'state_used');
        assert.equal(
          Browser.refusal(await browser.back(c, done.there.state)).reason,
          'state_wrong'
        );
      });
      await s.test('two state parameters, an empty one and none are refused', async () => {
        const browser = desktop();
        const { state } = await browser.begin('/api/wecom-pam:start?authenticator=wecom');
        for (const query of [
          `code=${c}&state=${state}&state=${state}`,
          `code=${c}&state=`,
          `code=${c}`,
        ])
          assert.equal(
            Browser.refusal(await browser.go(`/api/wecom-pam:callback?${query}`)).reason,
            'state_wrong'
          );
      });
      await s.test('a sign-in begun in a browser does not end inside WeCom', async () => {
        const browser = desktop();
        const { state } = await browser.begin('/api/wecom-pam:start?authenticator=wecom');
        browser.agent = WECOM;
        assert.equal(Browser.refusal(await browser.back(c, state)).reason, 'browser_changed');
      });
      await s.test('a ticket is no state and a state is no ticket', async () => {
        const browser = desktop();
        const done = await browser.signIn('wecom', c);
        const ticket = done.back.setCookies
          .find((line) => line.includes('ticket='))
          .split(/[=;]/)[1];
        const other = desktop();
        const { state } = await other.begin('/api/wecom-pam:start?authenticator=wecom');
        const [name, value] = [...other.jar].find(([key]) => key.startsWith('__Host-wecom-pam.'));
        other.jar.set(name, ticket);
        assert.equal(Browser.refusal(await other.back(c, state)).reason, 'state_wrong');
        other.jar.set('__Host-wecom-pam.ticket', value);
        assert.equal((await other.trade('wecom')).json.errors[0].code, 'WECOM_TICKET');
      });
      await s.test('two tabs of one browser may sign in at the same time', async () => {
        const browser = desktop();
        const one = await browser.begin(
          '/api/wecom-pam:start?authenticator=wecom&redirect=/admin/one'
        );
        const two = await browser.begin(
          '/api/wecom-pam:start?authenticator=wecom&redirect=/admin/two'
        );
        assert.equal((await browser.back(c, one.state)).location, '/admin/one?wecom=wecom');
        assert.equal((await browser.back(c, two.state)).location, '/admin/two?wecom=wecom');
      });
      await s.test('a browser never holds more than a few states', async () => {
        const browser = desktop();
        for (let i = 0; i < 12; i++)
          await browser.begin('/api/wecom-pam:start?authenticator=wecom');
        assert.ok(browser.jar.size <= 5, `${browser.jar.size}`);
      });
    }
  );

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

  await t.test(
    'a ticket is good once, for its authenticator, by POST from this very page',
    async () => {
      const browser = desktop();
      const { state } = await browser.begin('/api/wecom-pam:start?authenticator=wecom');
      await browser.back(await member('ZhangSan', {}), state);
      const jar = new Map(browser.jar);
      const foreign = await browser.trade('wecom', { Origin: 'https://evil.example' });
      assert.equal(foreign.status, 403);
      browser.jar = new Map(jar);
      assert.equal((await browser.trade('second')).json.errors[0].code, 'WECOM_TICKET');
      browser.jar = new Map(jar);
      assert.equal((await browser.trade('wecom')).status, 200);
      browser.jar = new Map(jar);
      assert.equal((await browser.trade('wecom')).json.errors[0].code, 'WECOM_TICKET');
      assert.equal((await desktop().trade('wecom')).json.errors[0].code, 'WECOM_TICKET');
    }
  );

  await t.test(
    'an unknown, foreign or switched-off authenticator is refused, not replaced by the first',
    async () => {
      await authenticator('off', {}, {});
      await authenticators.update({ filter: { name: 'off' }, values: { enabled: false } });
      for (const name of ['nobody', 'basic', 'off', '', '../wecom', 'Wecom'])
        assert.equal(
          Browser.refusal(
            await desktop().go(`/api/wecom-pam:start?authenticator=${encodeURIComponent(name)}`)
          ).reason,
          'unknown_authenticator',
          name
        );
      assert.equal(
        Browser.refusal(
          await desktop().go('/api/wecom-pam:start?authenticator=wecom&authenticator=wecom')
        ).reason,
        'unknown_authenticator'
      );
      // NocoBase gives `basic` to who names nobody: a ticket does not count there
      const browser = desktop();
      const { state } = await browser.begin('/api/wecom-pam:start?authenticator=wecom');
      await browser.back(await member('ZhangSan', {}), state);
      assert.notEqual((await browser.trade('nobody')).status, 200);
    }
  );

  await t.test('an authenticator that is switched off meanwhile signs nobody in', async () => {
    const browser = desktop();
    const { state } = await browser.begin('/api/wecom-pam:start?authenticator=second');
    await authenticators.update({ filter: { name: 'second' }, values: { enabled: false } });
    assert.equal(
      Browser.refusal(await browser.back(await member('ZhangSan', {}), state)).reason,
      'unknown_authenticator'
    );
    await authenticators.update({ filter: { name: 'second' }, values: { enabled: true } });
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

  await t.test('a person who is not known', async (s) => {
    await s.test('outside WeCom is told to open the application there', async () => {
      const done = await desktop().signIn('wecom', await member('LiSi', {}));
      assert.equal(done.refused.reason, 'first_login_in_wecom');
      assert.equal(await bindings.count({ where: { nickname: 'LiSi' } }), 0);
    });
    await s.test('inside WeCom is asked for the number, once', async () => {
      const browser = wecom();
      const done = await browser.signIn('wecom', await member('LiSi', {}));
      assert.equal(done.again.searchParams.get('scope'), 'snsapi_privateinfo');
      assert.equal(done.again.searchParams.get('agentid'), '1000002');
      assert.notEqual(done.again.searchParams.get('state'), done.there.state);
      const back = await browser.back(
        await member('LiSi', {}),
        done.again.searchParams.get('state')
      );
      assert.equal(Browser.refusal(back).reason, 'phone_not_granted');
    });
    await s.test('and gets in with the number', async () => {
      const browser = wecom();
      const done = await browser.signIn('wecom', await member('LiSi', {}));
      const back = await browser.back(
        await member('LiSi', { WECOM_MOBILE: '13800000002' }),
        done.again.searchParams.get('state')
      );
      assert.equal(back.location, '/admin?wecom=wecom');
      assert.equal((await browser.trade('wecom')).json.data.user.phone, '13800000002');
    });
    await s.test('hears of the field to tick where nobody ever brought a number', async () => {
      await authenticator('fresh');
      const browser = wecom();
      const done = await browser.signIn('fresh', await member('WangWu', {}));
      const back = await browser.back(
        await member('WangWu', {}),
        done.again.searchParams.get('state')
      );
      assert.equal(Browser.refusal(back).reason, 'phone_not_ticked');
    });
    await s.test('is not created where the switch is off', async () => {
      await authenticator('closed', { autoSignup: false });
      const done = await wecom().signIn(
        'closed',
        await member('ZhaoLiu', { WECOM_MOBILE: '13800000006' })
      );
      assert.equal(done.refused.reason, 'not_registered');
      assert.equal(await users.count({ filter: { phone: '13800000006' } }), 0);
    });
    await s.test('needs no number where the administrator wants none', async () => {
      await authenticator('loose', { phoneRequired: false });
      const done = await desktop().signIn('loose', await member('1001', { WECOM_NAME: 'Number' }));
      assert.equal(done.user.nickname, 'Number');
      assert.equal(done.user.phone, null);
    });
  });

  await t.test('any userid signs in, also one that is no Unix name', async () => {
    let n = 10;
    for (const userid of ['1002', 'admin', 'a@b', 'x'.repeat(64), 'root', 'A.b-C_d']) {
      const env = {
        WECOM_MOBILE: `138000001${n++}`,
        WECOM_ACCOUNT: `acct${String(n).padStart(22, '0')}`,
      };
      const done = await wecom().signIn('wecom', await member(userid, env));
      assert.ok(done.token, userid);
    }
  });

  await t.test('a phone number binds', async (s) => {
    const person = (userid, mobile) => member(userid, { WECOM_MOBILE: mobile });

    await s.test('the one user who has it, with or without +86', async () => {
      let n = 20;
      for (const [stored, given] of [
        ['{}', '{}'],
        ['+86{}', '{}'],
        ['{}', '+86{}'],
        ['+86 {}', '86{}'],
        ['{}', '+86-{}'],
        ['86{}', '0086 {}'],
      ]) {
        const mobile = `138000002${n}`;
        const user = await users.create({
          values: { nickname: `p${n}`, phone: stored.replace('{}', mobile) },
        });
        const done = await wecom().signIn(
          'wecom',
          await person(`Phone${n}`, given.replace('{}', mobile))
        );
        assert.equal(done.user && done.user.id, user.get('id'), `${stored} ${given}`);
        n++;
      }
      assert.match(nocobase.logs(), /wecom-pam: user bound[^\n]*"how":"phone"/);
    });
    await s.test('never one whose number two users have', async () => {
      await users.create({ values: { nickname: 'a', phone: '13800000301' } });
      await users.create({ values: { nickname: 'b', phone: '+8613800000301' } });
      assert.equal(
        (await wecom().signIn('wecom', await person('Twin', '13800000301'))).refused.reason,
        'phone_ambiguous'
      );
    });
    await s.test('never one who is bound to another account', async () => {
      assert.equal(
        (await wecom().signIn('wecom', await person('Other', MOBILE))).refused.reason,
        'phone_taken'
      );
      assert.equal(
        (await wecom().signIn('second', await person('Other', MOBILE))).refused.reason,
        'phone_taken'
      );
    });
    await s.test('never the root user, unless the switch allows it', async () => {
      const root = await users.findOne({ filter: { username: 'nocobase' } });
      await users.update({ filterByTk: root.get('id'), values: { phone: '13800000302' } });
      await db
        .getRepository('users.roles', root.get('id'))
        .add('root')
        .catch(() => {});
      const done = await wecom().signIn('wecom', await person('Boss', '13800000302'));
      assert.equal(done.refused && done.refused.reason, 'phone_root');
      await authenticator('rootly', { bindRoot: true });
      assert.equal(
        (await wecom().signIn('rootly', await person('Boss', '13800000302'))).user.id,
        root.get('id')
      );
      // bound there, but this one does not allow it
      assert.equal(
        (await wecom().signIn('wecom', await person('Boss', '13800000302'))).refused.reason,
        'phone_root'
      );
    });
    await s.test('never a mainland number to one of another country', async () => {
      await users.create({ values: { nickname: 'cn', phone: '13800000303' } });
      const done = await wecom().signIn('wecom', await person('Yank', '+1 3800000303'));
      assert.equal(done.user.nickname, 'Yank');
    });
  });

  await t.test(
    'an e-mail address that another user has is left out, and matches nobody',
    async () => {
      const c = await member('SameMail', {
        WECOM_MOBILE: '13800000401',
        WECOM_EMAIL: 'zhangsan@example.com',
      });
      const done = await wecom().signIn('wecom', c);
      assert.equal(done.user.email, null);
    }
  );

  await t.test(
    'a userid that was given to another person does not find the first one',
    async () => {
      const c = await member('ZhangSan', {
        WECOM_ACCOUNT: 'acct1111111111111111111111',
        WECOM_MOBILE: '13800000402',
      });
      const done = await wecom().signIn('wecom', c);
      assert.equal(done.user.phone, '13800000402');
    }
  );

  await t.test('a user who was deleted is made anew, once', async () => {
    const env = { WECOM_MOBILE: '13800000404' };
    const one = await wecom().signIn('wecom', await member('Deleted', env));
    await users.destroy({ filterByTk: one.user.id });
    const two = await wecom().signIn('wecom', await member('Deleted', env));
    const three = await wecom().signIn('wecom', await member('Deleted', {}));
    assert.notEqual(two.user.id, one.user.id);
    assert.equal(three.user.id, two.user.id);
  });

  await t.test('an account that two users have is refused', async () => {
    const one = await wecom().signIn(
      'wecom',
      await member('Doubled', { WECOM_MOBILE: '13800000405' })
    );
    const other = await users.create({ values: { nickname: 'other' } });
    const [row] = await bindings.findAll({ where: { userId: one.user.id }, raw: true });
    await bindings.create({
      authenticator: 'second',
      userId: other.get('id'),
      uuid: row.uuid,
      meta: {},
    });
    assert.equal(
      (await wecom().signIn('wecom', await member('Doubled', {}))).refused.reason,
      'bound_twice'
    );
  });

  await t.test('an answer without the account id signs nobody in', async () => {
    const c = await member('ZhangSan', { WECOM_ACCOUNT: '' });
    assert.equal((await desktop().signIn('wecom', c)).refused.reason, 'export_account');
  });

  await t.test('two applications: the same member is the same user', async () => {
    const one = await wecom().signIn(
      'wecom',
      await member('TwoApps', { WECOM_MOBILE: '13800000403' })
    );
    const two = await desktop().signIn('second', await member('TwoApps', {}));
    assert.equal(two.user.id, one.user.id);
    const apps = fake.calls('sign-in').map(({ args }) => args[args.indexOf('--app') + 1]);
    assert.ok(apps.some((app) => app.startsWith('nb-second-')));
  });

  await t.test(
    'eight first sign-ins of one person at once make one user, and all get in',
    async () => {
      const all = await Promise.all(
        Array.from({ length: 8 }, async () =>
          wecom().signIn('wecom', await member('Crowd', { WECOM_MOBILE: '13800000501' }))
        )
      );
      assert.deepEqual(
        all.map(({ refused: r }) => r),
        Array(8).fill(undefined)
      );
      assert.equal(new Set(all.map(({ user }) => user.id)).size, 1);
      assert.equal(await users.count({ filter: { phone: '13800000501' } }), 1);
    }
  );

  await t.test('a disabled user does not get in', async () => {
    const done = await wecom().signIn(
      'wecom',
      await member('Gone', { WECOM_MOBILE: '13800000502' })
    );
    const find = db.getRepository('users').findOne;
    const users0 = db.getRepository('users');
    users0.findOne = async function (...args) {
      const user = await find.apply(this, args);
      if (user && user.get('id') === done.user.id) user.set('enabled', false, { raw: true });
      return user;
    };
    try {
      assert.equal(
        (await desktop().signIn('wecom', await member('Gone', {}))).refused.reason,
        'user_disabled'
      );
    } finally {
      users0.findOne = find;
    }
  });

  await t.test(
    'every reason of wecom-login has its page, in both languages, and nothing of the child',
    async () => {
      for (const reason of [
        'code_invalid',
        'not_member',
        'not_visible',
        'disabled',
        'withdrawn',
        'config_ip',
        'helper_down',
        'internal',
      ]) {
        const c = code();
        fake.say({
          code: {
            [c]: {
              ...refused(reason, 'secret words /etc/shadow (ID abcdefgh)'),
              stderr: 'leak of the child',
            },
          },
        });
        const browser = desktop();
        const done = await browser.signIn('wecom', c);
        assert.equal(done.refused.reason, reason);
        assert.equal(done.refused.id, 'abcdefgh');
        for (const lang of ['en-US', 'zh-CN']) {
          const page = await browser.go(done.back.location, { 'Accept-Language': lang });
          const table = require(`../../nocobase/src/locale/${lang}.json`);
          const plain = page.text.replace(/&#(\d+);/g, (all, n) => String.fromCharCode(n));
          assert.ok(
            plain.includes(table[`reason.${reason}`]) && plain.includes(table[`cure.${reason}`]),
            `${reason} ${lang}`
          );
          assert.match(plain, /abcdefgh/);
          assert.doesNotMatch(plain, /shadow|leak/);
        }
      }
    }
  );

  await t.test('a page of a refusal says only our own words, and leads only to us', async () => {
    const page = await desktop().go(
      `/api/wecom-pam:message?reason=${encodeURIComponent('<script>alert(1)</script>')}&id=${encodeURIComponent('"><b>')}&authenticator=${encodeURIComponent('"><i>')}&redirect=${encodeURIComponent('//evil.example')}`
    );
    assert.doesNotMatch(page.text, /<script|<b>|<i>|evil/);
    assert.match(
      page.headers['content-security-policy'],
      /default-src 'none'.*frame-ancestors 'none'/
    );
    assert.equal(page.headers['cache-control'], 'no-store');
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
      await member('LiSi', {}),
      '/api/wecom-pam:open/wecom'
    );
    assert.notEqual(one.user.id, two.user.id);
    assert.equal((await browser.check(two.token)).json.data.id, two.user.id);
  });

  await t.test(
    'where the helper or the program fails, it is said, and a password still lets in',
    async (s) => {
      const password = () =>
        desktop().post(
          '/api/auth:signIn',
          { account: 'admin@nocobase.com', password: 'admin123' },
          { 'X-Authenticator': 'basic' }
        );
      const failing = {
        'a program that ends at once, unread': [{ raw: '', status: 2 }, 'internal'],
        'output that is no JSON': [{ raw: 'Command failed: /usr/bin/x ENOENT' }, 'internal'],
        'a list': [{ raw: '[]' }, 'internal'],
        'a grant with a bad status': [{ ...granted('ZhangSan'), status: 1 }, 'internal'],
        'an "ok" that is no true': [
          { print: { ...granted('ZhangSan').print, ok: 'true' } },
          'internal',
        ],
        'a reason that nobody knows': [
          { print: { ok: false, reason: '<b>x</b>', message: 'x' } },
          'internal',
        ],
        'no helper': [
          { print: { ok: false, reason: 'helper_down', message: 'x' }, status: 1 },
          'helper_down',
        ],
      };
      for (const [name, [answer, reason]] of Object.entries(failing))
        await s.test(name, async () => {
          const c = code();
          fake.say({ code: { [c]: answer } });
          assert.equal((await desktop().signIn('wecom', c)).refused.reason, reason);
          assert.equal((await password()).status, 200);
        });
    }
  );

  await t.test('who brings bad codes is not asked for at WeCom for ever; others are', async () => {
    const bad = desktop();
    bad.agent += ' bad';
    const from = { 'X-Forwarded-For': '198.51.100.66' };
    fake.forget();
    let reason;
    for (let i = 0; i < 25; i++) {
      const { state } = await bad.begin('/api/wecom-pam:start?authenticator=wecom');
      reason = Browser.refusal(
        await bad.go(`/api/wecom-pam:callback?code=${code()}&state=${state}`, from)
      ).reason;
    }
    assert.equal(reason, 'too_many_tries');
    assert.equal(fake.calls('sign-in').length, 20);
    assert.deepEqual(fake.calls('sign-in')[0].args.slice(-2), ['--rhost', '198.51.100.66']);
    assert.ok((await desktop().signIn('wecom', await member('ZhangSan', {}))).token);
  });

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

  await t.test(
    'a restart from inside, as when another plugin is enabled, leaves all at work',
    async () => {
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

  await t.test('a child that hangs delays nobody else, and is gone with the server', async () => {
    const c = code();
    fake.say({ code: { [c]: { hang: true } } });
    const browser = desktop();
    const { state } = await browser.begin('/api/wecom-pam:start?authenticator=wecom');
    const hanging = browser.back(c, state);
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(fake.running().length > 0, true);
    const began = Date.now();
    const other = await desktop().signIn('wecom', await member('ZhangSan', {}));
    assert.ok(other.token);
    assert.ok(Date.now() - began < 4000, `${Date.now() - began} ms`);
    await app.pm.get('auth-wecom-pam').questions.stop();
    assert.equal(Browser.refusal(await hanging).reason, 'server_stopping');
    assert.deepEqual(fake.running(), []);
  });
});
