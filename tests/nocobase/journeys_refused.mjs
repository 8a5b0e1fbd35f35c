// What is no sign-in: foreign, old and forged callbacks, targets that lead elsewhere, names that nobody
// has. Mostly without pages.
import { as_root, journey, mint, person, rest, same, site, sql, verdict, wecom } from './browser.mjs';
import { change, hand_over, make_sign_in, secret_of } from './plugin.mjs';
import { Walker } from './walker.mjs';

const start = `${site}/api/wecom-pam:start?authenticator=wecom`;
const callback = `${site}/api/wecom-pam:callback`;
const at_wecom = /^https:\/\/wecom\.test/;
const state_of = (url) => new URL(url).searchParams.get('state');

// As far as WeCom's page: the state is in its address.
async function begun(agent = 'desktop', url = start) {
  const walker = new Walker(agent);
  await walker.go(url, { until: at_wecom });
  walker.state = state_of(walker.next);
  return walker;
}

async function wrong_states() {
  const walker = await begun();
  await walker.go(`${callback}?code=${await mint('zhangsan')}&state=${'0'.repeat(walker.state.length)}`);
  same('a state that nobody began with', 'state_wrong', walker.refusal);
  await walker.go(`${callback}?code=${await mint('zhangsan')}`);
  same('no state', 'state_wrong', walker.refusal);
  const other = new Walker('desktop');
  await other.go(`${callback}?code=${await mint('zhangsan')}&state=${walker.state}`);
  same("somebody else's browser", 'state_wrong', other.refusal);
  const forged = new Walker('desktop');
  for (const [name, value] of walker.jar('nocobase.test')) forged.jar('nocobase.test').set(name, value.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')));
  await forged.go(`${callback}?code=${await mint('zhangsan')}&state=${walker.state}`);
  same('a cookie that was changed', 'state_wrong', forged.refusal);
  const inside = await begun('wecom_ios');
  inside.headers['User-Agent'] = walker.headers['User-Agent'];
  await inside.go(`${callback}?code=${await mint('zhangsan')}&state=${inside.state}`);
  same('begun in the client, ended in a browser', 'browser_changed', inside.refusal);
  same('no cookie of a state is for scripts or other sites', true,
    [...walker.jar('nocobase.test').keys()].every((name) => name.startsWith('__Host-') || !/state|wecom-pam\./.test(name)));
}

async function codes_twice() {
  const code = await mint('zhangsan');
  const walker = await begun();
  const url = `${callback}?code=${code}&state=${walker.state}`;
  const copied = new Map(walker.jar('nocobase.test'));
  await walker.go(url);
  const ticket = new Map(walker.jar('nocobase.test'));
  same('the first time it signs in', '张三', (await walker.trade('wecom'))?.nickname);
  walker.jars.set('nocobase.test', ticket);
  same('a ticket is good once', null, await walker.trade('wecom'));
  await walker.go(url);
  same('a reload of the callback does not', true, ['state_wrong', 'state_used'].includes(walker.refusal));
  const thief = new Walker('desktop');
  thief.jars.set('nocobase.test', copied);
  await thief.go(`${callback}?code=${await mint('lisi')}&state=${walker.state}`);
  same('nor do copied cookies with another code', 'state_used', thief.refusal);
  const second = await begun();
  await second.go(`${callback}?code=${code}&state=${second.state}`);
  same('nor does the same code in another sign-in', 'code_invalid', second.refusal);
  const third = await begun();
  await third.go(`${callback}?state=${third.state}`);
  same('a callback without code was declined', 'declined', third.refusal);
  const foreign = await begun();
  await foreign.go(`${callback}?code=${await mint('zhangsan', 1000004)}&state=${foreign.state}`);
  same("another application's code", 'code_invalid', foreign.refusal);
}

async function targets() {
  for (const [wanted, landed] of [
    ['/admin/settings?x=1#part', '/admin/settings?x=1&wecom=wecom#part'],
    ['//evil.example/', '/admin?wecom=wecom'],
    ['https://evil.example/', '/admin?wecom=wecom'],
    ['/%5Cevil.example', '/admin?wecom=wecom'],
    ['/\\evil.example', '/admin?wecom=wecom'],
    ['javascript:alert(1)', '/admin?wecom=wecom'],
    ['/api/users:list', '/admin?wecom=wecom'],
    ['/signin', '/admin?wecom=wecom'],
    ['/v/admin/abc?x=1', '/v/admin/abc?x=1&wecom=wecom'],
    ['/admin?token=stolen&authenticator=basic', '/admin?wecom=wecom'],
  ]) {
    const walker = await begun('desktop', `${start}&redirect=${encodeURIComponent(wanted)}`);
    await walker.ask(`${callback}?code=${await mint('zhangsan')}&state=${walker.state}`);
    same(`${wanted} leads to ${landed}`, `${site}${landed}`, walker.next);
    verdict('no token in it', /token|eyJ/.test(walker.next ?? '') ? walker.next : '');
  }
}

async function names_that_nobody_has() {
  const walker = new Walker('desktop');
  await walker.go(`${site}/api/wecom-pam:start?authenticator=nobody`);
  same('an authenticator that is not there', 'unknown_authenticator', walker.refusal);
  await walker.go(`${site}/api/wecom-pam:start?authenticator=basic`);
  same('one of another kind', 'unknown_authenticator', walker.refusal);
  const at = await begun();
  await at.go(`${callback}?code=${await mint('zhangsan')}&state=${at.state}`, { until: /wecom=wecom/ });
  same('a ticket is good for its own name only', null, await at.trade('basic'));
  const frame = new Walker('desktop');
  await frame.ask(start, { headers: { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' } });
  same('a picture of another site begins nothing', true, /bad_request/.test(frame.next));
  same('who is not signed in asks the form nothing', [401, 401], [
    (await rest('wecom-pam:check', { method: 'POST', body: { authenticator: 'wecom' } })).status,
    (await rest('wecom-pam:setApp', { method: 'POST', body: {} })).status]);
  const member = new Walker('wecom_ios');
  await member.be({ userid: 'zhangsan' });
  await member.from_workbench('wecom');
  same('nor does a user without that right', 403, (await rest('wecom-pam:check', { method: 'POST', token: member.token, body: { authenticator: 'wecom' } })).status);
  const saved = await as_root('authenticators:create', { method: 'POST', body: { name: 'bad', authType: 'wecom-pam', options: { secret: 'x' } } }).catch((e) => e);
  same('options with a Secret are not saved', true, saved instanceof Error && /400/.test(saved.message));
}

async function two_applications() {
  await make_sign_in('second', 1000004);
  const first = await new Walker('wecom_ios').be({ userid: 'zhangsan' });
  const one = await first.from_workbench('wecom');
  const second = await new Walker('wecom_ios').be({ userid: 'zhangsan', consent: { mobile: true } });
  const two = await second.from_workbench('second');
  same('the same person by another application is the same user', one.id, two?.id);
  const at = await begun();
  await at.go(`${callback}?code=${await mint('zhangsan')}&state=${at.state}`, { until: /wecom=wecom/ });
  same("one's ticket is not the other's", null, await at.trade('second'));
  same('and the links name the other application', true, second.trail.some((url) => /agentid=1000004/.test(url)));
  await change('wecom', { autoLogin: true });
  const both = await change('second', { autoLogin: true }).catch((error) => error);
  same('only one signs in by itself', true, both instanceof Error && /400/.test(both.message));
  await change('wecom', { autoLogin: false });
  same("one's keys do not stand for the other's", 'config_agent',
    (await hand_over('second', 1000004, secret_of(1000003))).reason);
  await change('wecom', { autoLogin: true });
  const { page } = await person('desktop');
  await page.goto(`${site}/signin`);
  await page.getByTestId('wecom-pam-second').waitFor();
  same('both have a button, and outside WeCom neither presses itself', [1, '/signin'], [
    await page.getByTestId('wecom-pam-wecom').count(), new URL(page.url()).pathname]);
  await change('wecom', { autoLogin: false });
}

async function eight_at_once() {
  await wecom('/member', { userid: 'newcomer', name: '新人', department: [2], status: 1, mobile: '13800000077' });
  const walkers = await Promise.all(Array.from({ length: 8 }, () => new Walker('wecom_android').be({ userid: 'newcomer', consent: { mobile: true } })));
  const users = await Promise.all(walkers.map((walker) => walker.from_workbench('wecom').catch((error) => error)));
  const ids = new Set(users.map((user) => user?.id));
  same('eight first sign-ins of one person at once all get in', 8, users.filter((user) => user?.id).length);
  same('as one user', [1, '1'], [ids.size, sql("SELECT count(*) FROM users WHERE phone = '13800000077'")]);
  if (users.some((user) => !user?.id)) console.log(`# ${walkers.map((walker) => walker.refusal || walker.status).join(' ')}`);
}
export async function refused() {
  for (const walk of [wrong_states, codes_twice, targets, names_that_nobody_has, two_applications, eight_at_once])
    await journey(walk.name.replaceAll('_', ' '), walk);
}
