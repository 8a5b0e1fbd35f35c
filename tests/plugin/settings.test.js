/* What options come to, and which are refused. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const {
  settingsOf,
  appName,
  originOf,
  publicOptions,
  checkOptions,
} = require('../../nocobase/src/server/settings');

test('settings deny where nothing is said', () => {
  for (const options of [
    undefined,
    null,
    {},
    { public: null },
    { public: { autoSignup: 'yes', bindRoot: 1, autoLogin: 'true', phoneRequired: 0 } },
  ]) {
    const s = settingsOf(options, 'wecom', 'main');
    assert.deepEqual(
      [s.autoSignup, s.bindRoot, s.autoLogin, s.phoneRequired, s.origin],
      [false, false, false, true, null]
    );
    assert.equal(s.service, 'nocobase');
  }
});

test('a PAM service is one of ours, whatever stands in the database', () => {
  for (const service of [
    'sshd',
    'sudo',
    '../sshd',
    'nocobase/../sshd',
    'nocobase ',
    '--help',
    'nocobasex',
    ['nocobase'],
  ])
    assert.equal(settingsOf({ service }, 'a', 'main').service, 'nocobase', String(service));
  assert.equal(settingsOf({ service: 'nocobase-b' }, 'a', 'main').service, 'nocobase-b');
});

test('an application name is a word of wecom-login, one for each authenticator and application', () => {
  const seen = new Set();
  for (const app of ['main', 'sub'])
    for (const name of [
      'wecom',
      'Wecom',
      '企业微信',
      'a b',
      'a-b',
      'a/b',
      '../x',
      '--check',
      '',
      'x'.repeat(255),
    ]) {
      const word = appName(name, app);
      assert.match(word, /^[A-Za-z0-9][A-Za-z0-9_.-]{0,40}$/);
      assert.ok(!seen.has(word));
      seen.add(word);
      assert.equal(appName(name, app), word);
    }
  assert.equal(settingsOf({ keys: 'machine' }, 'wecom', 'main').app, '');
});

test('an origin is https, or this machine', () => {
  const good = {
    'https://a.example': 'https://a.example',
    'https://a.example/': 'https://a.example',
    'https://A.example:443': 'https://a.example',
    ' https://a.example:8443 ': 'https://a.example:8443',
    'http://localhost:13000': 'http://localhost:13000',
    'http://127.0.0.1:1': 'http://127.0.0.1:1',
  };
  for (const [given, origin] of Object.entries(good)) assert.equal(originOf(given), origin);
  for (const bad of [
    'http://a.example',
    'https://a.example/x',
    'https://a.example?x',
    'https://a.example#x',
    'https://u:p@a.example',
    'javascript:alert(1)',
    'a.example',
    '',
    null,
    5,
    'http://localhost.evil.example',
    'ftp://localhost',
  ])
    assert.equal(originOf(bad), null, String(bad));
});

test('people who are not signed in see the button and the switch alone', () => {
  assert.deepEqual(
    publicOptions({
      corpId: 'ww1',
      service: 'x',
      public: { autoLogin: true, tooltip: 'Hi', autoSignup: true, other: 1 },
    }),
    { autoLogin: true, tooltip: 'Hi' }
  );
});

test('options that brought a Secret are refused by name', () => {
  for (const options of [
    { secret: 1 },
    { corpSecret: '' },
    { public: { Secret: 1 } },
    { accessToken: 1 },
    { password: 1 },
  ])
    assert.throws(() => checkOptions(options), { word: 'secret' });
  assert.throws(() => checkOptions({ x: 1 }), { word: 'unknown' });
  checkOptions(undefined);
  checkOptions({
    service: 'nocobase',
    keys: 'form',
    origin: 'https://a.example',
    corpId: 'ww1',
    agentId: 1,
    public: { autoSignup: true },
  });
});
