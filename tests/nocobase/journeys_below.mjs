// NocoBase below a path of its host name: every address has it, and a sign-in ends there.
import { journey, person, same, site } from './browser.mjs';
import { Walker } from './walker.mjs';

async function the_whole_way() {
  const walker = await new Walker('wecom_ios').be({ userid: 'zhangsan' });
  same('a sign-in from the workbench', '张三', (await walker.from_workbench('wecom'))?.nickname);
  const at = (path) => walker.trail.filter((url) => url.startsWith(`${site}${path}`)).length;
  same('all its addresses are below the path', [4, 4], [at('/'), at('/below/')]);
  same('so is the callback that WeCom is told', true, walker.trail.some((url) => /redirect_uri=https%3A%2F%2Fnocobase\.test%2Fbelow%2Fapi%2F/.test(url)));
  const { page } = await person('desktop', { userid: 'zhangsan' });
  await page.goto(`${site}/below/signin?redirect=/admin/settings/auth/authenticators?x=1`);
  await page.getByTestId('wecom-pam-wecom').click();
  await page.getByRole('button', { name: '快捷登录' }).click();
  await page.waitForURL((url) => url.pathname.startsWith('/below/admin') && !url.searchParams.has('wecom'), { waitUntil: 'commit' });
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => /TOKEN$/.test(key)));
  same('the button leads to the page that was wanted', '/below/admin/settings/auth/authenticators?x=1', new URL(page.url()).pathname + new URL(page.url()).search);
}

export const below_a_path = () => journey('below a path', the_whole_way);
