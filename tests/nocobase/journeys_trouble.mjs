// When something is away, slow or broken: the helper, WeCom, the program; people who leave; what is left in
// logs; and how long a sign-in takes.
import { execFileSync } from 'node:child_process';
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { as_root, has, journey, mint, password_sign_in, person, picture, rest, same, secrets, site, t, verdict, wecom } from './browser.mjs';
import { secret_of, until } from './plugin.mjs';
import { Walker } from './walker.mjs';

const homepage = `${site}/api/wecom-pam:open/wecom`;
const callback = `${site}/api/wecom-pam:callback`;
const sh = (command) => execFileSync('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] }).toString().trim();
const helper_pid = () => sh(`wecomctl status --json | jq -r '.rows[] | select(.kind == "helper").pid'`);
const stop_helper = () => sh(`kill ${helper_pid()} && timeout 30 tail --pid=${helper_pid()} -s 0.05 -f /dev/null`);
const start_helper = () => sh('wecom-helper </dev/null >/dev/null 2>&1');
// It takes WeCom's word on a member for a minute; a new one asks.
function forgetful() {
  stop_helper();
  start_helper();
}
const member = async (userid, agent = 'wecom_ios') => new Walker(agent).be({ userid, consent: { mobile: true } });
// Signed in as far as the callback's address.
async function brought_back(userid) {
  const walker = new Walker('desktop');
  await walker.go(`${site}/api/wecom-pam:start?authenticator=wecom`, { until: /^https:\/\/wecom/ });
  const state = new URL(walker.next).searchParams.get('state');
  walker.back = `${callback}?code=${await mint(userid)}&state=${state}`;
  return walker;
}
async function median(times, work) {
  const all = [];
  for (let i = 0; i < times; i++) {
    const begin = performance.now();
    await work();
    all.push(performance.now() - begin);
  }
  return all.sort((a, b) => a - b)[times >> 1];
}

async function the_helper_is_stopped() {
  stop_helper();
  const { page } = await person('wecom_ios', { userid: 'zhangsan' });
  await page.goto(homepage);
  await page.waitForURL(/wecom-pam:message/);
  has('without the helper people are told what to do', await page.locator('main').innerText(), t('zh', 'cure.helper_down'));
  await picture(page, 'message-helper-down.zh');
  same('password sign-in goes on', 200, (await password_sign_in('admin@nocobase.com', 'admin123')).status);
  const asked = await as_root('wecom-pam:info', { method: 'POST', body: { authenticator: 'wecom', service: 'nocobase', origin: site } });
  same('the form says it, too', t('en', 'reason.helper_down'), asked.helper.split('\n')[0].slice(0, t('en', 'reason.helper_down').length));
  start_helper();
  await page.getByRole('link', { name: t('zh', 'page.retry') }).click();
  await page.waitForURL((url) => /\/admin/.test(url.pathname) && !url.searchParams.has('wecom'));
  verdict('when it is back, trying again signs in', '');
}

async function the_helper_hangs() {
  const walker = await brought_back('zhangsan');
  const pid = helper_pid();
  const begin = Date.now();
  sh(`kill -STOP ${pid}`);
  try {
    await walker.go(walker.back);
  } finally {
    sh(`kill -CONT ${pid}`);
  }
  same('a helper that hangs is as good as none', 'helper_down', walker.refusal);
  verdict('and nobody waits for it', Date.now() - begin < 5000 ? '' : `${Date.now() - begin} ms`);
}

async function wecom_is_slow() {
  const walkers = await Promise.all(Array.from({ length: 8 }, () => brought_back('zhangsan')));
  await wecom('/fault', { path: '/cgi-bin/auth/getuserinfo', kind: 'delay_ms', delay_ms: 2500, times: 0 });
  let going = true;
  let slowest = 0;
  let most = 0;
  const others = (async () => {
    while (going) {
      const begin = performance.now();
      await rest('app:getLang');
      slowest = Math.max(slowest, performance.now() - begin);
      most = Math.max(most, Number(sh('pgrep -c -x wecom-login || true')));
    }
  })();
  await Promise.all(walkers.map((walker) => walker.go(walker.back, { until: /wecom=wecom/ })));
  going = false;
  await others;
  await wecom('/fault', undefined, 'DELETE');
  const left = walkers.map((walker) => walker.refusal || (walker.next ? 'in' : walker.status));
  same('eight sign-ins that wait for WeCom all end', [], left.filter((one) => one !== 'in' && one !== 'server_busy'));
  verdict('meanwhile nobody else waits', slowest < 1500 ? '' : `${slowest} ms`);
  verdict('there are four children at most', most >= 1 && most <= 4 ? '' : `${most}`);
  same('none is left', '0', sh('pgrep -c -x wecom-login || true'));
  console.log(`# eight at once with WeCom 2.5 s late: ${left.join(' ')}; others waited ${Math.round(slowest)} ms at most`);
}

// In the place of wecom-login: what a broken one may do.
async function instead(script, work) {
  renameSync('/usr/bin/wecom-login', '/usr/bin/wecom-login.kept');
  try {
    if (script) {
      writeFileSync('/usr/bin/wecom-login', `#!/bin/sh\n${script}\n`);
      chmodSync('/usr/bin/wecom-login', 0o755);
    }
    await work();
  } finally {
    renameSync('/usr/bin/wecom-login.kept', '/usr/bin/wecom-login');
  }
}
async function ends_with(reason, name) {
  const walker = await brought_back('zhangsan');
  return async () => {
    await walker.go(walker.back);
    same(name, reason, walker.refusal);
    verdict('the page tells nothing of the machine', /usr\/bin|spawn|ENOENT|Command failed/.test(walker.text) ? walker.text : '');
  };
}
async function the_program_is_broken() {
  const server = sh("pgrep -u nocobase -f '@nocobase/app/lib/index.js start' | tail -n 1");
  await instead('exec 0<&-; exit 1', await ends_with('internal', 'a program that ends before it has read (EPIPE)'));
  await instead('yes | head -c 20000000', await ends_with('internal', 'one that talks without end'));
  await instead('echo \'{"ok":true,"user":"zhangsan","env":{}}\'; exit 1', await ends_with('internal', 'a yes with the wrong exit status'));
  await instead('echo \'{"ok":true}\'; kill -KILL $$', await ends_with('internal', 'a yes of one that was killed'));
  await instead('', await ends_with('program_missing', 'none at all'));
  await instead('env >/run/nocobase/seen; tr "\\0" " " </proc/$$/cmdline >>/run/nocobase/seen; cat >/run/nocobase/read; exit 1',
    await ends_with('internal', 'one that looks round'));
  const seen = sh('cat /run/nocobase/seen');
  verdict('it is given no environment of the server', /APP_KEY|DB_|INIT_ROOT|NODE_OPTIONS|a-secret-of-the-database/.test(seen) ? seen : '');
  verdict('the code stands in no argument', [...secrets].some((one) => seen.includes(one)) ? seen : '');
  has('but on standard input', sh('cat /run/nocobase/read'), '"code"');
  same('the server is the same one', server, sh("pgrep -u nocobase -f '@nocobase/app/lib/index.js start' | tail -n 1"));
}

async function somebody_leaves() {
  const inside = await member('wangwu');
  const user = await inside.from_workbench('wecom');
  const { token } = (await password_sign_in('wang', 'of-old')).data;
  const check = (bearer, name) => rest('auth:check', { token: bearer, headers: name ? { 'X-Authenticator': name } : {} });
  same('a session of WeCom and one by password', [user.id, user.id], [
    (await check(inside.token, 'wecom')).data?.id, (await check(token, 'basic')).data?.id]);
  await wecom('/member', { userid: 'wangwu', status: 5 });
  forgetful();
  const begin = Date.now();
  await until('the sessions end', async () => (await check(inside.token, 'wecom')).status === 401);
  console.log(`# ${Date.now() - begin} ms after the helper knew, with an interval of 2 s`);
  same('the other one ends, too, whatever it names', [401, 401, 401], [
    (await check(token, 'basic')).status, (await check(token, 'wecom')).status, (await check(inside.token)).status]);
  const again = await member('wangwu');
  await again.go(homepage);
  same('and there is no new one', 'withdrawn', again.refusal);
  const { page } = await person('wecom_ios', { userid: 'wangwu' });
  await page.goto(homepage);
  await page.waitForURL(/wecom-pam:message/);
  await picture(page, 'message-withdrawn.zh');
  same('others are in', '张三', (await (await member('zhangsan')).from_workbench('wecom'))?.nickname);
  await wecom('/member', { userid: 'wangwu', status: 1 });
  forgetful();
  const back = await member('wangwu');
  same('who comes back is the same user', user.id, (await back.from_workbench('wecom'))?.id);
}

async function how_long_it_takes() {
  await password_sign_in('wang', 'of-old');
  const password = await median(15, () => password_sign_in('wang', 'of-old'));
  let walkers = [];
  for (let i = 0; i < 15; i++) walkers.push(await brought_back('zhangsan'));
  walkers = walkers[Symbol.iterator]();
  const code = await median(15, async () => {
    const walker = walkers.next().value;
    await walker.go(walker.back, { until: /wecom=wecom/ });
    if ((await walker.trade('wecom')) === null) throw new Error(walker.refusal);
  });
  console.log(`# a sign-in from WeCom's callback to the session token: ${Math.round(code)} ms; with a password: ${Math.round(password)} ms (medians of 15)`);
  verdict('a sign-in is no slower than a second', code < 1000 ? '' : `${code} ms`);
}

async function nothing_is_in_a_log() {
  for (const agent_id of [1000003, 1000004]) secrets.add(secret_of(agent_id));
  writeFileSync('/run/secrets', [...secrets].join('\n'));
  const places = '/srv/nocobase/storage/logs /run/nocobase.log /var/log/nginx';
  same('codes were seen, and tokens', true, secrets.size > 40);
  same('requests are logged', true, Number(sh(`grep -rc 'wecom-pam' ${places} | awk -F: '{ n += $2 } END { print n }'`)) > 50);
  same('no code, Secret or token is in a log of NocoBase or nginx', '', sh(`grep -rlFf /run/secrets ${places} || true`));
  same('nor in the system log', '', sh('journalctl -q --no-pager | grep -Ff /run/secrets | head -n 3 || true'));
  same('nor, as a Secret, in the database', '', sh(`runuser -u postgres -- pg_dump -h /run/pg nocobase | grep -F -e ${secret_of(1000003)} -e ${secret_of(1000004)} || true`));
}

export async function trouble() {
  for (const walk of [the_helper_is_stopped, the_helper_hangs, wecom_is_slow, the_program_is_broken, somebody_leaves, how_long_it_takes, nothing_is_in_a_log])
    await journey(walk.name.replaceAll('_', ' '), walk);
}
