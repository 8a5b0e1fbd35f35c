/* States, tickets and authenticators: what counts once, where, and for whom. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { Browser, WECOM } = require('./browser');
const { refused } = require('./fake');
const { world, options } = require('./world');

test('states and tickets', options, async (t) => {
  const { fake, authenticators, desktop, wecom, authenticator, member } = await world(t);

  await t.test(
    'a state counts once, in the browser that began, for one authenticator',
    async (s) => {
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
      await s.test('a state that only begins like that of the cookie is refused', async () => {
        const browser = desktop();
        const { state } = await browser.begin('/api/wecom-pam:start?authenticator=wecom');
        const other = state.slice(0, 12) + 'f'.repeat(state.length - 12);
        for (const wrong of [other, `${state}0`, state.slice(0, -1)])
          assert.equal(Browser.refusal(await browser.back(c, wrong)).reason, 'state_wrong');
        assert.equal((await browser.back(c, state)).location, '/admin?wecom=wecom');
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
});
