// A browser without pages: cookies, redirects, nothing that is drawn. For what needs many of them at once,
// or requests that no page would make.
import https from 'node:https';
import { agents, below, patience_ms, remember, secrets, site, wecom } from './browser.mjs';

const MOST_HOPS = 12;

export class Walker {
  constructor(agent, { lang = 'en' } = {}) {
    this.headers = { 'User-Agent': agents[agent], 'Accept-Language': lang };
    this.jars = new Map();
    this.trail = [];
  }
  // Whose client it is.
  async be(who) {
    const { phone } = await wecom('/phone', who);
    this.jar('wecom.test').set('sim_phone', phone);
    return this;
  }
  jar(host) {
    if (!this.jars.has(host)) this.jars.set(host, new Map());
    return this.jars.get(host);
  }
  keep(host, lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split('; ');
      const at = pair.indexOf('=');
      const name = pair.slice(0, at);
      if (attributes.some((a) => /^max-age=0$/i.test(a))) this.jar(host).delete(name);
      else this.jar(host).set(name, pair.slice(at + 1));
    }
  }
  // One request, without following.
  async ask(url, { method = 'GET', body, headers = {} } = {}) {
    const { hostname } = new URL(url);
    const cookie = [...this.jar(hostname)].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await new Promise((resolve, reject) => {
      const request = https.request(
        url,
        { method, headers: { ...this.headers, ...(cookie ? { Cookie: cookie } : {}), ...headers }, timeout: patience_ms },
        async (response) => {
          response.body = Buffer.concat(await response.toArray()).toString();
          resolve(response);
        },
      );
      request.on('timeout', () => request.destroy(new Error(`no answer: ${url}`)));
      request.on('error', reject);
      request.end(body);
    });
    this.keep(hostname, answer.headers['set-cookie'] ?? []);
    this.trail.push(url);
    remember(url);
    this.url = url;
    this.status = answer.statusCode;
    this.answered = answer;
    this.text = answer.body;
    return this;
  }
  get next() {
    const to = this.answered.headers.location;
    return to ? new URL(to, this.url).href : null;
  }
  // Goes on until a page is shown, or until the next address fits `until`.
  async go(url, { until } = {}) {
    await this.ask(url);
    for (let hops = 0; this.next && !(until && until.test(this.next)); hops++) {
      if (hops === MOST_HOPS) throw new Error(`redirected for ever: ${this.trail.slice(-4).join(' ')}`);
      await this.ask(this.next);
    }
    return this;
  }
  // A form of the page that is shown, with a button pressed.
  async press(fields) {
    const action = /<form[^>]*action="([^"]*)"/.exec(this.text)[1].replace(/&amp;/g, '&');
    const key = /name="key" value="([^"]*)"/.exec(this.text)[1];
    await this.ask(new URL(action, this.url).href, {
      method: 'POST',
      body: new URLSearchParams([['key', key], ...fields]).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    if (this.next) await this.go(this.next);
    return this;
  }
  consent(...granted) {
    return this.press([...granted.map((field) => ['field', field]), ['action', 'allow']]);
  }
  // What the plugin's client does on the page where a sign-in ends: the session token for the ticket.
  async trade(name) {
    await this.ask(`${site}${below}/api/auth:signIn`, {
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/json', 'X-Authenticator': name, Origin: site },
    });
    const { data } = this.status === 200 ? JSON.parse(this.text) : {};
    this.token = data?.token;
    if (this.token) secrets.add(this.token);
    return data?.user ?? null;
  }
  // Signed in from the workbench, as far as NocoBase's user.
  async from_workbench(name) {
    await this.go(`${site}${below}/api/wecom-pam:open/${name}`);
    if (/consent/.test(this.text)) await this.consent('mobile', 'email');
    return this.ended_at_page() ? this.trade(name) : null;
  }
  ended_at_page() {
    return new URL(this.url).searchParams.has('wecom');
  }
  // The refusal that is shown; '' for another page.
  get refusal() {
    return new URL(this.url).pathname.endsWith('wecom-pam:message') ? new URL(this.url).searchParams.get('reason') : '';
  }
}
