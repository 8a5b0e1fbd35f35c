/* A NocoBase in this process, on an SQLite of its own, behind a port of 127.0.0.1. Its packages lie
 * outside the tree: NOCOBASE_PACKAGES, see fetch.sh.
 */
'use strict';

const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const Module = require('module');

const packages =
  process.env.NOCOBASE_PACKAGES ||
  path.join(process.env.XDG_CACHE_HOME || '/var/cache', 'pam_wecom-tests', 'plugin');
const storage = fs.mkdtempSync(path.join(os.tmpdir(), 'nocobase-'));

Object.assign(process.env, {
  NODE_PATH: path.join(packages, 'node_modules'),
  NODE_MODULES_PATH: path.join(packages, 'node_modules'),
  APP_ENV: 'production',
  APP_KEY: 'a-key-that-only-the-tests-have',
  DB_PASSWORD: 'database-password-of-the-tests',
  DB_DIALECT: 'sqlite',
  STORAGE_PATH: storage,
  PLUGIN_STATICS_PATH: '/static/plugins/',
  API_BASE_PATH: '/api/',
  APP_PUBLIC_PATH: '/',
  CDN_BASE_URL: '',
  PLUGIN_PACKAGE_PREFIX: '@nocobase/plugin-,@nocobase/plugin-sample-,@nocobase/preset-',
  INIT_ROOT_EMAIL: 'admin@nocobase.com',
  INIT_ROOT_PASSWORD: 'admin123',
  INIT_ROOT_NICKNAME: 'Super Admin',
  INIT_ROOT_USERNAME: 'nocobase',
  INIT_APP_LANG: 'en-US',
  LOGGER_LEVEL: 'debug',
  LOGGER_TRANSPORT: 'file',
  LOGGER_BASE_PATH: path.join(storage, 'logs'),
});
Module._initPaths();

const isThere = fs.existsSync(path.join(packages, 'node_modules', '@nocobase', 'server'));

/* Everything that the application wrote to its logs. */
function logs() {
  const found = [];
  const walk = (folder) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(full);
      else found.push(fs.readFileSync(full, 'utf8'));
    }
  };
  if (fs.existsSync(path.join(storage, 'logs'))) walk(path.join(storage, 'logs'));
  return found.join('\n');
}

async function start(login, options = {}) {
  process.env.WECOM_LOGIN = login;
  const { Application } = require('@nocobase/server');
  const { default: Plugin } = require('../../nocobase/src/server');
  const app = new Application({
    name: 'main',
    database: {
      dialect: 'sqlite',
      storage: path.join(storage, `${Date.now()}.sqlite`),
      logging: false,
    },
    resourcer: { prefix: '/api' },
    plugins: [
      'error-handler',
      'field-sort',
      'data-source-main',
      'data-source-manager',
      'acl',
      'auth',
      'users',
      [Plugin, { name: 'auth-wecom-pam' }],
    ],
    logger: { request: { transports: ['file'] }, system: { transports: ['file'] } },
    ...options,
  });
  await app.runCommandThrowError('install', '-f');
  await app.runCommandThrowError('start');
  // as NocoBase's gateway does it: a restart from inside makes other middleware
  const server = http.createServer((req, res) => app.callback()(req, res));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { app, server, port: server.address().port };
}

async function stop({ app, server }) {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await app.destroy();
  fs.rmSync(storage, { recursive: true, force: true });
}

module.exports = { start, stop, logs, isThere };
