/* What people are told, and that nothing else is. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { Browser } = require('./browser');
const { granted, refused } = require('./fake');
const { world, code, options } = require('./world');

test('refusals', options, async (t) => {
  const { fake, app, desktop, authenticator, member, password } = await world(t);

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
    const internal = require('../../nocobase/src/locale/en-US.json')['reason.internal'];
    assert.ok(page.text.includes(internal));
    const call = await desktop().go('/api/wecom-pam:message?reason=internal&id=Call+555-1234');
    assert.doesNotMatch(call.text, /555/);
    assert.doesNotMatch(page.text, /<script|<b>|<i>|evil/);
    assert.match(
      page.headers['content-security-policy'],
      /default-src 'none'.*frame-ancestors 'none'/
    );
    assert.equal(page.headers['cache-control'], 'no-store');
  });

  await t.test(
    'where the helper or the program fails, it is said, and a password still lets in',
    async (s) => {
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
