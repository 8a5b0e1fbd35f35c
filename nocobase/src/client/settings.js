/* The administrator's form, for both clients: one component that holds the options of an
 * authenticator as `value` and says `onChange(options)`. The Secret is no option: it stays in this
 * component until the helper has it.
 */
'use strict';

var React = require('react');
var antd = require('antd');
var page = require('./page');

var h = React.createElement;
var VERIFY_FILE = /^WW_verify_[A-Za-z0-9]{4,64}\.txt$/;

/* A copy of `object` with `path` set. */
function put(object, path, value) {
  var copy = Object.assign({}, object);

  copy[path[0]] = path.length > 1 ? put(copy[path[0]] || {}, path.slice(1), value) : value;
  return copy;
}

function get(object, path) {
  return path.reduce(function (at, key) {
    return at ? at[key] : undefined;
  }, object);
}

/* What a form begins with. Origin is a guess that the administrator sees. */
function withDefaults(options, location) {
  var isSafe = /^https:/.test(location.origin) || /^http:\/\/(localhost|127\.0\.0\.1)(:|$)/.test(location.origin);

  if (options && options.origin !== undefined) return options;
  return Object.assign({ service: 'nocobase', origin: isSafe ? location.origin : '' }, options, {
    public: Object.assign({ autoSignup: false, phoneRequired: true, autoLogin: false, tooltip: '', homeTarget: '/admin' }, options && options.public),
  });
}

/* Is the file served that WeCom looks for? The administrator's browser asks, as WeCom would.
 * Resolves with a row like those of the server.
 */
function checkFile(file, origin, t, doFetch) {
  var url = origin + '/' + file;
  var row = function (state, key) {
    return { state: state, title: t('check.verify'), detail: t(key, { url: url }), cure: '' };
  };

  if (!VERIFY_FILE.test(file)) return Promise.resolve(row('failed', 'check.verify.name'));
  return doFetch(url, { credentials: 'omit', cache: 'no-store', redirect: 'error' })
    .then(function (response) {
      return response.ok ? response.text() : '';
    })
    .then(function (text) {
      // NocoBase answers any address with its own page
      var isFile = text.length > 0 && text.length < 256 && text.indexOf('<') < 0;
      return isFile ? row('ok', 'check.verify.ok') : row('failed', 'check.verify.failed');
    })
    .catch(function () {
      return row('failed', 'check.verify.failed');
    });
}

function Field(props) {
  return h(
    'div',
    { style: { marginBottom: 20 } },
    props.label ? h('label', { htmlFor: props.id, style: { display: 'block', marginBottom: 6 } }, props.label) : null,
    props.children,
    props.help ? h('div', { style: { marginTop: 4, opacity: 0.65, fontSize: 13 } }, props.help) : null
  );
}

/* A value to copy into WeCom's console. */
function Copy(props) {
  var state = React.useState(false);
  var copied = state[0];
  var text = props.value || '';

  function copy() {
    var done = function () {
      state[1](true);
      setTimeout(function () {
        state[1](false);
      }, 2000);
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, function () {});
  }
  return h(
    Field,
    { label: props.label, id: props.id },
    h(
      antd.Space.Compact,
      { style: { width: '100%' } },
      h(antd.Input, {
        id: props.id,
        readOnly: true,
        value: text,
        onFocus: function (event) {
          event.target.select();
        },
      }),
      h(antd.Button, { onClick: copy, disabled: !text, 'aria-label': props.t('form.copy') + ' ' + props.label }, copied ? props.t('form.copied') : props.t('form.copy'))
    )
  );
}

function Findings(props) {
  var report = props.report;
  var kinds = { ok: 'success', warning: 'warning', failed: 'error', skipped: 'info' };

  if (report.message)
    return h(antd.Alert, { type: 'error', showIcon: true, message: h('span', { style: { whiteSpace: 'pre-line' } }, report.message) });
  return h(
    'div',
    { 'data-testid': 'wecom-pam-report' },
    h(antd.Alert, { type: report.passed ? 'success' : 'error', showIcon: true, message: props.t(report.passed ? 'form.passed' : 'form.failed'), style: { marginBottom: 8 } }),
    report.findings.map(function (row, i) {
      return h(antd.Alert, {
        key: i,
        type: kinds[row.state] || 'info',
        showIcon: true,
        style: { marginBottom: 4 },
        message: row.title + (row.detail ? ': ' + row.detail : ''),
        description: row.cure || undefined,
      });
    }),
    h('p', { style: { margin: '12px 0 4px' } }, props.t('form.look')),
    h(
      'ul',
      null,
      report.look.map(function (text, i) {
        return h('li', { key: i }, text);
      })
    )
  );
}

