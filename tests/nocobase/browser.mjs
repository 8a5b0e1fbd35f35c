// What the journeys are written with: verdicts in TAP, WeCom's control port, NocoBase's REST interface,
// and people in front of browsers. Every wait is for something; none lasts longer than patience.
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const require = createRequire('/srv/nocobase/');
const { chromium } = require('playwright-core');

export const site = 'https://nocobase.test';
export const control = 'http://127.0.0.1:8480';
// Where NocoBase is below a path: the path.
export const below = process.env.BELOW ?? '';
const api = `http://127.0.0.1:13000${below}/api`;
export const patience_ms = 15_000;
// The plugin's own sentences, so that a test does not fail for a better word.
const sentences = Object.fromEntries(
  ['zh-CN', 'en-US'].map((lang) => [lang.slice(0, 2), JSON.parse(readFileSync(`nocobase/src/locale/${lang}.json`))]),
);
export const t = (lang, key) => sentences[lang][key].replace(/\{\{.*/, '');

// --- verdicts ---

export const counts = { passed: 0, failed: 0 };
export function verdict(name, trouble) {
  counts[trouble ? 'failed' : 'passed']++;
  console.log(`${trouble ? 'not ok' : 'ok'} - ${name}`);
  if (trouble) console.log(String(trouble).replace(/^/gm, '# ').slice(0, 4000));
}
export function same(name, expected, found) {
  const [a, b] = [JSON.stringify(expected), JSON.stringify(found)];
  verdict(name, a === b ? '' : `expected ${a}\nfound    ${b}`);
}
export const has = (name, text, words) =>
  verdict(name, String(text).includes(words) ? '' : `no "${words}" in: ${text}`);

// A journey that throws is one failure, with a picture of where it stood.
export async function journey(name, walk) {
  const before = counts.failed;
  const begin = Date.now();
  try {
    await walk();
  } catch (error) {
    verdict(name, `${error.stack ?? error}`);
  }
  if (counts.failed > before) await pictures_of_trouble(name);
  for (const context of open_contexts.splice(0)) await context.close();
  console.log(`# ${name}: ${Date.now() - begin} ms`);
}

// --- WeCom ---

async function post(url, body, method = 'POST') {
  const answer = await fetch(url, { method, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}
export const wecom = (path, body, method) => post(control + path, body, method);
export const mint = async (userid, agent_id = 1000003, more = {}) =>
  (await wecom('/mint', { agent_id, userid, ...more })).code;

// --- NocoBase ---

export async function rest(action, { method = 'GET', body, form, token, headers = {} } = {}) {
  const answer = await fetch(`${api}/${action}`, {
    method,
    headers: {
      ...(form ? {} : { 'Content-Type': 'application/json' }),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: form ?? (body === undefined ? undefined : JSON.stringify(body)),
    redirect: 'manual',
  });
  const text = await answer.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: answer.status, headers: answer.headers, text, json, data: json?.data };
}
export const password_sign_in = (account, password) =>
  rest('auth:signIn', {
    method: 'POST',
    body: { account, password },
    headers: { 'X-Authenticator': 'basic' },
  });
let root;
export async function as_root(action, options = {}) {
  root ??= (await password_sign_in('admin@nocobase.com', 'admin123')).data.token;
  const answer = await rest(action, { ...options, token: root });
  if (answer.status !== 200) throw new Error(`${action}: ${answer.status} ${answer.text}`);
  return answer.data;
}
// From the database, what no interface hides.
export const sql = (text) =>
  execFileSync('runuser', ['-u', 'postgres', '--', 'psql', '-q', '-At', '-F', ' ', '-h', '/run/pg', 'nocobase', '-c', text])
    .toString()
    .trim();

// --- people and their browsers ---

export const agents = {
  wecom_ios:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 wxwork/4.1.39 MicroMessenger/7.0.1 Language/zh',
  wecom_android:
    'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 wxwork/4.1.39 MicroMessenger/7.0.1 NetType/WIFI Language/zh',
  wecom_desktop:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 wxwork/4.1.39 (MicroMessenger/6.2) WindowsWechat',
  wechat:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49 NetType/WIFI Language/zh_CN',
  phone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  desktop:
    'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
};
const phones = ['wecom_ios', 'wecom_android', 'wechat', 'phone'];

// What must be in no log: codes and session tokens that were seen in a browser.
export const secrets = new Set();
export function remember(url) {
  const code = /[?&]code=([A-Za-z0-9_-]{20,})/.exec(url);
  if (code) secrets.add(code[1]);
}

let browser;
const open_contexts = [];
export async function start_browser() {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}
export const stop_browser = () => browser?.close();

// A browser of somebody's own. `userid`: who is signed in to the WeCom beside it or round it.
export async function person(agent, { userid, company, consent, lang = 'zh-CN' } = {}) {
  const small = phones.includes(agent);
  const context = await browser.newContext({
    userAgent: agents[agent],
    locale: lang,
    ignoreHTTPSErrors: true,
    viewport: small ? { width: 390, height: 780 } : { width: 1280, height: 800 },
    hasTouch: small,
  });
  context.setDefaultTimeout(patience_ms);
  await context.addInitScript((locale) => localStorage.setItem('NOCOBASE_LOCALE', locale), lang);
  open_contexts.push(context);
  if (userid) await be(context, { userid, company, consent });
  const page = await context.newPage();
  page.on('request', (request) => remember(request.url()));
  page.on('pageerror', (error) => (page.errors ??= []).push(String(error)));
  return { context, page, userid };
}
// Another person, or another company, becomes active in the client.
export async function be(context, who) {
  const { phone } = await wecom('/phone', who);
  await context.addCookies([{ name: 'sim_phone', value: phone, url: 'https://wecom.test:8443' }]);
  return phone;
}
// Who NocoBase thinks is there; null: nobody.
export async function who(page) {
  return page.evaluate(async () => {
    const token = localStorage.getItem('NOCOBASE_TOKEN');
    const answer = await fetch('/api/auth:check', {
      headers: token ? { Authorization: `Bearer ${token}` } : {},
    });
    const { data } = await answer.json();
    return data?.id ? { id: data.id, nickname: data.nickname, phone: data.phone } : null;
  });
}
// `height`: of the window while it is taken, for what is longer.
export async function picture(page, name, height) {
  const size = page.viewportSize();
  if (height) await page.setViewportSize({ ...size, height });
  await page.screenshot({ path: `/wecom-test/results/nocobase-${name}.png`, animations: 'disabled' });
  if (height) await page.setViewportSize(size);
}

async function pictures_of_trouble(name) {
  const word = name.replace(/[^a-z0-9]+/gi, '-').slice(0, 60);
  for (const [c, context] of open_contexts.entries())
    for (const [p, page] of context.pages().entries()) {
      console.log(`# stood at ${page.url()} ${(page.errors ?? []).join(' | ').slice(0, 500)}`);
      await page
        .screenshot({ path: `/wecom-test/results/trouble-${word}-${c}-${p}.png`, timeout: 5000 })
        .catch(() => {});
    }
}
