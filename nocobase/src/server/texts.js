/* Sentences for people, from the locale files that NocoBase's clients use, too. */
'use strict';

const tables = {
  en: require('../locale/en-US.json'),
  zh: require('../locale/zh-CN.json'),
};

/* `{{name}}` in a sentence is replaced by words.name. */
function say(lang, key, words = {}) {
  const text = tables[lang === 'zh' ? 'zh' : 'en'][key];

  if (text === undefined) return key;
  return text.replace(/\{\{(\w+)\}\}/g, (all, name) => (name in words ? String(words[name]) : all));
}

/* What happened and what to do, for a reason. */
function sayReason(lang, reason) {
  return [say(lang, `reason.${reason}`), say(lang, `cure.${reason}`)].join(
    lang === 'zh' ? '' : ' '
  );
}

module.exports = { say, sayReason, tables };
