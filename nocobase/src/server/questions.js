/* The questions that the plugin asks wecom-login, and what their answers may be. Everything in an
 * answer is checked before anybody uses it: only "ok": true with exit status 0 is a grant.
 */
'use strict';

const { LoginProgram, Trouble } = require('./login');
const { Refusal, isReason } = require('./refusal');

/* Milliseconds. A sign-in asks WeCom twice or thrice; the helper's own limit is 100 s. */
const SIGN_IN_MS = 25000;
const ACCOUNT_MS = 10000;
const INFO_MS = 5000;
const CHECK_MS = 60000;
/* The application's data in the helper changes when somebody fills a form in. */
const INFO_FRESH_MS = 60000;

/* Reasons of --account that say: this person is out. All others leave it open. */
const OUT = new Set([
  'withdrawn',
  'disabled',
  'not_visible',
  'not_allowed',
  'not_member',
  'not_provisioned',
  'wrong_company',
  'identity_mismatch',
]);

const TROUBLES = {
  busy: 'server_busy',
  timeout: 'timeout',
  missing: 'program_missing',
  garbled: 'internal',
  stopped: 'server_stopping',
};

/* The helper's id of the exchange, which stands in its message and in its log. */
function idOf(message) {
  const found = /(?:ID|编号|：|:)\s*([a-km-np-z2-9]{8})(?![a-zA-Z0-9])/.exec(
    typeof message === 'string' ? message.slice(0, 4096) : ''
  );
  return found ? found[1] : '';
}

function refusalOf(answer) {
  const reason = isReason(answer.reason) ? answer.reason : 'internal';
  return new Refusal(reason, idOf(answer.message));
}

/* About an application, not a person: the helper has none of that name for us. */
function setUpRefusalOf(answer) {
  const refusal = refusalOf(answer);
  return refusal.reason === 'not_allowed' ? new Refusal('not_set_up', refusal.id) : refusal;
}

function text(value, most) {
  if (typeof value !== 'string') return '';
  const clean = value
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
  return clean.length <= most ? clean : '';
}

