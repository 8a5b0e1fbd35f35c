/* Sessions of people who are out.
 *
 * Every request of a signed-in user is looked at, whatever authenticator it names and however the
 * session began: what counts is whether the user is bound to a member. A confirmation by
 * wecom-login is good for one interval. Then:
 *
 * 1. `in`: goes on. Users who were active are asked about ahead of time, so that nobody waits.
 * 2. `out`: all tokens of the user are revoked, and requests refused. A user with the role root
 *    loses the sessions that WeCom began and keeps the password: nobody must be locked out of the
 *    whole installation by a change in WeCom.
 * 3. `unknown` (helper or WeCom away): goes on until the last confirmation is older than a day.
 */
'use strict';

const AHEAD = 0.6; // of the interval: from then on asked again in the background
const AGAIN_MS = 15000; // after an answer that told nothing
const MOST_KNOWN = 50000;

class Sessions {
  /* ask(binding) -> 'in' | 'out' | 'unknown'; bindingsOf(userId) -> bindings;
   * revoke(userId, { all }) ; isRoot(userId).
   */
  constructor({ ask, bindingsOf, revoke, isRoot, logger, intervalMs, staleMs, now = Date.now }) {
    Object.assign(this, { ask, bindingsOf, revoke, isRoot, logger, intervalMs, staleMs, now });
    this.known = new Map();
    this.startedAt = now();
    this.timer = null;
  }

  start() {
    this.timer = setInterval(() => this.sweep(), Math.max(1000, this.intervalMs / 5));
    this.timer.unref();
  }

  stop() {
    clearInterval(this.timer);
    this.known.clear();
  }

  /* A user just signed in, or was bound: what is known is over. */
  forget(userId) {
    this.known.delete(String(userId));
  }

  confirmed(userId) {
    this.known.set(String(userId), {
      state: 'in',
      at: this.now(),
      seen: this.now(),
      next: 0,
      asking: null,
    });
  }

  entry(key) {
    let entry = this.known.get(key);

    if (!entry) {
      // the oldest go first; who comes again is asked about again
      if (this.known.size >= MOST_KNOWN) this.known.delete(this.known.keys().next().value);
      entry = { state: 'new', at: 0, seen: 0, next: 0, asking: null };
      this.known.set(key, entry);
    }
    return entry;
  }

  async judge(userId) {
    const bindings = await this.bindingsOf(userId);
    if (bindings.length === 0) return 'free';
    const answers = [];

    for (const binding of bindings) {
      const answer = await this.ask(binding);
      if (answer === 'in') return 'in';
      answers.push(answer);
    }
    return answers.every((answer) => answer === 'out') ? 'out' : 'unknown';
  }

  /* One question about a user at a time; all who ask meanwhile get its answer. */
  check(key) {
    const entry = this.entry(key);

    if (entry.asking) return entry.asking;
    entry.asking = this.judge(key)
      .catch((err) => {
        this.logger.warn('wecom-pam: account check failed', { userId: key, error: err.message });
        return 'unknown';
      })
      .then(async (state) => {
        entry.next = this.now() + AGAIN_MS;
        if (state === 'unknown') {
          if (entry.state === 'new' || entry.state === 'free') entry.state = 'unknown';
          return;
        }
        if (state === 'out' && entry.state !== 'out') await this.end(key);
        entry.state = state;
        entry.at = this.now();
      })
      .finally(() => {
        entry.asking = null;
      });
    return entry.asking;
  }

  async end(key) {
    const isRoot = await this.isRoot(key);

    await this.revoke(key, { all: !isRoot });
    this.logger.info('wecom-pam: sessions ended, the member is out', { userId: key });
  }

  isFresh(entry) {
    return (
      (entry.state === 'in' || entry.state === 'free') && this.now() - entry.at < this.intervalMs
    );
  }

  /* May this user's request be served? */
  async allows(userId) {
    const key = String(userId);
    const entry = this.entry(key);

    entry.seen = this.now();
    if (this.isFresh(entry)) {
      if (this.now() - entry.at > this.intervalMs * AHEAD && this.now() >= entry.next)
        this.check(key).catch((err) => this.failed(key, err));
      return true;
    }
    if (this.now() >= entry.next || entry.asking) await this.check(key);
    if (entry.state === 'out') return this.isRoot(key);
    if (this.isFresh(entry)) return true;
    return this.now() - Math.max(entry.at, this.startedAt) < this.staleMs;
  }

  /* Why `allows` said no: the reason for a page. */
  why(userId) {
    return this.entry(String(userId)).state === 'out' ? 'withdrawn' : 'unconfirmed';
  }

  failed(key, err) {
    this.logger.error('wecom-pam: tokens could not be revoked', {
      userId: key,
      error: err.message,
    });
  }

  /* Active sessions end without waiting for a request. */
  sweep() {
    for (const [key, entry] of this.known) {
      const age = this.now() - entry.at;
      if (
        entry.state === 'in' &&
        entry.seen > entry.at &&
        age > this.intervalMs * AHEAD &&
        this.now() >= entry.next
      )
        this.check(key).catch((err) => this.failed(key, err));
    }
  }
}

module.exports = { Sessions, AHEAD };
