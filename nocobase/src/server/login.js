/* Runs wecom-login: one child a question, JSON on its stdin, JSON on its stdout.
 *
 * 1. A child MUST NOT see the server's environment: it holds the database's password and the key
 *    of all session tokens. Nor the code or the Secret in its arguments: everybody sees those.
 * 2. Every stream of a child MUST have a listener for 'error': without one, a child that ends
 *    before it has read its input (EPIPE) ends the whole server.
 * 3. A child MUST be gone by the deadline, and counts as running until it is.
 * 4. Nothing that a child or the system says may leave this file as an error text.
 */
'use strict';

const { spawn } = require('child_process');
const path = require('path');

/* Answers have a few hundred bytes; a check of an application a few KiB. */
const OUTPUT_MAX_BYTES = 256 * 1024;
const STDERR_MAX_BYTES = 2048;

/* An exchange that did not work. `code` is one of: busy, timeout, missing, garbled, stopped. */
class Trouble extends Error {
  constructor(code, detail) {
    super(`wecom-login: ${code}`);
    this.name = 'Trouble';
    this.code = code;
    this.detail = detail; // for the server's log only
  }
}

/* What a log line may hold of a stranger's text. */
function printable(text, most = 300) {
  return String(text)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(0, most);
}

/* The child and whatever it has started. */
function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (err) {
    // all of them are gone
  }
}

class LoginProgram {
  /* `command`: an absolute path. At most `most` children at once, `queue` calls wait for a turn;
   * further ones fail at once with 'busy'.
   */
  constructor({ command, most = 4, queue = 64, logger = null }) {
    if (typeof command !== 'string' || !path.isAbsolute(command))
      throw new Error('WECOM_LOGIN must be the absolute path of wecom-login');
    this.command = command;
    this.most = most;
    this.queueMost = queue;
    this.logger = logger;
    this.children = new Set();
    this.waiting = [];
    this.stopped = false;
  }

  /* Resolves with the object that the child printed, and its exit status as `status`. Rejects with
   * Trouble, by `deadlineMs` from now at the latest, time in the queue included.
   */
  run(args, input, deadlineMs) {
    const job = { args, input: input === undefined ? '' : JSON.stringify(input), done: false };
    const result = new Promise((resolve, reject) => {
      job.resolve = resolve;
      job.reject = reject;
    });

    if (this.stopped) return Promise.reject(new Trouble('stopped'));
    if (this.children.size >= this.most && this.waiting.length >= this.queueMost)
      return Promise.reject(new Trouble('busy'));
    job.timer = setTimeout(() => this.finish(job, new Trouble('timeout')), deadlineMs);
    this.waiting.push(job);
    this.next();
    return result;
  }

  /* Ends all children and refuses everybody who waits. Resolves when the last child is gone. */
  async stop() {
    this.stopped = true;
    for (const job of this.waiting.splice(0)) this.finish(job, new Trouble('stopped'));
    const gone = [...this.children].map((job) => {
      this.finish(job, new Trouble('stopped'));
      return job.gone;
    });
    await Promise.all(gone);
  }

  next() {
    while (!this.stopped && this.waiting.length > 0 && this.children.size < this.most)
      this.start(this.waiting.shift());
  }

  /* Settles a job once, and makes an end of its child. */
  finish(job, error, value) {
    const at = this.waiting.indexOf(job);

    if (job.done) return;
    job.done = true;
    job.input = '';
    clearTimeout(job.timer);
    if (at >= 0) this.waiting.splice(at, 1);
    if (job.child && job.child.pid !== undefined) {
      if (!job.closed) killGroup(job.child);
      job.child.stdin.destroy();
      job.child.stdout.destroy();
      job.child.stderr.destroy();
    }
    if (error && this.logger)
      this.logger.warn(`wecom-login ${error.code}`, {
        question: job.args.filter((a) => /^--(account|info|check|set-app)$/.test(a)).join(' '),
        detail: printable(error.detail || ''),
        stderr: printable(job.stderr || ''),
      });
    if (error) job.reject(error);
    else job.resolve(value);
  }

  start(job) {
    let child;

    try {
      child = spawn(this.command, job.args, {
        env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
        cwd: '/',
        shell: false,
        detached: true, // a process group of its own, to end it as a whole
        stdio: ['pipe', 'pipe', 'pipe'],
      });
    } catch (err) {
      this.finish(job, new Trouble('missing', err.message));
      return;
    }
    job.child = child;
    job.stdout = [];
    job.bytes = 0;
    job.stderr = '';
    this.children.add(job);
    job.gone = new Promise((resolve) => {
      const leave = () => {
        this.children.delete(job);
        resolve();
        this.next();
      };
      child.on('error', (err) => {
        if (child.pid === undefined) {
          this.finish(job, new Trouble('missing', err.message));
          leave();
        }
      });
      child.on('exit', leave);
    });
    child.on('close', (status, signal) => {
      job.closed = true;
      this.take(job, status, signal);
    });
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
    child.stdout.on('data', (chunk) => {
      job.bytes += chunk.length;
      if (job.bytes > OUTPUT_MAX_BYTES) this.finish(job, new Trouble('garbled', 'too much output'));
      else job.stdout.push(chunk);
    });
    child.stderr.on('data', (chunk) => {
      if (job.stderr.length < STDERR_MAX_BYTES) job.stderr += chunk.toString('latin1');
    });
    child.stdin.end(job.input);
  }

  /* The child is gone and has closed its output. */
  take(job, status, signal) {
    let answer;

    if (job.done) return;
    try {
      answer = JSON.parse(Buffer.concat(job.stdout).toString('utf8'));
    } catch (err) {
      answer = null;
    }
    if (signal || (status !== 0 && status !== 1))
      this.finish(job, new Trouble('garbled', `ended with ${signal || status}`));
    else if (answer === null || typeof answer !== 'object' || Array.isArray(answer))
      this.finish(job, new Trouble('garbled', 'no JSON object'));
    else this.finish(job, null, { answer, status });
  }
}

module.exports = { LoginProgram, Trouble, OUTPUT_MAX_BYTES };
