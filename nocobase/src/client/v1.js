/* NocoBase's older client, which "/" shows unless the machine's administrator changes that. */
'use strict';

var React = require('react');
var formily = require('@formily/react');
var client = require('@nocobase/client');
var auth = require('@nocobase/plugin-auth/client');
var makeButton = require('./button').makeButton;
var Settings = require('./settings').Settings;
var helpers = require('./helpers');
var land = require('./landing').land;

var h = React.createElement;

/* The form is Formily's: `options` is an object of its values. */
var AdminSettings = formily.observer(function AdminSettings() {
  var app = client.useApp();
  var form = formily.useForm();
  var field = formily.useField();
  var guard = React.useRef(null);

  React.useEffect(
    function () {
      if (!field || !field.setValidator) return;
      field.setValidator([
        {
          triggerType: 'onSubmit',
          validator: function () {
            return guard.current ? guard.current() : '';
          },
        },
      ]);
    },
    [field]
  );
  return h(Settings, {
    name: form.values.name,
    value: form.values.options,
    guard: guard,
    t: helpers.translator(app),
    post: helpers.poster(app.apiClient),
    onChange: function (options) {
      form.setValuesIn('options', options);
    },
  });
});

class PluginAuthWecom extends client.Plugin {
  async load() {
    var plugin = this.app.pm.get(auth.default || auth);

    plugin.registerType('wecom-pam', {
      components: { SignInButton: makeButton(client.useApp), AdminSettingsForm: AdminSettings },
    });
    await land(this.app.apiClient, window);
  }
}

exports.default = PluginAuthWecom;
exports.__esModule = true;
