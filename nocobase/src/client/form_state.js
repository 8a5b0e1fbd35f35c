/* The administrator's form without what it looks like: its state, and its questions to the server.
 * The Secret stays in here until the helper has it; it is no option.
 */
'use strict';

var React = require('react');
var defaults = require('./defaults');

/* The server is asked when nobody has typed for this long, milliseconds. */
var QUIET_MS = 400;

/* props: as those of Settings. Returns what is known, and what can be done. */
function useFormState(props) {
  var latest = React.useRef(null);
  var options = props.value || {};
  var secret = React.useState('');
  var info = React.useState({});
  var note = React.useState(null);
  var report = React.useState(null);
  var busy = React.useState('');
  var file = React.useState('');
  var isMachine = options.keys === 'machine';

  latest.current = options; // an answer may come when more has been typed

  function change(path, value) {
    props.onChange(defaults.put(latest.current, path, value));
  }

  function post(action, values) {
    var known = { authenticator: props.name };

    ['service', 'origin', 'keys'].forEach(function (key) {
      known[key] = latest.current[key];
    });
    return props.post(action, Object.assign(known, values)).catch(function () {
      return { ok: false, message: props.t('form.failedRequest') };
    });
  }

  function refresh() {
    return post('info', {}).then(function (answer) {
      info[1](answer);
      // keys of the machine are what counts where no others were entered
      if (answer.machine && !answer.handed && latest.current.keys === undefined)
        change(['keys'], 'machine');
    });
  }

  /* Gives the keys to the helper. Resolves with the answer. */
  function handOver() {
    busy[1]('keys');
    note[1](null);
    return post('setApp', {
      corpId: options.corpId,
      agentId: options.agentId,
      password: secret[0],
    }).then(function (answer) {
      var kind = answer.left ? 'warning' : 'success';

      busy[1]('');
      note[1]({ type: answer.ok ? kind : 'error', message: answer.message });
      if (!answer.ok) return answer;
      secret[1]('');
      return refresh().then(function () {
        return answer;
      });
    });
  }

  function withFile(answer) {
    var name = file[0].trim();

    if (!answer.ok || !name) return answer;
    return defaults
      .checkFile(name, latest.current.origin || window.location.origin, props.t, window.fetch)
      .then(function (row) {
        return Object.assign({}, answer, {
          findings: answer.findings.concat(row),
          passed: answer.passed && row.state === 'ok',
        });
      });
  }

  function test() {
    busy[1]('test');
    report[1](null);
    return post('check', {})
      .then(withFile)
      .then(function (answer) {
        busy[1]('');
        report[1](answer);
      });
  }

  React.useEffect(
    function () {
      var filled = defaults.withDefaults(options, window.location);
      if (filled !== options) props.onChange(filled);
    },
    [options.origin === undefined]
  );
  React.useEffect(
    function () {
      var timer;

      if (!props.name || options.origin === undefined) return undefined;
      timer = setTimeout(refresh, QUIET_MS);
      return function () {
        clearTimeout(timer);
      };
    },
    [props.name, options.service, options.origin, options.keys]
  );

  /* Before the form is saved: '' or what is in the way. A Secret that was typed is handed over. */
  if (props.guard)
    props.guard.current = function () {
      if (isMachine || secret[0].trim() === '') return Promise.resolve('');
      return handOver().then(function (answer) {
        return answer.ok ? '' : props.t('form.saveSecretFirst', { message: answer.message });
      });
    };

  return {
    options: options,
    info: info[0],
    machine: isMachine ? info[0].machine || {} : null,
    note: note[0],
    report: report[0],
    busy: busy[0],
    secret: secret,
    file: file,
    change: change,
    handOver: handOver,
    test: test,
  };
}

module.exports = { useFormState: useFormState };
