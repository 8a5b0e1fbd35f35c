/* The clients: what they read from the page, how they finish a sign-in, and that the package has them
 * in the form that NocoBase loads.
 */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('fs');
const os = require('os');
const path = require('path');
const vm = require('vm');
const { execFileSync } = require('child_process');

const folder = path.join(__dirname, '..', '..', 'nocobase');
const page = require('../../nocobase/src/client/page');
const { land } = require('../../nocobase/src/client/landing');

test('the wanted page, as v1 and as v2 write it', () => {
  const cases = {
    '?redirect=/admin/abc?x=1&y=2': '/admin/abc?x=1&y=2',
    '?redirect=%2Fv%2Fadmin%2Fabc%3Fx%3D1': '/v/admin/abc?x=1',
    '?name=x&redirect=%2Fadmin': '/admin',
    '?redirect=%2Fadmin&other=1': '/admin',
    '?redirect=': '',
    '?redirect=%': '',
    '?xredirect=/a': '',
    '': '',
  };
  for (const [search, wanted] of Object.entries(cases))
    assert.equal(page.wantedPage(search), wanted, search);
});

test('a browser that signed out stays out, whatever other cookies there are', () => {
  assert.equal(page.mustStay('a=1; __Host-wecom-pam-stay=1; b=2'), true);
  assert.equal(page.mustStay('__Host-wecom-pam-stay=1'), true);
  for (const cookie of [
    '',
    'x__Host-wecom-pam-stay=1',
    '__Host-wecom-pam-stay=',
    '__Host-wecom-pam-stay=10',
  ])
    assert.equal(page.mustStay(cookie), false, cookie);
});

test('only its own client signs in by itself', () => {
  assert.equal(page.isWecom('Mozilla wxwork/4.1.39 MicroMessenger/7'), true);
  assert.equal(page.isWecom('Mozilla MicroMessenger/7'), false);
});

test('addresses of actions, of sub-applications too', () => {
  const api = (baseURL, appName) => ({ axios: { defaults: { baseURL } }, appName });
  assert.equal(
    page.actionUrl(api('/api/'), 'start', { authenticator: 'a b', redirect: '/x?y=1' }),
    '/api/wecom-pam:start?authenticator=a%20b&redirect=%2Fx%3Fy%3D1'
  );
  assert.equal(
    page.actionUrl(api('/n/api/', 'main'), 'start', { redirect: '' }),
    '/n/api/wecom-pam:start'
  );
  assert.equal(page.actionUrl(api('/api/', 'sub'), 'start', {}), '/api/__app/sub/wecom-pam:start');
});

test('the mark of a landing is taken off, and so is what WeCom left behind', () => {
  assert.deepEqual(page.landing('https://a.example/admin/x?y=1&wecom=main#wechat_redirect'), {
    name: 'main',
    clean: '/admin/x?y=1',
  });
  assert.deepEqual(page.landing('https://a.example/admin?wecom=a%26b#part'), {
    name: 'a&b',
    clean: '/admin#part',
  });
  assert.equal(page.landing('https://a.example/admin?x=1'), null);
});

function browser(href, cookie, answer) {
  const seen = {
    requests: [],
    replaced: [],
    went: [],
    store: { token: 'old', role: 'root', authenticator: 'basic' },
  };
  seen.api = {
    axios: { defaults: { baseURL: '/api/' } },
    request: (config) => {
      seen.requests.push({ ...config, before: { ...seen.store } });
      return answer
        ? Promise.resolve({ data: { data: answer } })
        : Promise.reject(new Error('401'));
    },
    auth: Object.fromEntries(
      ['token', 'role', 'authenticator'].map((key) => [
        `set${key[0].toUpperCase()}${key.slice(1)}`,
        (value) => {
          seen.store[key] = value;
        },
      ])
    ),
  };
  seen.win = {
    location: { href, replace: (to) => seen.went.push(to) },
    document: { cookie },
    history: { state: null, replaceState: (state, title, to) => seen.replaced.push(to) },
  };
  return seen;
}

