/* What both clients give the form. */
'use strict';

var page = require('./page');

function translator(app) {
  return function (key, words) {
    return app.i18n.t(
      key,
      Object.assign({ ns: page.PACKAGE, interpolation: { escapeValue: false } }, words)
    );
  };
}

/* post(action, values): the body of the answer. */
function poster(apiClient) {
  return function (action, values) {
    return apiClient
      .request({ url: 'wecom-pam:' + action, method: 'post', data: values, skipNotify: true })
      .then(function (response) {
        return response.data.data;
      });
  };
}

module.exports = { translator: translator, poster: poster };
