/* Telephone numbers: WeCom and NocoBase each have them with or without +86 and separators. */
'use strict';

/* A mobile number of mainland China. */
const MAINLAND = /^1[3-9]\d{9}$/;

/* How a number may stand in NocoBase: { usual, forms }. null for what is none.
 *
 * A number of another country counts only with its "+" or "00": without it, +1 380 000 0000 would
 * be the mainland number 138 0000 0000.
 */
function phoneForms(text) {
  if (typeof text !== 'string') return null;
  const given = text.trim();
  let digits = given.replace(/[\s().\-\u2010-\u2015\u00a0]/g, '').replace(/^00/, '+');

  if (!/^\+?\d{5,15}$/.test(digits)) return null;
  const mainland = digits.replace(/^\+?86(?=1[3-9]\d{9}$)/, '');
  if (MAINLAND.test(mainland)) {
    const grouped = `${mainland.slice(0, 3)}-${mainland.slice(3, 7)}-${mainland.slice(7)}`;
    return {
      usual: mainland,
      forms: [
        mainland,
        `+86${mainland}`,
        `86${mainland}`,
        `+86 ${mainland}`,
        `+86-${mainland}`,
        `0086${mainland}`,
        grouped,
        grouped.replace(/-/g, ' '),
      ],
    };
  }
  if (!digits.startsWith('+')) return { usual: digits, forms: [...new Set([digits, given])] };
  return { usual: digits, forms: [...new Set([digits, `00${digits.slice(1)}`, given])] };
}

module.exports = { phoneForms };