test('a landing trades its ticket, and forgets who was there before', async () => {
  const b = browser('https://a.example/admin?wecom=main', '__Host-wecom-pam-landing=1', {
    token: 'new',
  });
  assert.equal(await land(b.api, b.win), true);
  assert.deepEqual(
    b.requests.map(({ url, method, headers, data }) => [url, method, headers, data]),
    [['auth:signIn', 'post', { 'X-Authenticator': 'main' }, {}]]
  );
  assert.deepEqual(b.requests[0].before, { token: '', role: '', authenticator: '' });
  assert.deepEqual(b.store, { token: 'new', role: '', authenticator: 'main' });
  assert.deepEqual(b.replaced, ['/admin']);
  assert.deepEqual(b.went, []);
});

test('a landing that fails leaves nobody signed in, and says so', async () => {
  const b = browser('https://a.example/admin?wecom=main', '__Host-wecom-pam-landing=1', null);
  assert.equal(await land(b.api, b.win), false);
  assert.equal(b.store.token, '');
  assert.deepEqual(b.went, [
    '/api/wecom-pam:message?reason=ticket&authenticator=main&redirect=%2Fadmin',
  ]);
});

test('an address that was passed on changes nothing', async () => {
  const b = browser('https://a.example/admin?wecom=main', 'other=1', { token: 'new' });
  assert.equal(await land(b.api, b.win), false);
  assert.deepEqual(b.requests, []);
  assert.equal(b.store.token, 'old');
  assert.deepEqual(b.replaced, ['/admin']);
});

test('other pages are left alone', async () => {
  const b = browser('https://a.example/admin?x=1', '__Host-wecom-pam-landing=1', { token: 'new' });
  assert.equal(await land(b.api, b.win), false);
  assert.deepEqual([b.requests, b.replaced, b.went], [[], [], []]);
});

/* React as far as the components use it, without a page. */
const React = {
  createElement: (type, props, ...children) => ({ type, props: props || {}, children }),
  useState: (x) => [x, () => {}],
  useEffect: () => {},
  useRef: (x) => ({ current: x }),
};
const antd = new Proxy(
  {},
  {
    get: (all, name) =>
      Object.assign(() => null, {
        Item: 'Item',
        Compact: 'Compact',
        Password: 'Password',
        useFormInstance: () => ({}),
        useWatch: () => 'wecom',
        title: name,
      }),
  }
);

function load(file, host) {
  let found;
  vm.runInNewContext(fs.readFileSync(file, 'utf8'), {
    window: {
      location: { href: 'https://a.example/', origin: 'https://a.example', search: '' },
      history: {},
      document: { cookie: '' },
    },
    URL,
    Promise,
    Object,
    define: (id, names, factory) => {
      found = { id, names, exports: factory(...names.map((name) => host[name])) };
    },
  });
  return found;
}