/* props: value, onChange, name (of the authenticator), post(action, values) -> promise of the
 * answer, t(key, words), guard: { current } gets a function to call before the form is saved.
 */
function Settings(props) {
  var t = props.t;
  var options = props.value || {};
  var open = options.public || {};
  var secret = React.useState('');
  var info = React.useState({});
  var note = React.useState(null);
  var report = React.useState(null);
  var busy = React.useState('');
  var file = React.useState('');
  var isMachine = options.keys === 'machine';
  var known = isMachine ? info[0].machine : null;

  function set(path) {
    return function (value) {
      props.onChange(put(options, path, value && value.target ? (value.target.type === 'checkbox' ? value.target.checked : value.target.value) : value));
    };
  }

  function post(action, values) {
    return props
      .post(action, Object.assign({ authenticator: props.name, service: options.service, origin: options.origin, keys: options.keys }, values))
      .catch(function () {
        return { ok: false, message: t('form.failedRequest') };
      });
  }

  function refresh() {
    return post('info', {}).then(function (answer) {
      info[1](answer);
      return answer;
    });
  }

  React.useEffect(function () {
    var filled = withDefaults(options, window.location);
    if (filled !== options) props.onChange(filled);
  }, [options.origin === undefined]);
  React.useEffect(
    function () {
      if (!props.name || options.origin === undefined) return undefined;
      var timer = setTimeout(function () {
        refresh().then(function (answer) {
          if (answer.machine && !answer.handed && options.keys === undefined) props.onChange(put(options, ['keys'], 'machine'));
        });
      }, 400);
      return function () {
        clearTimeout(timer);
      };
    },
    [props.name, options.service, options.origin, options.keys]
  );

  function handOver() {
    busy[1]('keys');
    note[1](null);
    return post('setApp', { corpId: options.corpId, agentId: options.agentId, password: secret[0] }).then(function (answer) {
      busy[1]('');
      note[1]({ type: answer.ok ? (answer.left ? 'warning' : 'success') : 'error', message: answer.message });
      if (answer.ok) {
        secret[1]('');
        refresh();
      }
      return answer;
    });
  }

  function test() {
    busy[1]('test');
    report[1](null);
    return post('check', {}).then(function (answer) {
      if (!answer.ok || !file[0].trim()) return answer;
      return checkFile(file[0].trim(), options.origin || window.location.origin, t, window.fetch.bind(window)).then(function (row) {
        return Object.assign({}, answer, { findings: answer.findings.concat(row), passed: answer.passed && row.state === 'ok' });
      });
    }).then(function (answer) {
      busy[1]('');
      report[1](answer);
    });
  }

  if (props.guard)
    props.guard.current = function () {
      if (isMachine || secret[0].trim() === '') return Promise.resolve('');
      return handOver().then(function (answer) {
        return answer.ok ? '' : t('form.saveSecretFirst', { message: answer.message });
      });
    };

  function text(id, path, more) {
    return h(antd.Input, Object.assign({ id: 'wecom-pam-' + id, value: get(options, path) || '', onChange: set(path), autoComplete: 'off' }, more));
  }

  function tick(id, path, help) {
    return h(
      Field,
      { help: help },
      h(antd.Checkbox, { id: 'wecom-pam-' + id, checked: Boolean(get(options, path)), onChange: set(path) }, t('form.' + id))
    );
  }

  return h(
    'div',
    { 'data-testid': 'wecom-pam-settings' },
    info[0].helper ? h(antd.Alert, { type: 'error', showIcon: true, message: info[0].helper, style: { marginBottom: 16 } }) : null,
    info[0].ok === false ? h(antd.Alert, { type: 'warning', showIcon: true, message: info[0].message, style: { marginBottom: 16 } }) : null,
    tick('autoSignup', ['public', 'autoSignup']),
    h(
      Field,
      { help: t('form.phoneRequired.help') },
      h(antd.Checkbox, { id: 'wecom-pam-phoneRequired', checked: open.phoneRequired !== false, onChange: set(['public', 'phoneRequired']) }, t('form.phoneRequired'))
    ),
    tick('bindRoot', ['public', 'bindRoot']),
    isMachine ? h(antd.Alert, { type: 'info', showIcon: true, message: t('form.machineKeys'), style: { marginBottom: 16 } }) : null,
    info[0].machine
      ? h(
          Field,
          null,
          h(
            antd.Checkbox,
            {
              id: 'wecom-pam-useMachine',
              checked: isMachine,
              onChange: function (event) {
                props.onChange(put(options, ['keys'], event.target.checked ? 'machine' : 'form'));
              },
            },
            t('form.useMachine')
          )
        )
      : null,
    h(Field, { label: t('form.corpId'), id: 'wecom-pam-corpId' }, isMachine ? text('corpId', ['corpId'], { readOnly: true, value: (known && known.corpId) || '' }) : text('corpId', ['corpId'])),
    h(Field, { label: t('form.agentId'), id: 'wecom-pam-agentId' }, isMachine ? text('agentId', ['agentId'], { readOnly: true, value: (known && String(known.agentId)) || '' }) : text('agentId', ['agentId'], { inputMode: 'numeric' })),
    isMachine
      ? null
      : h(
          Field,
          { label: t('form.secret'), id: 'wecom-pam-secret', help: info[0].handed ? t('form.secret.kept') : t('form.secret.help') },
          h(
            antd.Space.Compact,
            { style: { width: '100%' } },
            h(antd.Input.Password, {
              id: 'wecom-pam-secret',
              value: secret[0],
              autoComplete: 'new-password',
              visibilityToggle: false,
              onChange: function (event) {
                secret[1](event.target.value);
              },
            }),
            h(antd.Button, { onClick: handOver, loading: busy[0] === 'keys', disabled: secret[0].trim() === '' || !props.name }, t('form.handOver'))
          ),
          note[0] ? h(antd.Alert, { type: note[0].type, showIcon: true, style: { marginTop: 8 }, message: h('span', { style: { whiteSpace: 'pre-line' } }, note[0].message) }) : null
        ),
    h(Field, { label: t('form.service'), id: 'wecom-pam-service' }, text('service', ['service'])),
    h(Field, { label: t('form.origin'), id: 'wecom-pam-origin' }, text('origin', ['origin'], { placeholder: 'https://nocobase.example.com' })),
    h(Copy, { t: t, id: 'wecom-pam-callbackUrl', label: t('form.callbackUrl'), value: info[0].callbackUrl }),
    h(Copy, { t: t, id: 'wecom-pam-trustedDomain', label: t('form.trustedDomain'), value: info[0].trustedDomain }),
    h(Copy, { t: t, id: 'wecom-pam-homepageUrl', label: t('form.homepageUrl'), value: info[0].homepageUrl }),
    h(Field, { label: t('form.homeTarget'), id: 'wecom-pam-homeTarget' }, text('homeTarget', ['public', 'homeTarget'])),
    tick('autoLogin', ['public', 'autoLogin'], t('form.autoLogin.help')),
    h(Field, { label: t('form.tooltip'), id: 'wecom-pam-tooltip' }, text('tooltip', ['public', 'tooltip'], { maxLength: 200 })),
    h(
      Field,
      { label: t('form.verifyFile'), id: 'wecom-pam-verifyFile' },
      h(antd.Input, {
        id: 'wecom-pam-verifyFile',
        value: file[0],
        placeholder: 'WW_verify_….txt',
        onChange: function (event) {
          file[1](event.target.value);
        },
      })
    ),
    h(Field, null, h(antd.Button, { onClick: test, loading: busy[0] === 'test', disabled: !props.name, 'data-testid': 'wecom-pam-test' }, t('form.test'))),
    report[0] ? h(Findings, { report: report[0], t: t }) : null
  );
}

module.exports = { Settings: Settings, withDefaults: withDefaults, checkFile: checkFile, put: put };
