/** Skips the test that runs, or in a hook the whole suite, and says why behind the name of each. */
export function skip(context: Mocha.Context, reason: string): never {
  const test = context.test as Mocha.Hook | Mocha.Test;
  const named = (one: Mocha.Runnable): void => void (one.title += ` (skipped: ${reason})`);
  if (test.type === 'hook') test.parent!.eachTest(named);
  else named(test);
  return context.skip();
}
