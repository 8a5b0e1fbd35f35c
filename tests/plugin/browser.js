/* A browser as far as the plugin can see one: a cookie jar, headers of a navigation, no redirects
 * followed by itself.
 */
'use strict';

const http = require('http');

const DESKTOP =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36';
const WECOM =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 wxwork/4.1.39 MicroMessenger/7.0.1 Language/zh ColorScheme/Light';
const WECHAT =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50 Language/zh_CN';

class Browser {
  constructor(port, agent = DESKTOP) {
    this.port = port;
    this.host = `localhost:${port}`;
    this.agent = agent;
    this.jar = new Map();
  }

  cookieHeader() {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  keep(lines) {
    for (const line of lines) {
      const [pair, ...rest] = line.split('; ');
      const at = pair.indexOf('=');
      if (rest.includes('Max-Age=0')) this.jar.delete(pair.slice(0, at));
      else this.jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  request(method, path, { headers = {}, body } = {}) {
    return new Promise((resolve, reject) => {
      const data = body === undefined ? undefined : JSON.stringify(body);
      const req = http.request(
        {
          host: '127.0.0.1',
          port: this.port,
          method,
          path,
          agent: false,
          headers: {
            Host: this.host,
            'User-Agent': this.agent,
            ...(this.jar.size > 0 ? { Cookie: this.cookieHeader() } : {}),
            ...(data === undefined
              ? {}
              : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(data) }),
            ...headers,
          },
        },
        (res) => {
          const chunks = [];
          res.on('data', (chunk) => chunks.push(chunk));
          res.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const setCookies = res.headers['set-cookie'] || [];
            let json = null;
            try {
              json = JSON.parse(text);
            } catch (err) {
              json = null;
            }
            this.keep(setCookies);
            resolve({
              status: res.statusCode,
              headers: res.headers,
              setCookies,
              text,
              json,
              location: res.headers.location || '',
            });
          });
        }
      );
      req.on('error', reject);
      req.end(data);
    });
  }

  go(path, headers = {}) {
    return this.request('GET', path, {
      headers: {
        'Sec-Fetch-Mode': 'navigate',
        'Sec-Fetch-Dest': 'document',
        'Accept-Language': 'en-US,en;q=0.9',
        ...headers,
      },
    });
  }

  post(path, body, headers = {}) {
    return this.request('POST', path, {
      body,
      headers: { Origin: `http://${this.host}`, 'Sec-Fetch-Mode': 'cors', ...headers },
    });
  }

  /* From start to WeCom: the state that WeCom would bring back. */
  async begin(path) {
    const there = await this.go(path);
    const url = there.location.startsWith('https:') ? new URL(there.location) : null;

    return { ...there, url, state: url ? url.searchParams.get('state') : null };
  }

  back(code, state) {
    return this.go(`/api/wecom-pam:callback?code=${code}&state=${state}`);
  }

  /* Where a refusal sent the browser, as { reason, ... }. */
  static refusal({ location }) {
    return location.includes('wecom-pam:message')
      ? Object.fromEntries(new URL(location, 'http://x').searchParams)
      : {};
  }

  /* The whole way. { landed, token, user } or { refused }. */
  async signIn(name, code, path = `/api/wecom-pam:start?authenticator=${name}&redirect=/admin`) {
    const there = await this.begin(path);
    if (!there.state) return { refused: Browser.refusal(there), there };
    const back = await this.back(code, there.state);
    if (back.location.startsWith('https:')) return { again: new URL(back.location), there, back };
    if (!back.location.includes('wecom=')) return { refused: Browser.refusal(back), there, back };
    const answer = await this.trade(name);
    const data = (answer.json && answer.json.data) || {};
    return { landed: back.location, there, back, answer, token: data.token, user: data.user };
  }

  trade(name, headers = {}) {
    return this.post('/api/auth:signIn', {}, { 'X-Authenticator': name, ...headers });
  }

  check(token, headers = {}) {
    return this.request('GET', '/api/auth:check', {
      headers: { Authorization: `Bearer ${token}`, ...headers },
    });
  }
}

module.exports = { Browser, DESKTOP, WECOM, WECHAT };
