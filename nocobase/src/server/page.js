/* The page that says why a sign-in did not work, and what to do. No script, nothing of others. */
'use strict';

const crypto = require('crypto');
const { say } = require('./texts');

const STYLE = `
:root{color-scheme:light dark;--ink:#1f2329;--soft:#5f6774;--line:#e3e6ea;--bg:#f4f5f7;--card:#fff;--go:#1456f0}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a4abb6;--line:#3a3f47;--bg:#17191c;--card:#212429;--go:#6f9bff}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:30rem;margin:8vh auto;padding:2rem 1.5rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
h1{font-size:1.25rem;line-height:1.4;margin:0 0 1rem}
p{margin:0 0 1rem;overflow-wrap:anywhere}
.id{color:var(--soft);font-size:.875rem}
nav{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}
a{display:inline-block;padding:.5rem 1.25rem;border-radius:8px;border:1px solid var(--line);color:var(--ink);text-decoration:none}
a.go{background:var(--go);border-color:var(--go);color:#fff}
a:focus-visible{outline:3px solid var(--go);outline-offset:2px}
@media (max-width:32rem){main{margin:0;min-height:100vh;border:0;border-radius:0}}
`;
const STYLE_DIGEST = crypto.createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

function escape(text) {
  return String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/* `retry` and `back` are addresses of ours; retry may be null. */
function refusalPage({ lang, reason, id, retry, back }) {
  const parts = [
    '<!doctype html>',
    `<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(say(lang, 'page.title'))}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>${escape(say(lang, `reason.${reason}`))}</h1>`,
    `<p>${escape(say(lang, `cure.${reason}`))}</p>`,
  ];

  if (id) parts.push(`<p class="id">${escape(say(lang, 'page.id', { id }))}</p>`);
  parts.push('<nav>');
  if (retry)
    parts.push(`<a class="go" href="${escape(retry)}">${escape(say(lang, 'page.retry'))}</a>`);
  parts.push(
    `<a href="${escape(back)}">${escape(say(lang, 'page.back'))}</a>`,
    '</nav></main></body></html>'
  );
  return parts.join('\n');
}

/* Headers of every answer of the plugin that a browser navigates to. */
function setHeaders(ctx) {
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('X-Frame-Options', 'DENY');
  ctx.set('Content-Security-Policy', POLICY);
}

module.exports = { refusalPage, setHeaders, escape };
