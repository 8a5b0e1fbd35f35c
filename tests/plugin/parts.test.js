/* The small parts, each alone: settings, addresses, telephone numbers, cookies, answers, texts. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('fs');
const path = require('path');

const src = '../../nocobase/src';
const { settingsOf, appName, originOf, publicOptions, checkOptions } = require(
  `${src}/server/settings`
);
const { pageOf, safePath, signInPage, withParameter } = require(`${src}/server/targets`);
const links = require(`${src}/server/links`);
const { phoneForms } = require(`${src}/server/phones`);
const cookies = require(`${src}/server/cookies`);
const { personOf, infoOf, idOf } = require(`${src}/server/questions`);
const { Refusal, isReason, reasons } = require(`${src}/server/refusal`);
const request = require(`${src}/server/request`);
const { INFO, granted } = require('./fake');

const root = path.join(__dirname, '..', '..');

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

test('pages: v1 and v2, with and without APP_PUBLIC_PATH', () => {
  const plain = { APP_PUBLIC_PATH: '/', API_BASE_PATH: '/api/' };
  const below = { APP_PUBLIC_PATH: '/nocobase/', API_BASE_PATH: '/nocobase/api/' };
  const cases = [
    [plain, '/admin/abc?x=1', '/admin/abc?x=1', '/signin?redirect=%2Fadmin%2Fabc%3Fx%3D1'],
    [
      plain,
      '/v/admin/abc?x=1',
      '/v/admin/abc?x=1',
      '/v/signin?redirect=%2Fv%2Fadmin%2Fabc%3Fx%3D1',
    ],
    [plain, undefined, '/admin', '/signin?redirect=%2Fadmin'],
    [plain, '/vadmin', '/vadmin', '/signin?redirect=%2Fvadmin'],
    [below, '/admin/abc', '/nocobase/admin/abc', '/nocobase/signin?redirect=%2Fadmin%2Fabc'],
    [
      below,
      '/nocobase/v/admin',
      '/nocobase/v/admin',
      '/nocobase/v/signin?redirect=%2Fnocobase%2Fv%2Fadmin',
    ],
    [
      below,
      '/nocobase-other',
      '/nocobase/nocobase-other',
      '/nocobase/signin?redirect=%2Fnocobase-other',
    ],
    [below, '', '/nocobase/admin', '/nocobase/signin?redirect=%2Fadmin'],
    [
      { ...plain, APP_CLIENT_ENTRY_MODE: 'modern-default' },
      '',
      '/v/admin',
      '/v/signin?redirect=%2Fv%2Fadmin',
    ],
    [
      { ...plain, APP_MODERN_CLIENT_PREFIX: '/new/' },
      '/new/admin',
      '/new/admin',
      '/new/signin?redirect=%2Fnew%2Fadmin',
    ],
  ];
  for (const [env, wanted, page, signIn] of cases) {
    assert.equal(pageOf(wanted, '', env), page, `${env.APP_PUBLIC_PATH} ${wanted}`);
    assert.equal(signInPage(page, env), signIn);
  }
  assert.equal(pageOf('//evil', '/m', plain), '/m');
  assert.equal(pageOf('//evil', '//evil', plain), '/admin');
  assert.equal(pageOf('/nocobase/api/x', '', below), '/nocobase/admin');
  assert.equal(pageOf('/v/signin', '', plain), '/admin');
});

test('an address that a browser would read as another host is no path', () => {
  const bad = [
    '',
    '/',
    'a',
    '//a',
    '/\\a',
    '\\\\a',
    '/%2fa',
    '/%2Fa',
    '/%5ca',
    '/a\n//b',
    '/\u0009/a',
    '/a//b',
    'https:a',
    '/%',
    '/\u0000',
    ' /a',
    '/a b',
    null,
    undefined,
    5,
    {},
    ['/a'],
  ].filter((x) => x !== '/');
  for (const one of bad) assert.equal(safePath(one), null, JSON.stringify(one));
  for (const one of ['/', '/a', '/a?b=//c', '/a#//b', '/a?u=https://x.example/'])
    assert.notEqual(safePath(one), null, one);
  assert.ok(safePath('/a/../b').startsWith('/b'));
  assert.equal(safePath('/a?token=t&x=1&authenticator=b&wecom=c'), '/a?x=1');
});

test('every one-byte change of a good path stays on this host', () => {
  const good = '/admin/abc?x=1#y';
  for (let i = 0; i < good.length; i++)
    for (let c = 0; c < 256; c++) {
      const page = pageOf(good.slice(0, i) + String.fromCharCode(c) + good.slice(i + 1), '', {});
      assert.equal(new URL(page, 'https://here.example').origin, 'https://here.example');
      assert.match(page, /^\/(?!\/)/);
    }
});

test('a parameter is added to a query, not behind a fragment', () => {
  assert.equal(withParameter('/a?x=1#y', 'wecom', 'a&b'), '/a?x=1&wecom=a%26b#y');
});

test('links have what WeCom wants, in its order of escapes', () => {
  const info = infoOf({ answer: INFO, status: 0 });
  const url = links.authorizeLink(info, {
    redirectUri: 'https://a.example/api/wecom-pam:callback',
    state: 'abc',
    scope: 'snsapi_base',
  });
  assert.equal(
    url,
    'https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww0123456789abcdef&redirect_uri=https%3A%2F%2Fa.example%2Fapi%2Fwecom-pam%3Acallback&response_type=code&scope=snsapi_base&state=abc&agentid=1000002#wechat_redirect'
  );
  assert.match(
    links.qrLink(info, { redirectUri: 'x', state: 's', lang: 'zh' }),
    /\?login_type=CorpApp&appid=ww0123456789abcdef&agentid=1000002&redirect_uri=x&state=s&lang=zh$/
  );
  assert.equal(
    links.callbackUrl('https://a.example', { API_BASE_PATH: '/n/api/' }),
    'https://a.example/n/api/wecom-pam:callback'
  );
  assert.equal(
    links.homepageUrl('https://a.example', 'a b', {}),
    'https://a.example/api/wecom-pam:open/a%20b'
  );
  assert.equal(links.trustedDomain('https://a.example:8443'), 'a.example:8443');
  assert.ok(!/[?#]/.test(links.callbackUrl('https://a.example', {})));
});

test('telephone numbers', () => {
  for (const given of [
    '13800000001',
    '+8613800000001',
    '+86 13800000001',
    '+86-138-0000-0001',
    '8613800000001',
    '0086 13800000001',
    '138 0000 0001',
  ])
    assert.equal(phoneForms(given).usual, '13800000001', given);
  assert.ok(phoneForms('13800000001').forms.includes('+86 13800000001'));
  assert.equal(phoneForms('+1 380 000 0000').usual, '+13800000000');
  assert.ok(!phoneForms('+1 380 000 0000').forms.includes('13800000000'));
  assert.equal(phoneForms('+852 9123 4567').usual, '+85291234567');
  for (const bad of [
    '',
    '   ',
    '1',
    'abc',
    '+',
    '138*0000001',
    null,
    undefined,
    13800000001,
    '1'.repeat(40),
  ])
    assert.equal(phoneForms(bad), null);
});

test('a sealed cookie', async (t) => {
  const seal = new cookies.Seal('secret', 'main');
  const value = seal.make('state', { s: 'abc' }, 60);

  await t.test('opens for its purpose, application and time', () => {
    assert.equal(seal.open('state', value).s, 'abc');
    assert.equal(seal.open('ticket', value), null);
    assert.equal(new cookies.Seal('secret', 'sub').open('state', value), null);
    assert.equal(new cookies.Seal('other', 'main').open('state', value), null);
    assert.equal(seal.open('state', value, Date.now() + 61000), null);
    assert.equal(seal.open('state', value, Date.now() + 50000).s, 'abc');
  });
  await t.test('opens with no byte changed, missing or added', () => {
    for (let i = 0; i < value.length; i++) {
      for (const c of ['A', 'B', '.', '=', ' ', '\u00e9']) {
        if (value[i] === c) continue;
        const changed = value.slice(0, i) + c + value.slice(i + 1);
        const opened = seal.open('state', changed);
        // the last digit of base64url has spare bits: the same bytes are the same signature
        if (opened !== null) assert.equal(i, value.length - 1);
      }
      assert.equal(seal.open('state', value.slice(0, i)), null);
    }
    for (const bad of [
      `${value}.`,
      `${value}.x`,
      `.${value}`,
      '',
      '.',
      'a.b',
      undefined,
      null,
      5,
      'x'.repeat(10000),
    ])
      assert.equal(seal.open('state', bad), null);
  });
  await t.test('is read from a header as a browser sends it', () => {
    const found = cookies.read('a=1; b=2; a=3; =x; c; d=e=f');
    assert.deepEqual(
      [...found],
      [
        ['a', '1'],
        ['b', '2'],
        ['d', 'e=f'],
      ]
    );
    assert.equal(cookies.read(undefined).size, 0);
  });
});

test('an answer grants only with "ok": true, status 0, an account and a userid', () => {
  const good = granted('ZhangSan').print;
  assert.equal(personOf({ answer: good, status: 0 }).userid, 'ZhangSan');
  for (const bad of [{ ok: 1 }, { ok: 'true' }, { ok: null }, { ok: undefined }])
    assert.throws(() => personOf({ answer: { ...good, ...bad }, status: 0 }), Refusal);
  assert.throws(() => personOf({ answer: good, status: 1 }), Refusal);
  for (const userid of ['', ' ', '-x', 'a b', 'a/b', 'x'.repeat(65), '<b>'])
    assert.throws(
      () =>
        personOf({
          answer: { ...good, user: userid, env: { ...good.env, WECOM_USERID: userid } },
          status: 0,
        }),
      Refusal,
      userid
    );
  for (const account of ['', 'short', 'a b'.repeat(9), undefined, 5])
    assert.throws(
      () =>
        personOf({ answer: { ...good, env: { ...good.env, WECOM_ACCOUNT: account } }, status: 0 }),
      { reason: 'export_account' }
    );
  assert.throws(() => personOf({ answer: { ...good, env: null }, status: 0 }), Refusal);
  assert.equal(
    personOf({
      answer: {
        ...good,
        env: { ...good.env, WECOM_EMAIL: 'no mail', WECOM_NAME: 'a\u0000\u202eb\nc' },
      },
      status: 0,
    }).email,
    ''
  );
  assert.doesNotMatch(
    personOf({
      answer: { ...good, env: { ...good.env, WECOM_NAME: 'a\u0000\u202eb\nc' } },
      status: 0,
    }).name,
    /[\u0000-\u001f\u202e]/
  );
});

test('links are made of https addresses alone', () => {
  for (const bad of [
    'http://x.example',
    'javascript:alert(1)',
    'https://x.example?a=b',
    'https://u@x.example',
    '',
    null,
  ])
    for (const key of ['authorize_url', 'sso_url'])
      assert.throws(() => infoOf({ answer: { ...INFO, [key]: bad }, status: 0 }), Refusal);
  for (const bad of [
    { corp_id: '' },
    { corp_id: 'a b' },
    { agent_id: 0 },
    { agent_id: '1' },
    { ok: false },
  ])
    assert.throws(() => infoOf({ answer: { ...INFO, ...bad }, status: 0 }), Refusal);
});

test("the helper's id is found in what it says, and nothing else is", () => {
  assert.equal(idOf('Try again. (ID abcdefgh)'), 'abcdefgh');
  assert.equal(idOf('请重试。（编号 k2m3n4p5）\nTry again. (ID k2m3n4p5)'), 'k2m3n4p5');
  assert.equal(idOf('Tell your administrator this ID: abcdefgh'), 'abcdefgh');
  for (const bad of ['', 'ID', '(ID abc)', '(ID abcdefghi)', '(ID <script>)', null, 5])
    assert.equal(idOf(bad), '');
});

test('who asks is read with doubt', () => {
  const ctx = (headers, peer = '203.0.113.9') => ({
    method: 'GET',
    req: { socket: { remoteAddress: peer } },
    get: (name) => headers[name] || '',
  });
  assert.equal(
    request.addressOf(ctx({ 'X-Forwarded-For': '198.51.100.1' })),
    '203.0.113.9',
    'not from a stranger'
  );
  assert.equal(
    request.addressOf(ctx({ 'X-Forwarded-For': '6.6.6.6, 198.51.100.1' }, '127.0.0.1')),
    '198.51.100.1',
    'the last one'
  );
  assert.equal(request.addressOf(ctx({ 'X-Forwarded-For': '--help' }, '10.0.0.1')), '10.0.0.1');
  assert.equal(request.addressOf(ctx({}, '::ffff:203.0.113.9')), '203.0.113.9');
  assert.equal(request.addressOf(ctx({}, undefined)), '203.0.113.9');
  assert.equal(request.clientOf(ctx({ 'User-Agent': 'x wxwork/4.1 MicroMessenger/7' })), 'wecom');
  assert.equal(request.clientOf(ctx({ 'User-Agent': 'x MicroMessenger/7' })), 'wechat');
  assert.equal(request.clientOf(ctx({ 'User-Agent': 'x notwxwork/4' })), 'browser');
  assert.equal(request.languageOf(ctx({ 'Accept-Language': 'zh-CN,zh;q=0.9' })), 'zh');
  assert.equal(request.languageOf(ctx({ 'Accept-Language': 'de' })), 'en');
  assert.equal(request.languageOf(ctx({ 'User-Agent': 'wxwork/4 Language/zh' })), 'zh');
});

test('every reason has two sentences in both languages, every text is in both', () => {
  const en = require(`${src}/locale/en-US.json`);
  const zh = require(`${src}/locale/zh-CN.json`);

  assert.deepEqual(Object.keys(en), Object.keys(zh));
  for (const reason of reasons)
    for (const table of [en, zh])
      for (const key of [`reason.${reason}`, `cure.${reason}`])
        assert.match(table[key] || '', /[.。！]$/, key);
  for (const key of Object.keys(en)) {
    const words = (text) => (text.match(/\{\{\w+\}\}/g) || []).sort();
    assert.deepEqual(words(en[key]), words(zh[key]), key);
    assert.doesNotMatch(en[key], /[\u4e00-\u9fff]/, key);
    if (/^(reason|cure|settings|look|form)\./.test(key) && !/agentId|secret$/.test(key))
      assert.match(zh[key], /[\u4e00-\u9fff]/, key);
  }
});

test('every text that the sources name is there, and every text is named', () => {
  const texts = Object.keys(require(`${src}/locale/en-US.json`));
  let sources = '';
  for (const folder of ['server', 'client']) {
    const full = path.join(root, 'nocobase/src', folder);
    for (const file of fs.existsSync(full) ? fs.readdirSync(full) : [])
      sources += fs.readFileSync(path.join(full, file), 'utf8');
  }
  const named = new Set();
  for (const [, key] of sources.matchAll(
    /'((?:page|form|button|look|check|settings|reason)(?:\.[\w.]+)?)'/g
  ))
    named.add(key);
  for (const key of named)
    if (!/^(page|form|look|check|settings|reason)$/.test(key)) assert.ok(texts.includes(key), key);
  for (const key of texts.filter((k) => /^(page|form)\./.test(k)))
    assert.ok(named.has(key) || sources.includes(`'${key.slice(5)}'`), `${key} is used`);
});

test('a refusal has a word that we know', () => {
  assert.equal(new Refusal('nonsense').reason, 'internal');
  assert.equal(isReason('__proto__'), false);
  assert.equal(isReason(['timeout']), false);
});

test('the package has the version of the project', () => {
  const makefile = fs.readFileSync(path.join(root, 'Makefile'), 'utf8');
  assert.equal(
    require('../../nocobase/package.json').version,
    /^VERSION = (.*)$/m.exec(makefile)[1]
  );
});

test("the server's part says that it is a module, or NocoBase does not find the plugin in it", () => {
  assert.match(
    fs.readFileSync(path.join(root, 'nocobase/src/server/index.js'), 'utf8'),
    /defineProperty\(exports, '__esModule'/
  );
});

test('the gateway finds the application of a callback in the cookie of its state', async () => {
  const { selectApp } = require(`${src}/server/select_app`);
  const state = 'a'.repeat(48);
  const value = (app) => new cookies.Seal('secret', app).make('state', { s: state }, 60);
  const select = async (url, cookie) => {
    const ctx = { req: { url, headers: { cookie } } };
    let went = 0;
    await selectApp(ctx, async () => {
      went++;
    });
    assert.equal(went, 1);
    return ctx.resolvedAppName;
  };
  const mine = `${cookies.stateName(state)}=${value('sub')}`;
  assert.equal(await select(`/api/wecom-pam:callback?code=x&state=${state}`, mine), 'sub');
  assert.equal(await select(`/api/wecom-pam%3Acallback?code=x&state=${state}`, mine), 'sub');
  for (const url of [
    `/api/wecom-pam:start?state=${state}`,
    `/api/auth:check?state=${state}`,
    `/api/x?u=/wecom-pam:callback&state=${state}`,
  ])
    assert.equal(await select(url, mine), undefined, url);
  for (const cookie of [
    undefined,
    '',
    `${cookies.stateName(state)}=`,
    `${cookies.stateName(state)}=e30.x`,
    `${cookies.stateName(state)}=!!`,
    `${cookies.stateName(state)}=${Buffer.from('{"a":"../x"}').toString('base64url')}.x`,
  ])
    assert.equal(await select(`/api/wecom-pam:callback?state=${state}`, cookie), undefined, cookie);
});

test('bad codes are counted by address, for a while, in a bounded memory', () => {
  const { Tries, MOST, WINDOW_MS } = require(`${src}/server/tries`);
  let now = 0;
  const tries = new Tries(() => now);
  for (let i = 0; i < MOST; i++) {
    assert.equal(tries.may('a'), true);
    tries.failed('a');
  }
  assert.equal(tries.may('a'), false);
  assert.equal(tries.may('b'), true);
  now = WINDOW_MS;
  assert.equal(tries.may('a'), true);
  for (let i = 0; i < 20000; i++) tries.failed(String(i));
  assert.ok(tries.known.size <= 10000);
  assert.ok(tries.recent('19999').length === 1);
});