/* Who signed in, or a Refusal. `account` never changes; `userid` is how WeCom spells the person. */
function personOf({ answer, status }) {
  const env = answer.env !== null && typeof answer.env === 'object' ? answer.env : {};

  if (answer.ok !== true || status !== 0) throw refusalOf(answer);
  const person = {
    account: text(env.WECOM_ACCOUNT, 64),
    userid: text(env.WECOM_USERID, 64) || text(answer.user, 64),
    name: text(env.WECOM_NAME, 64),
    mobile: text(env.WECOM_MOBILE, 32),
    mobileTaken: env.WECOM_MOBILE_TAKEN === 'yes', // another active member has it
    email: text(env.WECOM_EMAIL, 254),
  };
  if (!/^[A-Za-z0-9][A-Za-z0-9_.@-]*$/.test(person.userid)) throw new Refusal('internal');
  if (!/^[A-Za-z0-9_-]{16,64}$/.test(person.account)) throw new Refusal('export_account');
  if (!/^[^\s@<>"'()]+@[^\s@<>"'()]+$/.test(person.email)) person.email = '';
  return person;
}

function httpsUrl(value) {
  try {
    const url = new URL(value);
    return url.protocol === 'https:' && !url.username && !url.search && !url.hash ? value : null;
  } catch (err) {
    return null;
  }
}

function infoOf({ answer, status }) {
  if (answer.ok !== true || status !== 0) throw setUpRefusalOf(answer);
  const info = {
    corpId: text(answer.corp_id, 64),
    agentId: Number.isInteger(answer.agent_id) ? answer.agent_id : 0,
    company: text(answer.company, 255),
    authorizeUrl: httpsUrl(answer.authorize_url),
    ssoUrl: httpsUrl(answer.sso_url),
  };
  if (!/^[A-Za-z0-9_-]+$/.test(info.corpId) || info.agentId < 1) throw new Refusal('not_set_up');
  if (!info.authorizeUrl || !info.ssoUrl) throw new Refusal('internal');
  return info;
}

class Questions {
  /* `most`: children at once for people who sign in, and in each of the other lanes. */
  constructor({ command, socket = '', most = 4, logger = null }) {
    const lane = () => new LoginProgram({ command, most, logger });

    this.socket = socket;
    // lanes: whoever is checked in the background takes nobody's turn who waits at a page
    this.lanes = { signIn: lane(), account: lane(), info: lane(), form: lane() };
    this.infos = new Map();
  }

  async stop() {
    await Promise.all(Object.values(this.lanes).map((lane) => lane.stop()));
  }

  async ask(lane, which, question, input, deadlineMs) {
    const args = ['--service', which.service];

    if (which.app && !question.includes('--set-app')) args.push('--app', which.app);
    args.push(...question);
    if (this.socket) args.push('--socket', this.socket);
    try {
      return await this.lanes[lane].run(args, input, deadlineMs);
    } catch (err) {
      if (err instanceof Trouble) throw new Refusal(TROUBLES[err.code] || 'internal');
      throw err;
    }
  }

  /* Redeems a code. `rhost`: where the person comes from, '' if not known. */
  async signIn(which, code, rhost) {
    const question = rhost ? ['--rhost', rhost] : [];
    return personOf(await this.ask('signIn', which, question, { code }, SIGN_IN_MS));
  }

  /* Is this person still in? 'in', 'out' or 'unknown'. */
  async account(which, userid) {
    let result;

    try {
      result = await this.ask(
        'account',
        which,
        ['--account', '--user', userid],
        undefined,
        ACCOUNT_MS
      );
    } catch (err) {
      if (err instanceof Refusal) return 'unknown';
      throw err;
    }
    const { answer, status } = result;
    if (answer.ok === true && status === 0)
      return String(answer.user).toLowerCase() === userid.toLowerCase() ? 'in' : 'unknown';
    return answer.ok === false && OUT.has(answer.reason) ? 'out' : 'unknown';
  }

  /* What links are made of. One child for all who ask at the same time; kept for a minute. */
  info(which) {
    const key = `${which.service} ${which.app}`;
    const known = this.infos.get(key);

    if (known && Date.now() < known.until) return known.promise;
    const promise = this.ask('info', which, ['--info'], undefined, INFO_MS).then(infoOf);
    const entry = { promise, until: Date.now() + INFO_FRESH_MS };
    this.infos.set(key, entry);
    promise.catch(() => {
      if (this.infos.get(key) === entry) this.infos.delete(key);
    });
    return promise;
  }

  forget() {
    this.infos.clear();
  }

  /* Hands the keys over. Returns '' or the reason of what is left to do, with the helper's words. */
  async setApp(which, keys) {
    const { answer, status } = await this.ask(
      'form',
      which,
      ['--set-app', which.app],
      { corp_id: keys.corpId, agent_id: keys.agentId, secret: keys.secret },
      CHECK_MS
    );
    const message = text(answer.message, 2000);

    this.forget();
    if (answer.ok !== true || status !== 0) {
      const refusal = refusalOf(answer);
      refusal.words = message;
      throw refusal;
    }
    return { reason: isReason(answer.reason) ? answer.reason : '', words: message };
  }

  /* The helper's rows about an application: item, state, detail, cure, cure_zh. */
  async check(which) {
    const { answer } = await this.ask('form', which, ['--check'], undefined, CHECK_MS);
    const rows = Array.isArray(answer.checks) ? answer.checks.slice(0, 64) : null;

    this.forget();
    if (rows === null) throw setUpRefusalOf(answer);
    return rows.map((row) => {
      const clean = {};
      for (const key of [
        'item',
        'state',
        'detail',
        'cure',
        'cure_zh',
        'redirect_domain',
        'home_url',
      ])
        if (row && typeof row[key] === 'string') clean[key] = text(row[key], 2000);
      return clean;
    });
  }
}

module.exports = { Questions, personOf, infoOf, idOf };
