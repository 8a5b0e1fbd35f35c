// People: from the workbench and by scanning, with and without a phone number, known and unknown, and in
// the wrong client.
import { as_root, be, has, journey, password_sign_in, person, picture, same, site, sql, verdict, wecom, who } from './browser.mjs';
import { change, of_app } from './plugin.mjs';
import { Walker } from './walker.mjs';

const homepage = `${site}/api/wecom-pam:open/wecom`;
const begin = `${site}/api/wecom-pam:start?authenticator=wecom`;
const is_message = /wecom-pam:message/;
const reason = (page) => new URL(page.url()).searchParams.get('reason');
const user_of = (phone) => sql(`SELECT id FROM users WHERE phone = '${phone}'`);
export const signed_in = async (page, path = /\/admin/) => {
  await page.waitForURL((url) => path.test(url.pathname) && !url.searchParams.has('wecom'), { waitUntil: 'commit' });
  await page.waitForFunction(() => localStorage.getItem('NOCOBASE_TOKEN'));
};
const consent = (page, answer = 'allow') => page.locator(`button[name=action][value=${answer}]`).click();

async function press_button(page, path = '/signin') {
  await page.goto(`${site}${path}`);
  await page.getByTestId('wecom-pam-wecom').click();
  await page.waitForURL(/wwlogin\/sso\/login/);
}
// Somebody with a phone scans what the desktop shows.
async function scan(page, userid, action = 'allow') {
  const { phone } = await wecom('/phone', { userid });
  await wecom('/scan', { key: await page.locator('#key').getAttribute('data-key'), phone, action });
}
async function refused(page, word, words, shot) {
  await page.waitForURL(is_message);
  same(`told: ${word}`, word, reason(page));
  if (words) has('in words', await page.locator('main').innerText(), words);
  if (shot) await picture(page, `message-${shot}`);
}

// --- the first time ---

async function first_on_a_desktop() {
  const { page } = await person('desktop');
  await press_button(page);
  await scan(page, 'zhangsan');
  await refused(page, 'first_login_in_wecom', '工作台', 'first-login.zh');
  same('nobody was made', '', user_of('13800000001'));
  const other = await person('desktop', { lang: 'en-US' });
  await other.page.goto(begin);
  await scan(other.page, 'zhangsan');
  await refused(other.page, 'first_login_in_wecom', 'workbench', 'first-login.en');
}

async function the_number_is_not_ticked() {
  await of_app(1000003, 'sensitive_fields', []);
  const { page, context } = await person('wecom_ios', { userid: 'lisi', consent: null });
  await page.goto(homepage);
  await consent(page);
  await refused(page, 'phone_not_ticked', '成员敏感信息', 'not-ticked.zh');
  await of_app(1000003, 'sensitive_fields', ['mobile', 'email']);
  await be(context, { userid: 'lisi', consent: { mobile: true } });
  await page.getByRole('link', { name: '重试' }).click();
  await signed_in(page);
  same('ticked and tried again, the person is in', '李四', (await who(page)).nickname);
}

async function from_the_workbench() {
  const { page } = await person('wecom_ios', { userid: 'zhangsan', consent: null });
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(homepage);
  await consent(page);
  await signed_in(page);
  const found = await who(page);
  same('the user is made from the phone number', ['张三', '13800000001'], [found.nickname, found.phone]);
  same('with the default role', 'member', sql(`SELECT "roleName" FROM "rolesUsers" WHERE "userId" = ${found.id}`));
  same('first silently, then with consent', ['snsapi_base', 'snsapi_privateinfo'], asked
    .filter((url) => /oauth2\/authorize/.test(url)).map((url) => new URL(url).searchParams.get('scope')));
  same('agentid is in every link', true, asked.filter((url) => /oauth2\/authorize/.test(url)).every((url) => /agentid=1000003/.test(url)));
  const tokens = await page.evaluate(() => localStorage.getItem('NOCOBASE_TOKEN'));
  verdict('no session token is in an address', asked.filter((url) => url.includes(tokens) || /[?&]token=/.test(url)).join('\n'));
  await page.waitForLoadState('networkidle');
  await picture(page, 'workbench-result');
}

