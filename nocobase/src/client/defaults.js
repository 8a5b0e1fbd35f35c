/* What the administrator's form begins with, how it changes, and the one thing that it checks by
 * itself. Nothing is shown here.
 */
'use strict';

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
  var isSafe =
    /^https:/.test(location.origin) ||
    /^http:\/\/(localhost|127\.0\.0\.1)(:|$)/.test(location.origin);

  if (options && options.origin !== undefined) return options;
  return Object.assign({ service: 'nocobase', origin: isSafe ? location.origin : '' }, options, {
    public: Object.assign(
      {
        autoSignup: false,
        phoneRequired: true,
        autoLogin: false,
        tooltip: '',
        homeTarget: '/admin',
      },
      options && options.public
    ),
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

module.exports = { withDefaults: withDefaults, checkFile: checkFile, put: put, get: get };
