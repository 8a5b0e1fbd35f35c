/* The button below the sign-in form. Inside WeCom's client it presses itself, if the administrator
 * wants that and the person has not signed out.
 */
'use strict';

var React = require('react');
var antd = require('antd');
var page = require('./page');

var h = React.createElement;

function Logo() {
  return h(
    'svg',
    {
      viewBox: '0 0 24 24',
      width: '1em',
      height: '1em',
      fill: 'currentColor',
      'aria-hidden': true,
      style: { verticalAlign: '-0.125em' },
    },
    h('path', {
      d: 'M9.5 3C4.8 3 1 6.2 1 10.2c0 2.3 1.3 4.3 3.3 5.6L3.5 18.5l3-1.6c.9.3 1.9.4 3 .4l.9-.04a6 6 0 0 1-.3-1.9c0-3.7 3.5-6.6 7.8-6.6h.8C17.8 5.6 14 3 9.5 3zm8.6 6.9c-3.3 0-5.9 2.3-5.9 5.2s2.6 5.2 5.9 5.2c.7 0 1.4-.1 2-.3l2.1 1.1-.6-1.9c1.4-1 2.4-2.4 2.4-4.1 0-2.9-2.6-5.2-5.9-5.2z',
    })
  );
}

/* `app`: the client's application, v1 or v2. */
function makeButton(useApp) {
  return function WecomButton(props) {
    var app = useApp();
    var authenticator = props.authenticator;
    var options = authenticator.options || {};
    var t = function (key) {
      return app.i18n.t(key, { ns: page.PACKAGE });
    };
    var start = page.actionUrl(app.apiClient, 'start', {
      authenticator: authenticator.name,
      redirect: page.wantedPage(window.location.search),
    });

    React.useEffect(function () {
      if (options.autoLogin && page.isWecom(navigator.userAgent) && !page.mustStay(document.cookie))
        window.location.replace(start);
    }, []);
    return h(
      antd.Tooltip,
      { title: options.tooltip || '' },
      h(
        antd.Button,
        {
          block: true,
          icon: h(Logo),
          'data-testid': 'wecom-pam-' + authenticator.name,
          onClick: function () {
            window.location.assign(start);
          },
        },
        authenticator.title || t('button')
      )
    );
  };
}

module.exports = { makeButton: makeButton };
