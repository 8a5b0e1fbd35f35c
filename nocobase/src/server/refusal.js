/* Why somebody is not let in: a word. The sentence to it stands in the locale files, as
 * "reason.WORD" (what happened) and "cure.WORD" (what to do); nothing else reaches a browser.
 */
'use strict';

/* Words of wecom-login (wecom-login(1), Reasons). */
const HELPER = [
  'code_invalid',
  'identity_mismatch',
  'not_member',
  'wrong_company',
  'not_visible',
  'not_allowed',
  'disabled',
  'withdrawn',
  'not_provisioned',
  'no_login_name',
  'consent_missing',
  'first_login_in_wecom',
  'too_many_tries',
  'cancelled',
  'timeout',
  'helper_down',
  'wecom_unreachable',
  'wecom_busy',
  'wecom_rate_limited',
  'config_secret',
  'config_corp',
  'config_agent',
  'config_ip',
  'config_domain',
  'config_callback',
  'config_permission',
  'internal',
];

/* Words of this plugin. */
const OWN = [
  'server_busy',
  'server_stopping',
  'program_missing',
  'not_set_up',
  'origin_missing',
  'export_account',
  'unknown_authenticator',
  'bad_request',
  'state_wrong',
  'state_used',
  'browser_changed',
  'declined',
  'in_wechat',
  'ticket',
  'phone_not_ticked',
  'phone_not_granted',
  'phone_taken',
  'phone_shared',
  'phone_ambiguous',
  'phone_root',
  'not_registered',
  'user_disabled',
  'unconfirmed',
  'bound_twice',
  'try_again',
];

const all = new Set([...HELPER, ...OWN]);

function isReason(word) {
  return typeof word === 'string' && all.has(word);
}

class Refusal extends Error {
  /* `id`: the helper's id of the exchange, '' if there was none. */
  constructor(reason, id = '') {
    super(`refused: ${reason}`);
    this.name = 'Refusal';
    this.reason = isReason(reason) ? reason : 'internal';
    this.id = id;
  }
}

module.exports = { Refusal, isReason, reasons: [...all] };
