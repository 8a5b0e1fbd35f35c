/* Things that count once: states and tickets. The memory is NocoBase's cache, which all nodes of a
 * cluster share where one is set up, under its lock.
 */
'use strict';

class Once {
  constructor(cache, lock) {
    this.cache = cache;
    this.lock = lock;
  }

  /* True for the first caller with this key in `lifeS` seconds, false for all others. */
  take(key, lifeS) {
    return this.lock.runExclusive(
      `wecom-pam:${key}`,
      async () => {
        if (await this.cache.get(key)) return false;
        await this.cache.set(key, 1, lifeS * 1000);
        return true;
      },
      5000
    );
  }
}

module.exports = { Once };