async function later_on_a_desktop() {
  const { page } = await person('desktop');
  await press_button(page, '/signin?redirect=/admin/settings/auth/authenticators?x=1');
  await scan(page, 'zhangsan');
  await signed_in(page);
  same('a scan leads to the same user', user_of('13800000001'), String((await who(page)).id));
  has('and to the page that was wanted, query and all', page.url(), '/admin/settings/auth/authenticators?x=1');
  await page.waitForLoadState('networkidle');
  await picture(page, 'desktop-result');
}

async function by_one_click_in_the_newer_client() {
  const { page } = await person('desktop', { userid: 'zhangsan' });
  await press_button(page, '/v/signin?redirect=%2Fv%2Fadmin%2F%3Fx%3D1');
  await page.getByRole('button', { name: '快捷登录' }).click();
  await signed_in(page, /^\/v\/admin/);
  same('one click where the client runs, in the newer pages', user_of('13800000001'), String((await who(page)).id));
}

// --- numbers and users ---

async function a_user_who_was_there() {
  await as_root('users:create', { method: 'POST', body: { username: 'wang', nickname: 'Wang of old', phone: '13800000003', password: 'of-old' } });
  await change('wecom', { autoSignup: false });
  const wang = await (await new Walker('wecom_android').be({ userid: 'wangwu', consent: { mobile: true } })).from_workbench('wecom');
  same('the number with +86 finds the user who has it without', ['Wang of old', '13800000003'], [wang?.nickname, wang?.phone]);
  same('who keeps the password', 200, (await password_sign_in('wang', 'of-old')).status);
  const other = await person('wecom_desktop', { userid: 'zhaoliu', consent: { mobile: true } });
  await other.page.goto(homepage);
  await refused(other.page, 'not_registered', '', 'not-registered.zh');
  same('with the switch off nobody is made', '', user_of('13800000007'));
  await change('wecom', { autoSignup: true });
  const made = await (await new Walker('wecom_desktop').be({ userid: 'zhaoliu', consent: { mobile: true } })).from_workbench('wecom');
  same('with the switch on somebody is', '赵六', made?.nickname);
}

async function without_a_number() {
  const { page, context } = await person('wecom_ios', { userid: 'WangFang', consent: null, lang: 'en-US' });
  await page.goto(homepage);
  await page.locator('input[name=field][value=mobile]').uncheck();
  await consent(page);
  await refused(page, 'phone_not_granted', '30 days', 'not-granted.en');
  await page.getByRole('link', { name: 'Try again' }).click();
  await refused(page, 'phone_not_granted', 'Authorize personal sensitive information');
  await be(context, { userid: 'WangFang', consent: { mobile: true } });
  await page.getByRole('link', { name: 'Try again' }).click();
  await signed_in(page);
  same('granted in the client afterwards, the person is in', '13800000004', (await who(page)).phone);
  const none = await person('wecom_ios', { userid: '1001', consent: { mobile: true } });
  await none.page.goto(homepage);
  await refused(none.page, 'phone_not_granted', '', 'not-granted.zh');
  await change('wecom', { phoneRequired: false });
  const number = await (await new Walker('wecom_ios').be({ userid: '1001', consent: { mobile: true } })).from_workbench('wecom');
  same('where no number is required, none is needed', ['数字', null], [number?.nickname, number?.phone]);
  await change('wecom', { phoneRequired: true });
}

async function whose_number() {
  await as_root(`users:update?filterByTk=${user_of('13800000002')}`, { method: 'POST', body: { phone: '13800000055' } });
  await wecom('/member', { userid: 'another', name: '同号', department: [2], status: 1, mobile: '13800000055' });
  const { page } = await person('wecom_ios', { userid: 'another', consent: { mobile: true } });
  await page.goto(homepage);
  await refused(page, 'phone_taken', '', 'phone-taken.zh');
  await as_root('users:update?filterByTk=1', { method: 'POST', body: { phone: '13800000008' } });
  await wecom('/member', { userid: 'double', name: '双号', department: [2], status: 1, mobile: '13800000004' });
  const double = await new Walker('wecom_ios').be({ userid: 'double', consent: { mobile: true } });
  await double.from_workbench('wecom');
  same('of two who have a number in WeCom at once the second is told', 'phone_shared', double.refusal);
  const root = await person('wecom_ios', { userid: 'sunqi', consent: { mobile: true } });
  await root.page.goto(homepage);
  await refused(root.page, 'phone_root', '', 'phone-root.zh');
  same('root is bound to nobody', '0', sql(`SELECT count(*) FROM "usersAuthenticators" WHERE "userId" = 1 AND authenticator = 'wecom'`));
  await as_root('users:update?filterByTk=1', { method: 'POST', body: { phone: null } });
}

