/* A wecom-login that says what a test wants. It writes down how it was called, and takes its answers
 * from the file `answers.json` beside it: by code, by userid (--account), or by question.
 */
'use strict';

const fs = require('fs');
const path = require('path');

const folder = __dirname;
const args = process.argv.slice(2);
const after = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);

function read(file) {
  return JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
}

function reply(answer) {
  fs.appendFileSync(path.join(folder, 'ended'), `${process.pid}\n`);
  if (answer.stderr) process.stderr.write(answer.stderr);
  process.stdout.write(answer.raw !== undefined ? answer.raw : `${JSON.stringify(answer.print)}\n`);
  process.exitCode = answer.status || 0;
}

function answerFor(input) {
  const answers = read('answers.json');

  if (args.includes('--account')) return answers.account[after('--user')] || answers.account['*'];
  if (args.includes('--info')) return answers.info[after('--app') || ''] || answers.info['*'];
  if (args.includes('--check')) return answers.check;
  if (args.includes('--set-app')) return answers.setApp;
  return answers.code[JSON.parse(input).code] || answers.code['*'];
}

const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk));
process.stdin.on('end', () => {
  const input = Buffer.concat(chunks).toString('utf8');
  const answer = answerFor(input);

  fs.appendFileSync(
    path.join(folder, 'calls'),
    `${JSON.stringify({ pid: process.pid, args, env: process.env, input, cwd: process.cwd() })}\n`
  );
  if (answer.hang) setInterval(() => {}, 1000);
  else if (answer.delayMs) setTimeout(() => reply(answer), answer.delayMs);
  else reply(answer);
});
