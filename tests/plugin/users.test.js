/* Which user of NocoBase a member of WeCom is. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const nocobase = require('./nocobase');
const { Browser } = require('./browser');
const { refused } = require('./fake');
const { world, options, MOBILE } = require('./world');

test('members and users', options, async (t) => {
  const { fake, app, db, first, users, bindings, desktop, wecom, authenticator, member } =
    await world(t);

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
    await s.test('hears of the colleague whose number it is, too', async () => {
      const browser = wecom();
      const done = await browser.signIn('wecom', await member('SunQi', {}));
      const back = await browser.back(
        await member('SunQi', { WECOM_MOBILE_TAKEN: 'yes' }),
        done.again.searchParams.get('state')
      );
      assert.equal(Browser.refusal(back).reason, 'phone_shared');
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
});