// --- declined, the wrong place ---

async function declined() {
  const { page } = await person('wecom_ios', { userid: 'outsider', consent: null });
  await page.goto(homepage);
  await consent(page, 'deny');
  await refused(page, 'declined', '', 'declined.zh');
  const desktop = await person('desktop', { lang: 'en-US' });
  await desktop.page.goto(begin);
  await scan(desktop.page, 'zhangsan', 'deny');
  await refused(desktop.page, 'declined', 'did not confirm', 'declined.en');
}

async function elsewhere() {
  const chat = await person('wechat');
  await chat.page.goto(homepage);
  await refused(chat.page, 'in_wechat', '微信', 'wechat.zh');
  const other = await person('wecom_ios', { userid: 'zhangsan', company: null });
  await other.page.goto(homepage);
  await refused(other.page, 'not_member', '切换', 'other-company.zh');
  const { page } = await person('phone');
  await page.goto(homepage);
  await page.waitForURL(/wwlogin\/sso\/login/);
  verdict('the homepage link in an ordinary browser leads to the page to scan', '');
  await of_app(1000003, 'visible', { departments: [], tags: [], users: ['zhangsan'] });
  const range = await new Walker('wecom_ios').be({ userid: 'chen.xiao-ming_2' });
  await range.go(homepage);
  same('outside the visible range', 'not_visible', range.refusal);
  await of_app(1000003, 'visible', { departments: [1], tags: [], users: [] });
}

// --- sessions ---

async function the_account_is_switched() {
  const { page, context } = await person('wecom_desktop', { userid: 'zhangsan' });
  await page.goto(homepage);
  await signed_in(page);
  same('the desktop client signs in', '张三', (await who(page)).nickname);
  await be(context, { userid: 'lisi' });
  await page.goto(homepage);
  await signed_in(page);
  await page.waitForFunction(async () => {
    const answer = await fetch('/api/auth:check', { headers: { Authorization: `Bearer ${localStorage.getItem('NOCOBASE_TOKEN')}` } });
    return (await answer.json()).data.nickname === '李四';
  });
  verdict('another account in the client replaces the session', '');
}

async function by_itself() {
  await change('wecom', { autoLogin: true });
  const { page } = await person('wecom_ios', { userid: 'zhangsan' });
  await page.goto(`${site}/admin/settings/auth/authenticators`);
  await signed_in(page, /\/admin\/settings\/auth/);
  same('inside WeCom a plain link signs in by itself', '张三', (await who(page)).nickname);
  await page.evaluate(async () => {
    await fetch('/api/auth:signOut', { method: 'POST', headers: { Authorization: `Bearer ${localStorage.getItem('NOCOBASE_TOKEN')}`, 'X-Authenticator': 'wecom' } });
    localStorage.removeItem('NOCOBASE_TOKEN');
  });
  await page.goto(`${site}/signin`);
  await page.getByTestId('wecom-pam-wecom').waitFor();
  await page.waitForLoadState('networkidle');
  same('whoever signed out stays out', [true, null], [/\/signin/.test(page.url()), await who(page)]);
  await page.goto(homepage);
  await signed_in(page);
  same('the homepage link signs in again', '张三', (await who(page)).nickname);
  await change('wecom', { autoLogin: false });
}

export async function people() {
  for (const walk of [first_on_a_desktop, the_number_is_not_ticked, from_the_workbench, later_on_a_desktop, by_one_click_in_the_newer_client,
    a_user_who_was_there, without_a_number, whose_number, declined, elsewhere, the_account_is_switched, by_itself])
    await journey(walk.name.replaceAll('_', ' '), walk);
}
