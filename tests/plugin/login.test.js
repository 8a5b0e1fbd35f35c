/* Children: what they may see, how they end, and that none outlives its deadline. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('fs');
const path = require('path');
const { LoginProgram, Trouble, OUTPUT_MAX_BYTES } = require('../../nocobase/src/server/login');
const { Fake, granted } = require('./fake');

function program(fake, more = {}) {
  return new LoginProgram({ command: fake.command, ...more });
}

/* A fake that is this shell script. */
function script(fake, text) {
  fs.writeFileSync(fake.command, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

async function gone(fake) {
  for (let i = 0; i < 100 && fake.running().length > 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return fake.running().length === 0;
}

const code = (promise) =>
  promise.then(
    () => 'done',
    (err) => {
      assert.ok(err instanceof Trouble);
      return err.code;
    }
  );

test('wecom-login as a child', async (t) => {
  const fake = new Fake();
  t.after(() => fake.remove());

  await t.test('a relative path, and none, is refused', () => {
    for (const command of ['wecom-login', './wecom-login', '', undefined, 7])
      assert.throws(() => new LoginProgram({ command }), /absolute/);
  });

  await t.test('an answer comes back with its status', async () => {
    fake.say({ code: { x: { ...granted('ZhangSan'), status: 1 } } });
    const { answer, status } = await program(fake).run(
      ['--service', 'nocobase'],
      { code: 'x' },
      5000
    );
    assert.equal(answer.user, 'ZhangSan');
    assert.equal(status, 1);
  });

  await t.test('the environment of the server stays at home', async () => {
    process.env.APP_KEY = 'key-of-the-server';
    process.env.NODE_OPTIONS = '';
    fake.forget();
    await program(fake).run(['--service', 'nocobase', '--info'], undefined, 5000);
    assert.ok(!JSON.stringify(fake.calls()[0]).includes('key-of-the-server'));
    assert.ok(!('NODE_OPTIONS' in fake.calls()[0].env));
  });

  await t.test('a child that ends without reading does not end the server', async () => {
    const one = new Fake();
    script(one, 'exec 0<&-; echo \'{"ok":false}\'');
    for (let i = 0; i < 10; i++) {
      const { answer } = await program(one).run(
        ['--service', 'x'],
        { code: 'y'.repeat(1 << 20) },
        5000
      );
      assert.equal(answer.ok, false);
    }
    script(one, 'exit 0');
    assert.equal(await code(program(one).run([], { code: 'y'.repeat(1 << 20) }, 5000)), 'garbled');
    one.remove();
  });

  await t.test('a program that is missing, or may not be run, is told as missing', async () => {
    assert.equal(
      await code(new LoginProgram({ command: '/no/such/program' }).run([], {}, 1000)),
      'missing'
    );
    assert.equal(
      await code(new LoginProgram({ command: '/etc/passwd' }).run([], {}, 1000)),
      'missing'
    );
    const one = new LoginProgram({ command: '/no/such/program', most: 1 });
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => code(one.run([], {}, 1000)))), [
      'missing',
      'missing',
      'missing',
    ]);
  });

  await t.test(
    'what is no JSON object, too long, or ended badly is garbled, and leaks nothing',
    async () => {
      const one = new Fake();
      for (const text of [
        'echo null',
        'echo 5',
        'echo "[1]"',
        'echo {',
        'kill -9 $$',
        'echo "{}"; exit 2',
        `head -c ${OUTPUT_MAX_BYTES + 1} /dev/zero`,
        'yes',
      ]) {
        script(one, text);
        await assert.rejects(
          program(one).run([], {}, 5000),
          (err) => err.code === 'garbled' && err.message === 'wecom-login: garbled',
          text
        );
      }
      assert.ok(await gone(one));
      one.remove();
    }
  );

  await t.test('a child that hangs, or ignores SIGTERM, is gone by its deadline', async () => {
    const one = new Fake();
    fs.symlinkSync('/bin/sleep', path.join(one.folder, 'sleep'));
    for (const text of ['sleep 60', 'trap "" TERM; sleep 60 & wait', 'exec 1>&-; sleep 60']) {
      script(one, text.replace('sleep', path.join(one.folder, 'sleep')));
      const began = Date.now();
      assert.equal(await code(program(one).run([], {}, 300)), 'timeout', text);
      assert.ok(Date.now() - began < 2000);
    }
    assert.ok(await gone(one));
    one.remove();
  });

  await t.test('a grandchild that keeps the output open keeps nobody waiting', async () => {
    const one = new Fake();
    fs.symlinkSync('/bin/sleep', path.join(one.folder, 'sleep'));
    script(one, `${one.folder}/sleep 60 & echo "{}"`);
    const began = Date.now();
    assert.equal(await code(program(one).run([], {}, 500)), 'timeout');
    assert.ok(Date.now() - began < 1500);
    assert.ok(await gone(one));
    one.remove();
  });

  await t.test(
    'at most N are there at once, the rest wait in turn, too many are refused',
    async () => {
      const one = new Fake();
      one.say({ code: { '*': { ...granted('A'), delayMs: 300 } } });
      const login = new LoginProgram({ command: one.command, most: 2, queue: 3 });
      const runs = Array.from({ length: 7 }, () =>
        code(login.run(['--service', 'x'], { code: 'a' }, 8000))
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.ok(login.children.size <= 2);
      assert.ok(one.running().length <= 4, 'a shell and a node for each'); // exec: usually one
      const ended = await Promise.all(runs);
      assert.deepEqual(ended, ['done', 'done', 'done', 'done', 'done', 'busy', 'busy']);
      assert.equal(login.children.size, 0);
      one.remove();
    }
  );

  await t.test('the deadline counts in the queue, too, and frees its place', async () => {
    const one = new Fake();
    one.say({ code: { '*': { hang: true } } });
    const login = new LoginProgram({ command: one.command, most: 1, queue: 8 });
    const ends = await Promise.all(
      [1000, 300, 300].map((ms) => code(login.run(['--service', 'x'], { code: 'a' }, ms)))
    );
    assert.deepEqual(ends, ['timeout', 'timeout', 'timeout']);
    assert.equal(login.waiting.length, 0);
    one.say({ code: { '*': granted('A') } });
    assert.equal(await code(login.run(['--service', 'x'], { code: 'a' }, 5000)), 'done');
    one.remove();
  });

  await t.test('stop ends all, refuses who waits and who comes later', async () => {
    const one = new Fake();
    one.say({ code: { '*': { hang: true } } });
    const login = new LoginProgram({ command: one.command, most: 2 });
    const runs = [1, 2, 3, 4].map(() => code(login.run(['--service', 'x'], { code: 'a' }, 60000)));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await login.stop();
    assert.deepEqual(await Promise.all(runs), ['stopped', 'stopped', 'stopped', 'stopped']);
    assert.equal(await code(login.run([], {}, 1000)), 'stopped');
    assert.ok(await gone(one));
    one.remove();
  });

  await t.test('the log has neither input nor control characters', async () => {
    const one = new Fake();
    const lines = [];
    script(one, 'printf "bad\\033[31m\\nthing" >&2; exit 2');
    const login = new LoginProgram({
      command: one.command,
      logger: { warn: (...all) => lines.push(JSON.stringify(all)) },
    });
    await code(
      login.run(['--service', 'x', '--account', '--user', 'ZhangSan'], { code: 'the-code' }, 3000)
    );
    assert.equal(lines.length, 1);
    assert.match(lines[0], /bad \[31m thing/);
    assert.doesNotMatch(lines[0], /the-code|ZhangSan|\\u001b|\\n/);
    one.remove();
  });

  await t.test('a file descriptor of the server is not handed on', async () => {
    const one = new Fake();
    script(one, 'n=$(ls /proc/self/fd | wc -l); echo "{\\"n\\":$n}"');
    const fd = fs.openSync(path.join(one.folder, 'answers.json'));
    const { answer } = await program(one).run([], {}, 3000);
    assert.ok(answer.n <= 5, `${answer.n}`);
    fs.closeSync(fd);
    one.remove();
  });
});
