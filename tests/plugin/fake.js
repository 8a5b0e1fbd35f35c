/* A folder with a fake wecom-login in it, and what it was asked. */
'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');

const INFO = {
  ok: true,
  app: 'main',
  corp_id: 'ww0123456789abcdef',
  agent_id: 1000002,
  company: 'Example',
  authorize_url: 'https://open.weixin.qq.com/connect/oauth2/authorize',
  sso_url: 'https://login.work.weixin.qq.com/wwlogin/sso/login',
};

function granted(userid, env = {}) {
  return {
    print: {
      ok: true,
      user: userid,
      env: {
        WECOM_USERID: userid,
        WECOM_ACCOUNT: `acct${'0'.repeat(22)}${userid.toLowerCase()}`.slice(-26),
        WECOM_METHOD: 'code',
        ...env,
      },
    },
  };
}

function refused(reason, message = `refused (ID abcdefgh)`) {
  return { print: { ok: false, pam: 'PAM_AUTH_ERR', reason, message } };
}

class Fake {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fake-login-'));
    this.command = path.join(this.folder, 'wecom-login');
    fs.copyFileSync(path.join(__dirname, 'fake_login.js'), path.join(this.folder, 'fake_login.js'));
    fs.writeFileSync(
      this.command,
      `#!/bin/sh\nexec ${process.execPath} ${path.join(this.folder, 'fake_login.js')} "$@"\n`,
      { mode: 0o755 }
    );
    this.answers = {
      code: { '*': refused('code_invalid') },
      account: { '*': refused('withdrawn') },
      info: { '*': { print: INFO } },
      check: { print: { ok: true, checks: [] } },
      setApp: { print: { ok: true, app: 'x' } },
    };
    this.save();
  }

  save() {
    const file = path.join(this.folder, 'answers.json');
    fs.writeFileSync(`${file}.new`, JSON.stringify(this.answers));
    fs.renameSync(`${file}.new`, file);
  }

  /* Changes answers: { code: {...}, account: {...}, ... }. */
  say(changes) {
    for (const [key, value] of Object.entries(changes))
      this.answers[key] =
        key === 'check' || key === 'setApp' ? value : { ...this.answers[key], ...value };
    this.save();
  }

  lines(file) {
    try {
      return fs.readFileSync(path.join(this.folder, file), 'utf8').split('\n').filter(Boolean);
    } catch (err) {
      return [];
    }
  }

  calls(question) {
    const all = this.lines('calls').map((line) => JSON.parse(line));
    if (question === 'sign-in')
      return all.filter(
        ({ args }) => !args.some((a) => /^--(info|check|account|set-app)$/.test(a))
      );
    return question ? all.filter(({ args }) => args.includes(question)) : all;
  }

  forget() {
    fs.rmSync(path.join(this.folder, 'calls'), { force: true });
  }

  /* Processes of this fake that are still there. */
  running() {
    return fs.readdirSync('/proc').filter((pid) => {
      try {
        return (
          /^\d+$/.test(pid) &&
          fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(this.folder)
        );
      } catch (err) {
        return false;
      }
    });
  }

  remove() {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

module.exports = { Fake, INFO, granted, refused };
