/* What the administrator's form is made of: a labelled field, a value to copy, the findings of a
 * test. Plain antd, without a form library: the two clients have different ones.
 */
'use strict';

var React = require('react');
var antd = require('antd');

var h = React.createElement;

function Field(props) {
  return h(
    'div',
    { style: { marginBottom: 20 } },
    props.label
      ? h('label', { htmlFor: props.id, style: { display: 'block', marginBottom: 6 } }, props.label)
      : null,
    props.children,
    props.help
      ? h('div', { style: { marginTop: 4, opacity: 0.65, fontSize: 13 } }, props.help)
      : null
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
      h(
        antd.Button,
        { onClick: copy, disabled: !text, 'aria-label': props.t('form.copy') + ' ' + props.label },
        copied ? props.t('form.copied') : props.t('form.copy')
      )
    )
  );
}

function Findings(props) {
  var report = props.report;
  var kinds = { ok: 'success', warning: 'warning', failed: 'error', skipped: 'info' };

  if (report.message)
    return h(antd.Alert, {
      type: 'error',
      showIcon: true,
      message: h('span', { style: { whiteSpace: 'pre-line' } }, report.message),
    });
  return h(
    'div',
    { 'data-testid': 'wecom-pam-report' },
    h(antd.Alert, {
      type: report.passed ? 'success' : 'error',
      showIcon: true,
      message: props.t(report.passed ? 'form.passed' : 'form.failed'),
      style: { marginBottom: 8 },
    }),
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

module.exports = { Field: Field, Copy: Copy, Findings: Findings };
