/* What wecom-login says, telephone numbers, cookies, and how often a wrong code is tried. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { phoneForms } = require('../../nocobase/src/server/phones');
const cookies = require('../../nocobase/src/server/cookies');
const { personOf, infoOf, idOf } = require('../../nocobase/src/server/questions');
const { Refusal } = require('../../nocobase/src/server/refusal');
const { INFO, granted } = require('./fake');

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
  assert.deepEqual(phoneForms('91234567').forms, ['91234567']);
  assert.deepEqual(phoneForms('+852 9123 4567').forms, [
    '+85291234567',
    '0085291234567',
    '+852 9123 4567',
  ]);
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

test('an application that the helper does not have for us is one that is not set up', () => {
  const answer = { ok: false, reason: 'not_allowed', message: '(ID abcdefgh)' };
  assert.throws(() => infoOf({ answer, status: 0 }), { reason: 'not_set_up', id: 'abcdefgh' });
  assert.throws(() => personOf({ answer, status: 0 }), { reason: 'not_allowed' });
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

test('bad codes are counted by address, for a while, in a bounded memory', () => {
  const { Tries, MOST, WINDOW_MS } = require('../../nocobase/src/server/tries');
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
