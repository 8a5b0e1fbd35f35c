// The administrator: uploads the plugin, fills in the form by clicking, reads what is wrong, mends it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { as_root, has, journey, person, picture, rest, same, site, sql, t, verdict, who } from './browser.mjs';
import { corp_id, make_sign_in, of_app, secret_of, upload } from './plugin.mjs';
import { Walker } from './walker.mjs';

const admin_page = `${site}/admin/settings/auth/authenticators`;
const button = (page, name) => page.getByRole('button', { name });

async function as_administrator(lang) {
  const { page } = await person('desktop', { lang });

  await page.goto(`${site}/signin?redirect=/admin/settings/auth/authenticators`);
  await page.locator('input[type=text]').first().fill('admin@nocobase.com');
  await page.locator('input[type=password]').fill('admin123');
  await page.locator('button[type=submit]').click();
  await page.waitForURL(admin_page);
  same(`the administrator signs in with a password (${lang})`, 1, (await who(page)).id);
  return page;
}
const set = (page, id, value) => page.locator(`#wecom-pam-${id}`).fill(value);
const value = (page, id) => page.locator(`#wecom-pam-${id}`).inputValue();

async function the_plugin_is_uploaded() {
  const row = await upload(`${process.env.B ?? 'build'}/nocobase`);

  same('the plugin is compatible with this NocoBase', true, row.isCompatible !== false);
  same('it is on', true, (await as_root('pm:listEnabled')).some((one) => one.packageName === row.packageName));
  await as_root('systemSettings:update?filterByTk=1', {
    method: 'POST',
    body: { enabledLanguages: ['zh-CN', 'en-US'] },
  });
  const types = await as_root('authenticators:listTypes');
  same('its kind of sign-in has a name of its own', true, types.some((type) => type.name === 'wecom-pam'));
}

async function hands_over(page, words, name) {
  await button(page, t('zh', 'form.handOver')).click();
  const note = page.getByTestId('wecom-pam-settings').locator('.ant-alert', { hasText: words });
  await note.waitFor();
  verdict(name, '');
}

const in_row = (page, words) => page.locator('tr', { has: page.getByText('wecom', { exact: true }) }).getByText(words);

async function tests(page) {
  await page.getByTestId('wecom-pam-test').click();
  const report = page.getByTestId('wecom-pam-report');
  await report.waitFor();
  return report.innerText();
}

async function the_form_is_filled_in() {
  const page = await as_administrator('zh-CN');

  await button(page, '添加').click();
  await page.getByRole('menuitem', { name: '企业微信' }).click();
  const drawer = page.locator('.ant-drawer-content').last();
  await drawer.getByTestId('wecom-pam-settings').waitFor();
  await drawer.locator('.ant-formily-item', { hasText: '认证标识' }).locator('input').fill('wecom');
  same('Origin is where the administrator is', site, await value(page, 'origin'));
  await page.locator(`#wecom-pam-homepageUrl[value$="/wecom"]`).waitFor();
  same('addresses to copy', ['nocobase.test', `${site}/api/wecom-pam:callback`, `${site}/api/wecom-pam:open/wecom`], [
    await value(page, 'trustedDomain'), await value(page, 'callbackUrl'), await value(page, 'homepageUrl')]);

  await set(page, 'corpId', corp_id);
  await set(page, 'agentId', '1000003');
  await set(page, 'secret', 'not-the-secret-of-this-application-at-all-00');
  await hands_over(page, 'Secret', 'a wrong Secret is refused in the form, in words');
  await of_app(1000003, 'trusted_ips', []);
  await set(page, 'secret', secret_of(1000003));
  await hands_over(page, '127.0.0.1', 'an address that WeCom does not know is named');
  await picture(page, 'form-ip.zh');
  has('the test names it, too', await tests(page), '127.0.0.1');
  await of_app(1000003, 'trusted_ips', ['127.0.0.1', '::1']);

  await of_app(1000003, 'oauth_domain', 'data.example.com:13000');
  await of_app(1000003, 'home_url', 'https://data.example.com/');
  let found = await tests(page);
  has('a trusted domain that differs is told', found, '“data.example.com:13000”');
  has('and a homepage that differs', found, `${site}/api/wecom-pam:open/wecom`);
  await page.getByTestId('wecom-pam-report').scrollIntoViewIfNeeded();
  await picture(page, 'test-wrong.zh');
  await of_app(1000003, 'oauth_domain', 'nocobase.test');
  await of_app(1000003, 'home_url', `${site}/api/wecom-pam:open/wecom`);
  await set(page, 'verifyFile', 'WW_verify_notthere0123456.txt');
  has('a verification file that is not served is told', await tests(page), 'WW_verify_notthere0123456.txt');
  await set(page, 'verifyFile', '');
  found = await tests(page);
  has('a right set-up passes', found, t('zh', 'form.passed'));
  has('what WeCom does not tell is to be looked at', found, '成员敏感信息');
  await page.getByTestId('wecom-pam-report').scrollIntoViewIfNeeded();
  await picture(page, 'test.zh');

  await page.locator('#wecom-pam-autoSignup').check();
  await drawer.locator('.ant-formily-item', { hasText: '启用' }).locator('input[type=checkbox]').first().check();
  await picture(page, 'form.zh', 1880);
  await drawer.locator('button[title="提交"]').click();
  await page.getByTestId('wecom-pam-settings').waitFor({ state: 'detached' });
  const row = (await as_root('authenticators:list?paginate=false')).find((one) => one.name === 'wecom');
  same('what is saved is on and creates users', [true, true], [row.enabled, row.options.public.autoSignup]);
  same('no Secret is in the database', '0', sql(`SELECT count(*) FROM authenticators WHERE options::text LIKE '%${secret_of(1000003)}%'`));
  const [listed] = (await rest('authenticators:publicList')).data.filter((one) => one.name === 'wecom');
  same('people who are not signed in see nothing of it', { autoLogin: false, tooltip: '' }, listed.options);
}