test('the package', async (t) => {
  const to = fs.mkdtempSync(path.join(os.tmpdir(), 'package-'));
  t.after(() => fs.rmSync(to, { recursive: true, force: true }));
  execFileSync(process.execPath, [path.join(folder, 'build.js'), to]);

  class Plugin {}
  const host = {
    react: React,
    antd,
    '@formily/react': { observer: (x) => x, useForm: () => ({ values: {} }), useField: () => null },
    '@nocobase/client': { Plugin, useApp: () => null },
    '@nocobase/client-v2': { Plugin, useApp: () => null },
    '@nocobase/plugin-auth/client': { default: 'AuthV1' },
    '@nocobase/plugin-auth/client-v2': { default: 'AuthV2' },
  };
  for (const [file, id, auth, keys] of [
    ['client', '@pam-wecom/plugin-auth-wecom', 'AuthV1', ['components']],
    [
      'client-v2',
      '@pam-wecom/plugin-auth-wecom/client-v2',
      'AuthV2',
      ['signInButtonLoader', 'adminSettingsFormLoader'],
    ],
  ])
    await t.test(`dist/${file} is an AMD module whose plugin registers the auth type`, async () => {
      const found = load(path.join(to, 'dist', file, 'index.js'), host);
      const types = [];
      assert.equal(found.id, id);
      assert.ok(found.names.every((name) => name in host));
      const plugin = new found.exports.default();
      plugin.app = {
        pm: { get: (P) => ({ registerType: (...all) => types.push([P, ...all]) }) },
        apiClient: {},
      };
      await plugin.load();
      assert.equal(types.length, 1);
      assert.equal(types[0][0], auth);
      assert.equal(types[0][1], 'wecom-pam');
      assert.deepEqual(Object.keys(types[0][2]), keys);
    });
  await t.test('has the texts, the server, what NocoBase compares, and no sources', () => {
    for (const file of [
      'locale/en-US.json',
      'locale/zh-CN.json',
      'server/index.js',
      'externalVersion.js',
    ])
      assert.ok(fs.existsSync(path.join(to, 'dist', file)), file);
    assert.ok(!fs.existsSync(path.join(to, 'src')));
    const { name, files } = require('../../nocobase/package.json');
    assert.equal(name, '@pam-wecom/plugin-auth-wecom');
    for (const marker of ['client.js', 'client-v2.js', 'server.js'])
      assert.ok(files.includes(marker) && fs.existsSync(path.join(folder, marker)), marker);
    for (const [pkg] of Object.entries(require(path.join(to, 'dist/externalVersion.js'))))
      assert.ok(pkg in host || /server|auth$/.test(pkg), pkg);
  });
  await t.test('a package made twice is the same', () => {
    const read = () =>
      ['client', 'client-v2']
        .map((file) => fs.readFileSync(path.join(to, 'dist', file, 'index.js'), 'utf8'))
        .join();
    const one = read();
    execFileSync(process.execPath, [path.join(folder, 'build.js'), to]);
    assert.equal(read(), one);
  });
});

test('the form', async (t) => {
  const { withDefaults, checkFile, put } = require('../../nocobase/src/client/defaults');

  await t.test('begins with what denies, and with this address where it can be one', () => {
    const filled = withDefaults(undefined, { origin: 'https://a.example' });
    assert.deepEqual(filled, {
      service: 'nocobase',
      origin: 'https://a.example',
      public: {
        autoSignup: false,
        phoneRequired: true,
        autoLogin: false,
        tooltip: '',
        homeTarget: '/admin',
      },
    });
    assert.equal(withDefaults({}, { origin: 'http://a.example' }).origin, '');
    assert.equal(
      withDefaults({}, { origin: 'http://localhost:13000' }).origin,
      'http://localhost:13000'
    );
    const kept = { origin: '', public: { phoneRequired: false } };
    assert.equal(withDefaults(kept, { origin: 'https://a.example' }), kept);
  });
  await t.test('changes nothing in place', () => {
    const before = { a: { b: 1 }, c: 2 };
    assert.deepEqual(put(before, ['a', 'b'], 3), { a: { b: 3 }, c: 2 });
    assert.deepEqual(before, { a: { b: 1 }, c: 2 });
  });
  await t.test(
    'takes for a verification file what is one, not the page that NocoBase answers',
    async () => {
      const t0 = (key) => key;
      const answer =
        (text, ok = true) =>
        async () => ({ ok, text: async () => text });
      const state = async (file, doFetch) =>
        (await checkFile(file, 'https://a.example', t0, doFetch)).state;
      assert.equal(await state('WW_verify_abcdef123456.txt', answer('abcdef123456')), 'ok');
      assert.equal(await state('WW_verify_abcdef123456.txt', answer('<!doctype html>')), 'failed');
      assert.equal(await state('WW_verify_abcdef123456.txt', answer('')), 'failed');
      assert.equal(await state('WW_verify_abcdef123456.txt', answer('x', false)), 'failed');
      assert.equal(
        await state('WW_verify_abcdef123456.txt', async () => {
          throw new Error('no');
        }),
        'failed'
      );
      for (const file of [
        '../../etc/passwd',
        'x.txt',
        'WW_verify_.txt',
        'WW_verify_a/b.txt',
        '//evil.example/WW_verify_abcdef.txt',
      ])
        assert.equal(
          (await checkFile(file, 'https://a.example', t0, () => assert.fail('asked'))).detail,
          'check.verify.name'
        );
    }
  );
});
