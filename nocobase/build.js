/* Puts the package together: node build.js FOLDER. Copies the server's part and the texts, and
 * wraps each client into the one AMD file that NocoBase loads. Needs nothing but node.
 */
'use strict';

const fs = require('fs');
const path = require('path');

const here = __dirname;
const to = path.resolve(process.argv[2] || '.');
const { name } = require('./package.json');

/* What NocoBase's pages provide, and the modules of src/client that go into the file. */
const clients = {
  client: {
    main: './v1',
    host: ['react', 'antd', '@formily/react', '@nocobase/client', '@nocobase/plugin-auth/client'],
  },
  'client-v2': {
    main: './v2',
    host: ['react', 'antd', '@nocobase/client-v2', '@nocobase/plugin-auth/client-v2'],
  },
};

function write(file, text) {
  const full = path.join(to, 'dist', file);

  fs.mkdirSync(path.dirname(full), { recursive: true });
  fs.writeFileSync(full, text);
}

function source(folder, file) {
  return fs.readFileSync(path.join(here, 'src', folder, file), 'utf8');
}

/* The modules that `main` needs, in the order of their names. */
function modules(main, found = new Map()) {
  const text = source('client', `${main.slice(2)}.js`);

  found.set(main, text);
  for (const [, other] of text.matchAll(/require\('(\.\/[\w-]+)'\)/g))
    if (!found.has(other)) modules(other, found);
  return found;
}

function amd(id, { main, host }) {
  const bodies = [...modules(main)].map(
    ([at, text]) => `${JSON.stringify(at)}: function (require, module, exports) {\n${text}}`
  );

  return `define(${JSON.stringify(id)}, ${JSON.stringify(host)}, function () {
var given = arguments, names = ${JSON.stringify(host)}, made = {};
var parts = {
${bodies.join(',\n')}
};
function need(at) {
  if (names.indexOf(at) >= 0) return given[names.indexOf(at)];
  if (!made[at]) { made[at] = { exports: {} }; parts[at](need, made[at], made[at].exports); }
  return made[at].exports;
}
return need(${JSON.stringify(main)});
});
`;
}

fs.rmSync(path.join(to, 'dist'), { recursive: true, force: true });
for (const folder of ['server', 'locale'])
  for (const file of fs.readdirSync(path.join(here, 'src', folder)))
    write(`${folder}/${file}`, source(folder, file));
write('client/index.js', amd(name, clients.client));
write('client-v2/index.js', amd(`${name}/client-v2`, clients['client-v2']));
write('externalVersion.js', source('.', 'externalVersion.js'));
fs.copyFileSync(path.join(here, '..', 'LICENSE'), path.join(to, 'dist', 'LICENSE'));