// The same form again, in English and in the newer client.
async function the_form_is_read_again() {
  const page = await as_administrator('en-US');

  await in_row(page, 'Configure').click();
  await page.getByTestId('wecom-pam-settings').waitFor();
  await page.getByText(t('en', 'form.secret.kept')).waitFor();
  same('the Secret is not shown again', '', await value(page, 'secret'));
  same('Company ID and AgentId are', [corp_id, '1000003'], [await value(page, 'corpId'), await value(page, 'agentId')]);
  await picture(page, 'form.en', 1880);
  has('the test passes in English', await tests(page), t('en', 'form.passed'));
  await page.getByTestId('wecom-pam-report').scrollIntoViewIfNeeded();
  await picture(page, 'test.en');
  await page.goto(`${site}/v/admin/settings/auth/authenticators`);
  await in_row(page, /Edit|Configure/).click();
  await page.getByTestId('wecom-pam-settings').waitFor();
  await page.locator(`#wecom-pam-homepageUrl[value$="/wecom"]`).waitFor();
  same('the newer client has the same form', [corp_id, site], [await value(page, 'corpId'), await value(page, 'origin')]);
}

// The administrator of the machine has them in /etc/wecom: nothing to enter, nothing to hand over.
async function keys_of_the_machine() {
  const conf = '/etc/wecom/wecom.conf';
  const before = readFileSync(conf);

  writeFileSync('/run/machine.secret', secret_of(1000004));
  execFileSync('install', ['-o', 'wecom', '-m', '0400', '/run/machine.secret', '/etc/wecom/machine.secret']);
  writeFileSync(conf, `${before}`.replace('[app wecom]\n',
    `[app wecom]\ncorp_id = ${corp_id}\nagent_id = 1000004\nsecret_file = /etc/wecom/machine.secret\n`));
  execFileSync('wecomctl', ['reload']);
  const page = await as_administrator('zh-CN');
  await button(page, '添加').click();
  await page.getByRole('menuitem', { name: '企业微信' }).click();
  const drawer = page.locator('.ant-drawer-content').last();
  await drawer.locator('.ant-formily-item', { hasText: '认证标识' }).locator('input').fill('machine');
  await page.getByText(t('zh', 'form.machineKeys')).waitFor();
  same('Company ID and AgentId of the machine are shown', [corp_id, '1000004'], [await value(page, 'corpId'), await value(page, 'agentId')]);
  same('read-only', [false, false], [await page.locator('#wecom-pam-corpId').isEditable(), await page.locator('#wecom-pam-agentId').isEditable()]);
  same('and no Secret is asked for', 0, await page.locator('#wecom-pam-secret').count());
  await picture(page, 'form-machine.zh', 1600);
  await drawer.locator('.ant-formily-item', { hasText: '启用' }).locator('input[type=checkbox]').first().check();
  await drawer.locator('button[title="提交"]').click();
  await page.getByTestId('wecom-pam-settings').waitFor({ state: 'detached' });
  const walker = await new Walker('wecom_ios').be({ userid: 'outsider', consent: { mobile: true } });
  await walker.from_workbench('machine');
  same('a sign-in goes through that application', [true, 'not_registered'], [
    walker.trail.some((url) => /agentid=1000004/.test(url)), walker.refusal]);
  const { id } = (await as_root('authenticators:list?paginate=false')).find((one) => one.name === 'machine');
  await as_root(`authenticators:destroy?filterByTk=${id}`, { method: 'POST' });
  writeFileSync(conf, before);
  execFileSync('wecomctl', ['reload']);
}

async function the_sign_in_pages() {
  for (const [lang, words, path] of [['zh-CN', 'zh', '/signin'], ['en-US', 'en', '/signin'], ['zh-CN', 'v2.zh', '/v/signin']]) {
    const { page } = await person('desktop', { lang });
    await page.goto(`${site}${path}`);
    await page.getByTestId('wecom-pam-wecom').waitFor();
    await picture(page, `signin.${words}`);
    verdict(`the button is on ${path} (${lang})`, '');
  }
}

export async function form() {
  await journey('the plugin is uploaded', the_plugin_is_uploaded);
  await journey('the form is filled in', the_form_is_filled_in);
  // the others need one
  const names = (await as_root('authenticators:list?paginate=false')).map((one) => one.name);
  if (!names.includes('wecom')) await make_sign_in('wecom', 1000003);
  await journey('the form is read again', the_form_is_read_again);
  await journey('keys of the machine', keys_of_the_machine);
  await journey('the sign-in pages', the_sign_in_pages);
}
