/* Codes that WeCom refuses, counted by where they come from. Too many of them and WeCom refuses the
 * whole machine for an hour; nobody honest has more than one or two.
 */
'use strict';

const MOST = 20;
const WINDOW_MS = 10 * 60 * 1000;
const MOST_KNOWN = 10000;

class Tries {
  constructor(now = Date.now) {
    this.now = now;
    this.known = new Map();
  }

  recent(address) {
    return (this.known.get(address) || []).filter((at) => this.now() - at < WINDOW_MS);
  }

  /* May this address try again? One that is not known counts as one address of all such. */
  may(address) {
    return this.recent(address).length < MOST;
  }

  failed(address) {
    const recent = this.recent(address);

    this.known.delete(address);
    if (this.known.size >= MOST_KNOWN) this.known.delete(this.known.keys().next().value);
    this.known.set(address, [...recent, this.now()].slice(-MOST));
  }
}

module.exports = { Tries, MOST, WINDOW_MS };
