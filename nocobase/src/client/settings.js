/* The administrator's form, for both clients: one component that holds the options of an
 * authenticator as `value` and says `onChange(options)`.
 */
'use strict';

var React = require('react');
var antd = require('antd');
var defaults = require('./defaults');
var fields = require('./fields');
var useFormState = require('./form_state').useFormState;

var h = React.createElement;
var Field = fields.Field;

function say(type, message) {
  return h(antd.Alert, {
    type: type,
    showIcon: true,
    style: { marginBottom: 16 },
    message: h('span', { style: { whiteSpace: 'pre-line' } }, message),
  });
}

/* A line of text for the option at `path`. `fixed`: shown instead, and not to be changed. */
function text(form, t, key, path, more, fixed) {
  var id = 'wecom-pam-' + key;
  var value = fixed !== undefined ? fixed : defaults.get(form.options, path);

  return h(
    Field,
    { label: t('form.' + key), id: id },
    h(
      antd.Input,
      Object.assign(
        {
          id: id,
          value: value === undefined || value === null ? '' : String(value),
          readOnly: fixed !== undefined,
          autoComplete: 'off',
          onChange: function (event) {
            form.change(path, event.target.value);
          },
        },
        more
      )
    )
  );
}

function tick(form, t, key, isOn, onChange, help) {
  return h(
    Field,
    { help: help },
    h(
      antd.Checkbox,
      {
        id: 'wecom-pam-' + key,
        checked: isOn,
        onChange: function (event) {
          onChange(event.target.checked);
        },
      },
      t('form.' + key)
    )
  );
}

/* A switch of options.public. */
function tickPublic(form, t, key, help) {
  var value = defaults.get(form.options, ['public', key]);

  return tick(
    form,
    t,
    key,
    key === 'phoneRequired' ? value !== false : Boolean(value),
    function (isOn) {
      form.change(['public', key], isOn);
    },
    help
  );
}

function secretField(form, t, name) {
  return h(
    Field,
    {
      label: t('form.secret'),
      id: 'wecom-pam-secret',
      help: form.info.handed ? t('form.secret.kept') : t('form.secret.help'),
    },
    h(
      antd.Space.Compact,
      { style: { width: '100%' } },
      h(antd.Input.Password, {
        id: 'wecom-pam-secret',
        value: form.secret[0],
        autoComplete: 'new-password',
        visibilityToggle: false,
        onChange: function (event) {
          form.secret[1](event.target.value);
        },
      }),
      h(
        antd.Button,
        {
          onClick: form.handOver,
          loading: form.busy === 'keys',
          disabled: form.secret[0].trim() === '' || !name,
        },
        t('form.handOver')
      )
    ),
    form.note ? h('div', { style: { marginTop: 8 } }, say(form.note.type, form.note.message)) : null
  );
}

/* Whose application it is: Company ID, AgentId, Secret, or the machine's. */
function keys(form, t, name) {
  var machine = form.machine;

  return [
    machine ? say('info', t('form.machineKeys')) : null,
    form.info.machine
      ? tick(form, t, 'useMachine', machine !== null, function (isOn) {
          form.change(['keys'], isOn ? 'machine' : 'form');
        })
      : null,
    text(form, t, 'corpId', ['corpId'], {}, machine ? machine.corpId || '' : undefined),
    text(
      form,
      t,
      'agentId',
      ['agentId'],
      { inputMode: 'numeric' },
      machine ? machine.agentId || '' : undefined
    ),
    machine ? null : secretField(form, t, name),
  ];
}

function copies(form, t) {
  return ['callbackUrl', 'trustedDomain', 'homepageUrl'].map(function (key) {
    return h(fields.Copy, {
      key: key,
      t: t,
      id: 'wecom-pam-' + key,
      label: t('form.' + key),
      value: form.info[key],
    });
  });
}

function testing(form, t, name) {
  return [
    h(
      Field,
      { label: t('form.verifyFile'), id: 'wecom-pam-verifyFile' },
      h(antd.Input, {
        id: 'wecom-pam-verifyFile',
        value: form.file[0],
        placeholder: 'WW_verify_….txt',
        onChange: function (event) {
          form.file[1](event.target.value);
        },
      })
    ),
    h(
      Field,
      null,
      h(
        antd.Button,
        {
          onClick: form.test,
          loading: form.busy === 'test',
          disabled: !name,
          'data-testid': 'wecom-pam-test',
        },
        t('form.test')
      )
    ),
    form.report ? h(fields.Findings, { report: form.report, t: t }) : null,
  ];
}

/* props: value, onChange, name (of the authenticator), post(action, values) -> promise of the
 * answer, t(key, words), guard: { current } gets a function to call before the form is saved.
 */
function Settings(props) {
  var form = useFormState(props);
  var t = props.t;
  var name = props.name;
  var parts = [
    form.info.helper ? say('error', form.info.helper) : null,
    form.info.ok === false ? say('warning', form.info.message) : null,
    tickPublic(form, t, 'autoSignup'),
    tickPublic(form, t, 'phoneRequired', t('form.phoneRequired.help')),
    tickPublic(form, t, 'bindRoot'),
  ].concat(
    keys(form, t, name),
    text(form, t, 'service', ['service']),
    text(form, t, 'origin', ['origin'], { placeholder: 'https://nocobase.example.com' }),
    copies(form, t),
    text(form, t, 'homeTarget', ['public', 'homeTarget']),
    tickPublic(form, t, 'autoLogin', t('form.autoLogin.help')),
    text(form, t, 'tooltip', ['public', 'tooltip'], { maxLength: 200 }),
    testing(form, t, name)
  );

  return h.apply(null, ['div', { 'data-testid': 'wecom-pam-settings' }].concat(parts));
}

module.exports = { Settings: Settings };
