// The plugin: uploaded and switched on, its sign-ins made and changed as its form does.
import { readFileSync, readdirSync } from 'node:fs';
import { as_root, patience_ms, rest, site, wecom } from './browser.mjs';

export const PACKAGE = '@pam-wecom/plugin-auth-wecom';
export const corp_id = JSON.parse(readFileSync('/run/members.json')).corp_id;
export const secret_of = (agent_id) =>
  JSON.parse(readFileSync('/run/members.json')).apps.find((app) => app.agent_id === agent_id).secret;

// Polls: NocoBase tells of nothing that it has done.
export async function until(what, test) {
  const end = Date.now() + patience_ms;
  for (;;) {
    const found = await test().catch(() => null);
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${patience_ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// As the plugin manager does it.
export async function upload(folder) {
  const there = (await as_root('pm:list')).find((one) => one.packageName === PACKAGE && one.enabled);
  if (there) return there; // a machine that stays
  const [name] = readdirSync(folder).filter((file) => /^pam-wecom-.*\.tgz$/.test(file));
  const form = new FormData();

  form.append('file', new Blob([readFileSync(`${folder}/${name}`)]), name);
  await as_root('pm:add', { method: 'POST', form });
  const row = await until('the plugin is listed', async () =>
    (await as_root('pm:list')).find((one) => one.packageName === PACKAGE),
  );
  await as_root(`pm:enable?filterByTk=${encodeURIComponent(row.name)}&awaitResponse=true`, { method: 'POST' });
  await until('the plugin is on', async () => {
    const listed = await rest('authenticators:publicList');
    return listed.status === 200 && (await as_root('pm:list')).find((one) => one.packageName === PACKAGE).enabled;
  });
  return row;
}

// A sign-in of ours, and its keys with the helper.
export async function make_sign_in(name, agent_id, options = {}) {
  await hand_over(name, agent_id);
  if ((await as_root('authenticators:list?paginate=false')).some((one) => one.name === name)) return; // a machine that stays
  await as_root('authenticators:create', {
    method: 'POST',
    body: {
      name,
      authType: 'wecom-pam',
      title: name,
      description: '',
      enabled: true,
      options: { service: 'nocobase', origin: site, public: { autoSignup: true, phoneRequired: true, ...options } },
    },
  });
}
export const hand_over = (name, agent_id, password = secret_of(agent_id)) =>
  as_root('wecom-pam:setApp', {
    method: 'POST',
    body: { authenticator: name, service: 'nocobase', origin: site, corpId: corp_id, agentId: agent_id, password },
  });
// Changes what is said of it in public options.
export async function change(name, options) {
  const row = (await as_root('authenticators:list?paginate=false')).find((one) => one.name === name);
  await as_root(`authenticators:update?filterByTk=${row.id}`, {
    method: 'POST',
    body: { enabled: true, options: { ...row.options, public: { ...row.options.public, ...options } } },
  });
}
export const of_app = (agent_id, key, value) => wecom('/app', { agent_id, [key]: value });
