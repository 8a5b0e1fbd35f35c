// What people meet in front of browsers, in the order in which a company would. Started by
// tests/nocobase/checks; TAP without a plan.
import { counts, start_browser, stop_browser, verdict } from './browser.mjs';
import { form } from './journeys_form.mjs';
import { people } from './journeys_people.mjs';
import { refused } from './journeys_refused.mjs';
import { below_a_path } from './journeys_below.mjs';
import { trouble } from './journeys_trouble.mjs';

try {
  await start_browser();
  const parts = { form, people, refused, trouble, below_a_path };
  for (const name of process.argv.slice(2)) await parts[name]();
} catch (error) {
  verdict('the journeys come to their end', error.stack);
}
await stop_browser();
process.exitCode = counts.failed ? 1 : 0;
