// TAP as the other tests of this project print it: one flat line for each test, trouble behind it.
export default async function* tap(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const isFine = type === 'test:pass' && data.skip === undefined;
    yield `${isFine ? 'ok' : 'not ok'} - ${data.name}\n`;
    if (data.skip !== undefined) yield `# skipped: ${data.skip}\n`;
    const error = data.details.error;
    if (error) yield `${String(error.cause?.stack ?? error.message).replace(/^/gm, '# ')}\n`;
  }
}
