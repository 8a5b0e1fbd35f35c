/* Makes the session tokens of a user worthless: NocoBase refuses those of its blacklist, and renews
 * only those that stand in its table of issued ones.
 */
'use strict';

/* Longer than any token lives that NocoBase renews; after a renewal it has another id. */
const BLOCK_MS = 30 * 24 * 3600 * 1000;

/* `from`: names of authenticators whose sessions end; null: all. Returns how many there were. */
async function revokeTokens(app, userId, from = null) {
  const issued = app.db.getCollection('issuedTokens').model;
  const where = from === null ? { userId } : { userId, authenticator: from };
  const rows = await issued.findAll({ where, raw: true });

  for (const row of rows)
    await app.authManager.jwt.blacklist.add({
      token: row.jti,
      expiration: new Date(Date.now() + BLOCK_MS).toString(),
    });
  await issued.destroy({ where });
  return rows.length;
}

module.exports = { revokeTokens };
