/* Pages of this NocoBase that a person may be sent to. Everything here comes from a browser: what is
 * not plainly a path of this very application is replaced by the default page.
 */
'use strict';

const TARGET_MAX_BYTES = 1024;

function trimSlashes(text) {
  return String(text || '').replace(/^\/+|\/+$/g, '');
}

/* Where this NocoBase lives. `publicPath` has a slash at both ends, `apiPath` none at its end. */
function places(env = process.env) {
  const publicPath = `/${trimSlashes(env.APP_PUBLIC_PATH)}/`.replace(/^\/\/$/, '/');
  const api = `/${trimSlashes(env.API_BASE_PATH || '/api/')}`;
  const modern = trimSlashes(env.APP_MODERN_CLIENT_PREFIX) || 'v';
  const isModernFirst = /^modern/.test(env.APP_CLIENT_ENTRY_MODE || '');

  return { publicPath, apiPath: api, modern, isModernFirst };
}

/* `target` as a path with query and fragment, or null. A browser takes a backslash for a slash,
 * drops tabs and line ends, and "//host" for another host: all refused, also where percent-encoded
 * once.
 */
function safePath(target) {
  if (typeof target !== 'string' || target.length === 0 || target.length > TARGET_MAX_BYTES)
    return null;
  let decoded;
  try {
    decoded = decodeURIComponent(target.split(/[?#]/, 1)[0]);
  } catch (err) {
    return null;
  }
  for (const form of [target, decoded])
    if (
      !/^\/(?![/\\])/.test(form) ||
      /[\u0000-\u0020\u007f\\]/.test(form) ||
      /\/\//.test(form.split(/[?#]/, 1)[0])
    )
      return null;
  let url;
  try {
    url = new URL(target, 'https://here.invalid');
  } catch (err) {
    return null;
  }
  if (url.origin !== 'https://here.invalid' || /^\/\//.test(url.pathname)) return null;
  for (const name of ['token', 'authenticator', 'wecom']) url.searchParams.delete(name);
  return `${url.pathname}${url.search}${url.hash}`;
}

function below(pathname, prefix) {
  return pathname === prefix || pathname.startsWith(`${prefix}/`);
}

/* A page that the person asked for, as an address of this host. v1's pages come without
 * APP_PUBLIC_PATH, v2's with it. API, files and sign-in pages are no pages to end on.
 */
function pageOf(target, fallback, env = process.env) {
  const { publicPath, apiPath, modern, isModernFirst } = places(env);
  const base = publicPath.slice(0, -1);
  const path = safePath(target);
  const usual = `${base}${isModernFirst ? `/${modern}` : ''}/admin`;
  const spare = fallback ? pageOf(fallback, '', env) : usual;

  if (path === null) return spare;
  const full = base !== '' && below(path.split(/[?#]/, 1)[0], base) ? path : `${base}${path}`;
  const pathname = full.split(/[?#]/, 1)[0];
  const inside = pathname
    .slice(base.length)
    .replace(new RegExp(`^/${modern.replace(/[^A-Za-z0-9_-]/g, '')}(?=/|$)`), '');
  if (
    below(pathname, apiPath) ||
    /^\/(api|files|storage|static|signin|signup|ws)(\/|$)/.test(inside)
  )
    return spare;
  return full;
}

/* The sign-in page that belongs to a page: v2's for pages of v2. */
function signInPage(page, env = process.env) {
  const { publicPath, modern } = places(env);
  const base = publicPath.slice(0, -1);
  const isModern = below(page.split(/[?#]/, 1)[0], `${base}/${modern}`);
  const redirect = isModern ? page : page.slice(base.length);

  return `${base}${isModern ? `/${modern}` : ''}/signin?redirect=${encodeURIComponent(redirect)}`;
}

/* `page` with one more parameter in its query. */
function withParameter(page, name, value) {
  const url = new URL(page, 'https://here.invalid');

  url.searchParams.set(name, value);
  return `${url.pathname}${url.search}${url.hash}`;
}

module.exports = { places, safePath, pageOf, signInPage, withParameter };
