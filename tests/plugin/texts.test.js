/* Sentences for every reason in both languages, and what the package says of itself. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('fs');
const path = require('path');
const { Refusal, isReason, reasons } = require('../../nocobase/src/server/refusal');

const root = path.join(__dirname, '..', '..');

test('every reason has two sentences in both languages, every text is in both', () => {
  const en = require('../../nocobase/src/locale/en-US.json');
  const zh = require('../../nocobase/src/locale/zh-CN.json');

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
  const texts = Object.keys(require('../../nocobase/src/locale/en-US.json'));
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

test('what a page is made of cannot break out of it', () => {
  const { refusalPage } = require('../../nocobase/src/server/page');
  const evil = `"'><script>alert(1)</script>&amp;`;
  const text = refusalPage({ lang: 'en', reason: 'internal', id: evil, retry: evil, back: evil });
  assert.equal(text.match(/<script/g), null);
  for (const [, value] of text.matchAll(/href="([^"]*)"/g)) assert.doesNotMatch(value, /[<>']/);
});
