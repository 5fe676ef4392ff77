/**
 * A reporter for node:test that yields one JSON line at the end: how many tests
 * passed, failed and were skipped. Suites are not counted, their tests are.
 */
export default async function* countReporter(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    if (data?.details?.type === 'suite') continue;
    if (type === 'test:fail') counts.failed += 1;
    if (type === 'test:pass') {
      if (data.skip !== undefined || data.todo !== undefined) counts.skipped += 1;
      else counts.passed += 1;
    }
  }
  yield `${JSON.stringify(counts)}\n`;
}
