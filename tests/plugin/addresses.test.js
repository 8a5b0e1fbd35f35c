/* Addresses: pages of ours, links to WeCom, and who asks from where. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const {
  pageOf,
  safePath,
  signInPage,
  withParameter,
} = require('../../nocobase/src/server/targets');
const links = require('../../nocobase/src/server/links');
const cookies = require('../../nocobase/src/server/cookies');
const { infoOf } = require('../../nocobase/src/server/questions');
const request = require('../../nocobase/src/server/request');
const { INFO } = require('./fake');

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

test('the gateway finds the application of a callback in the cookie of its state', async () => {
  const { selectApp } = require('../../nocobase/src/server/select_app');
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
