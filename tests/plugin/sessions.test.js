/* Who is still in: when it is asked, when sessions end, and when not. The clock is ours. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { Sessions } = require('../../nocobase/src/server/sessions');

const MINUTE = 60000;

function world(more = {}) {
  const w = {
    now: 1000000,
    answers: { ZhangSan: 'in' },
    bindings: { 1: [{ userid: 'ZhangSan' }] },
    roots: new Set(),
    asked: [],
    revoked: [],
  };
  w.sessions = new Sessions({
    intervalMs: 5 * MINUTE,
    staleMs: 24 * 60 * MINUTE,
    now: () => w.now,
    ask: async ({ userid }) => {
      w.asked.push(userid);
      return w.answers[userid];
    },
    bindingsOf: async (id) => w.bindings[id] || [],
    isRoot: async (id) => w.roots.has(id),
    revoke: async (id, what) => w.revoked.push([id, what.all]),
    logger: { info() {}, warn() {}, error() {} },
    ...more,
  });
  return w;
}

const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('a user is asked about once in an interval', async () => {
  const w = world();
  for (let i = 0; i < 5; i++) assert.equal(await w.sessions.allows(1), true);
  assert.equal(w.asked.length, 1);
  w.now += 5 * MINUTE;
  assert.equal(await w.sessions.allows(1), true);
  assert.equal(w.asked.length, 2);
});

test('requests at the same time ask once', async () => {
  const w = world();
  assert.deepEqual(
    await Promise.all(Array.from({ length: 20 }, () => w.sessions.allows(1))),
    Array(20).fill(true)
  );
  assert.equal(w.asked.length, 1);
});

test('shortly before the end of an interval it is asked in the background', async () => {
  const w = world();
  await w.sessions.allows(1);
  w.now += 4 * MINUTE;
  w.answers.ZhangSan = 'out';
  assert.equal(await w.sessions.allows(1), true, 'this request does not wait');
  await settle();
  assert.deepEqual(w.revoked, [['1', true]]);
  assert.equal(await w.sessions.allows(1), false);
});

test('a member who left is refused at the first request after the interval, and stays refused', async () => {
  const w = world();
  await w.sessions.allows(1);
  w.answers.ZhangSan = 'out';
  w.now += 5 * MINUTE;
  assert.equal(await w.sessions.allows(1), false);
  assert.deepEqual(w.revoked, [['1', true]]);
  w.now += MINUTE;
  assert.equal(await w.sessions.allows(1), false);
  assert.equal(w.revoked.length, 1, 'revoked once');
  assert.equal(w.sessions.why(1), 'withdrawn');
});

test('a member who came back gets in after a moment', async () => {
  const w = world({});
  w.answers.ZhangSan = 'out';
  assert.equal(await w.sessions.allows(1), false);
  w.answers.ZhangSan = 'in';
  assert.equal(await w.sessions.allows(1), false, 'not asked again at once');
  w.now += 20000;
  assert.equal(await w.sessions.allows(1), true);
});

test('silence ends nobody for a day, and then everybody', async () => {
  const w = world();
  await w.sessions.allows(1);
  w.answers.ZhangSan = 'unknown';
  for (let h = 0; h < 23; h++) {
    w.now += 60 * MINUTE;
    assert.equal(await w.sessions.allows(1), true, `${h}`);
  }
  w.now += 61 * MINUTE;
  assert.equal(await w.sessions.allows(1), false);
  assert.deepEqual(w.revoked, [], 'refused, not revoked: it may be a matter of an hour');
  assert.equal(w.sessions.why(1), 'unconfirmed');
  w.answers.ZhangSan = 'in';
  w.now += 20000;
  assert.equal(await w.sessions.allows(1), true);
});

test('silence after "out" is no way back in', async () => {
  const w = world();
  w.answers.ZhangSan = 'out';
  assert.equal(await w.sessions.allows(1), false);
  w.answers.ZhangSan = 'unknown';
  w.now += MINUTE;
  assert.equal(await w.sessions.allows(1), false);
});

test('an answer that told nothing is not asked for at every request', async () => {
  const w = world();
  w.answers.ZhangSan = 'unknown';
  for (let i = 0; i < 10; i++) await w.sessions.allows(1);
  assert.equal(w.asked.length, 1);
});

test('one of two memberships is enough; unknown beside out is not out', async () => {
  const w = world();
  w.bindings[1] = [{ userid: 'ZhangSan' }, { userid: 'LiSi' }];
  w.answers = { ZhangSan: 'out', LiSi: 'in' };
  assert.equal(await w.sessions.allows(1), true);
  const v = world();
  v.bindings[1] = w.bindings[1];
  v.answers = { ZhangSan: 'out', LiSi: 'unknown' };
  assert.equal(await v.sessions.allows(1), true);
  assert.deepEqual(v.revoked, []);
  const u = world();
  u.bindings[1] = w.bindings[1];
  u.answers = { ZhangSan: 'out', LiSi: 'out' };
  assert.equal(await u.sessions.allows(1), false);
});

test('a root user keeps the password, and loses what WeCom began', async () => {
  const w = world();
  w.roots.add('1');
  w.answers.ZhangSan = 'out';
  assert.equal(await w.sessions.allows(1), true);
  assert.deepEqual(w.revoked, [['1', false]]);
});

test('users without a binding cost one look in an interval, and are asked about once bound', async () => {
  const w = world();
  assert.equal(await w.sessions.allows(2), true);
  assert.deepEqual(w.asked, []);
  w.bindings[2] = [{ userid: 'LiSi' }];
  w.answers.LiSi = 'out';
  assert.equal(await w.sessions.allows(2), true);
  w.sessions.forget(2);
  assert.equal(await w.sessions.allows(2), false);
});

test('the sweep asks about those who were active, and about nobody else', async () => {
  const w = world();
  w.bindings[2] = [{ userid: 'LiSi' }];
  w.answers.LiSi = 'in';
  await w.sessions.allows(1);
  await w.sessions.allows(2);
  w.now += 2 * MINUTE;
  await w.sessions.allows(1);
  w.asked.length = 0;
  w.now += 2 * MINUTE;
  w.answers.ZhangSan = 'out';
  w.sessions.sweep();
  await settle();
  await settle();
  assert.deepEqual(w.asked, ['ZhangSan']);
  assert.deepEqual(w.revoked, [['1', true]]);
});

test('an error of the database is silence, not a grant for ever', async () => {
  const w = world({
    bindingsOf: async () => {
      throw new Error('database is gone');
    },
  });
  assert.equal(await w.sessions.allows(1), true);
  w.now += 25 * 60 * MINUTE;
  assert.equal(await w.sessions.allows(1), false);
});

test('tokens that could not be revoked are tried again, and the request is refused', async () => {
  let fails = 1;
  const w = world({
    revoke: async () => {
      if (fails-- > 0) throw new Error('no');
      w.revoked.push(1);
    },
  });
  w.answers.ZhangSan = 'out';
  await assert.rejects(w.sessions.allows(1));
  w.now += 20000;
  assert.equal(await w.sessions.allows(1), false);
  assert.equal(w.revoked.length, 1);
});

test('where the role cannot be known, nobody who is out is let through', async () => {
  const w = world({
    isRoot: async () => {
      throw new Error('database is gone');
    },
  });
  w.answers.ZhangSan = 'out';
  await assert.rejects(w.sessions.allows(1));
  w.sessions.entry('1').state = 'out';
  await assert.rejects(w.sessions.allows(1));
});

test('what is known has a bound', async () => {
  const w = world();
  for (let i = 0; i < 50010; i++) w.sessions.entry(String(i));
  assert.ok(w.sessions.known.size <= 50000);
});
