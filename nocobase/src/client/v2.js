/* NocoBase's newer client (/v/). */
'use strict';

var React = require('react');
var antd = require('antd');
var client = require('@nocobase/client-v2');
var auth = require('@nocobase/plugin-auth/client-v2');
var makeButton = require('./button').makeButton;
var Settings = require('./settings').Settings;
var helpers = require('./helpers');
var land = require('./landing').land;

var h = React.createElement;

/* The whole of the options is one field of the form. */
function AdminSettings() {
  var app = client.useApp();
  var form = antd.Form.useFormInstance();
  var name = antd.Form.useWatch('name', form);
  var guard = React.useRef(null);
  var rules = [
    {
      validator: function () {
        return (guard.current ? guard.current() : Promise.resolve('')).then(function (message) {
          if (message) throw new Error(message);
        });
      },
    },
  ];

  return h(
    antd.Form.Item,
    { name: 'options', rules: rules, validateTrigger: [] },
    h(Settings, {
      name: name,
      guard: guard,
      t: helpers.translator(app),
      post: helpers.poster(app.apiClient),
    })
  );
}

function lazily(component) {
  return function () {
    return Promise.resolve({ default: component });
  };
}

class PluginAuthWecomV2 extends client.Plugin {
  async load() {
    var plugin = this.app.pm.get(auth.default || auth);

    plugin.registerType('wecom-pam', {
      signInButtonLoader: lazily(makeButton(client.useApp)),
      adminSettingsFormLoader: lazily(AdminSettings),
    });
    await land(this.app.apiClient, window);
  }
}

exports.default = PluginAuthWecomV2;
exports.__esModule = true;
