/**
 * Arguments of Node with which a program lives on a machine whose wall clock is so far ahead of ours, or behind it. What nobody can set, the
 * clock of waits (`performance.now()`, timers), stays as it is.
 */
export function inOtherTime(aheadMs: number): string[] {
  const program = `
    const ours = Date;
    const now = () => ours.now() + ${aheadMs};
    globalThis.Date = new Proxy(ours, {
      construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
      apply: () => new ours(now()).toString(),
      get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
    });`;
  return ['--import', `data:text/javascript,${encodeURIComponent(program)}`];
}
