/* Several applications in one NocoBase. */
'use strict';

const { CALLBACK } = require('./request');
const cookies = require('./cookies');

/* For NocoBase's gateway, before it knows which application a request is for. All of them share the
 * callback's address: the cookie of the state says which one began. Only that one can check it.
 */
async function selectApp(ctx, next) {
  const [path, query] = String(ctx.req.url).split('?', 2);

  if (CALLBACK.test(path)) {
    const state = new URLSearchParams(query || '').get('state') || '';
    const value = cookies.read(ctx.req.headers.cookie).get(cookies.stateName(state)) || '';
    try {
      const name = JSON.parse(Buffer.from(value.split('.')[0], 'base64url').toString('utf8')).a;
      if (typeof name === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(name))
        ctx.resolvedAppName = name;
    } catch (err) {
      // no cookie of ours: the main application says so
    }
  }
  await next();
}

module.exports = { selectApp };
