/* A NocoBase with the plugin, two authenticators of it, and ZhangSan, who has signed in once. */
'use strict';

const assert = require('node:assert/strict');
const nocobase = require('./nocobase');
const { Browser, WECOM } = require('./browser');
const { Fake, granted } = require('./fake');

const MOBILE = '13800000001';
const options = nocobase.isThere
  ? {}
  : { skip: 'NOCOBASE_PACKAGES has no NocoBase: see tests/plugin/fetch.sh' };

/* A valid code is one that the fake knows; WeCom's have these letters. */
let number = 0;
function code() {
  return `code${String(++number).padStart(32, '0')}`;
}

/* Lives as long as the test `t`. */
async function world(t) {
  process.env.WECOM_CHECK_INTERVAL = '1';
  const fake = new Fake();
  const it = await nocobase.start(fake.command);
  const { app, port } = it;
  const db = app.db;
  const authenticators = db.getRepository('authenticators');
  const origin = `http://localhost:${port}`;
  const desktop = () => new Browser(port);
  const wecom = () => new Browser(port, WECOM);

  t.after(async () => {
    await nocobase.stop(it);
    fake.remove();
  });

  /* `open`: changes of options.public, `more`: of the other options. */
  function authenticator(name, open = {}, more = {}) {
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

  /* A member of the company: a code of his, good as often as it is brought. */
  async function member(userid, env) {
    const c = code();
    fake.say({
      code: { [c]: granted(userid, env) },
      account: { [userid]: { print: { ok: true, user: userid } } },
    });
    return c;
  }

  await authenticator('wecom');
  await authenticator('second');
  const env = {
    WECOM_NAME: '张三',
    WECOM_MOBILE: `+86 ${MOBILE}`,
    WECOM_EMAIL: 'zhangsan@example.com',
  };
  const first = await wecom().signIn(
    'wecom',
    await member('ZhangSan', env),
    '/api/wecom-pam:open/wecom'
  );
  assert.ok(first.token);
  return {
    fake,
    app,
    port,
    db,
    origin,
    first,
    users: db.getRepository('users'),
    authenticators,
    bindings: db.getCollection('usersAuthenticators').model,
    desktop,
    wecom,
    authenticator,
    member,
    password: () =>
      desktop().post(
        '/api/auth:signIn',
        { account: 'admin@nocobase.com', password: 'admin123' },
        { 'X-Authenticator': 'basic' }
      ),
  };
}

module.exports = { world, code, options, MOBILE };
