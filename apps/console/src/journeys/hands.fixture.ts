import type { Locator, Page } from 'playwright-core';

/** How somebody works the console. A story is told once and acted by each. */
export interface Hand {
  /** A button, a link, a tab. */
  press(target: Locator): Promise<void>;
  /** Into a field, in place of what stood there. */
  write(field: Locator, text: string): Promise<void>;
  /** One of a list of choices. */
  choose(field: Locator, label: string): Promise<void>;
  /** One tab of a page. */
  turnTo(tab: Locator): Promise<void>;
  /** To a page of the navigation; the key is the one after `g`. */
  go(place: string, key: string): Promise<void>;
  /** The first record of the list that is shown. */
  openFirst(): Promise<void>;
}

/** Someone who only ever points and clicks, and types into what was clicked. */
export function mouseOn(page: Page): Hand {
  return {
    press: (target) => target.click(),
    write: async (field, text) => {
      await field.click();
      await field.fill(text);
    },
    choose: async (field, label) => {
      await field.selectOption({ label });
    },
    turnTo: (tab) => tab.click(),
    go: (place) => page.getByRole('navigation').getByRole('link', { name: place, exact: true }).click(),
    openFirst: () => page.locator('tbody a').first().click(),
  };
}

/** Someone without a mouse: Tab, letters, Enter. Each stop that is made use of must look focused, and be in sight. */
export function keyboardOn(page: Page): Hand {
  const { keyboard } = page;
  const reach = (target: Locator): Promise<void> => tabTo(page, target);
  return {
    press: async (target) => {
      await reach(target);
      await keyboard.press('Enter');
    },
    write: async (field, text) => {
      await reach(field);
      await keyboard.press('Control+a');
      await keyboard.type(text);
    },
    choose: async (field, label) => {
      await reach(field);
      await keyboard.type(label);
    },
    turnTo: async (tab) => {
      // The tabs of a page are one stop; the arrows go among them.
      const before = await withoutFocus(tab);
      await reach(page.getByRole('tab', { selected: true }));
      for (let step = 0; step < tabsMax && !(await hasFocus(tab)); step += 1) await keyboard.press('ArrowRight');
      await seenFocus(page, before);
    },
    go: async (_place, key) => {
      await keyboard.press('g');
      await keyboard.press(key);
    },
    openFirst: async () => {
      const first = page.locator('tbody a').first();
      const before = await withoutFocus(first);
      // In a field j is a letter.
      await reach(page.locator('[data-record-table]'));
      await keyboard.press('j');
      await seenFocus(page, before);
      await keyboard.press('Enter');
    },
  };
}

/** Counts what only a mouse, a pen or a finger can cause; to be called before the first page is opened. */
export async function countMouseEvents(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const counted = globalThis as unknown as { mouseEvents: number };
    counted.mouseEvents = 0;
    for (const name of ['mousedown', 'mousemove', 'pointerdown', 'pointermove', 'touchstart', 'wheel'])
      document.addEventListener(name, () => (counted.mouseEvents += 1), { capture: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { mouseEvents: number }).mouseEvents);
}

const stepsMax = 150;
const tabsMax = 12;

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === document.activeElement);

/** Goes on with Tab until the focus is there; fails when it never comes, or when nobody could see that it did. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  const before = await withoutFocus(target);
  for (let step = 0; step < stepsMax; step += 1) {
    if (await hasFocus(target)) return seenFocus(page, before);
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never comes to ${String(target)}`);
}

/** How it looks while something else has the focus. */
async function withoutFocus(target: Locator): Promise<string> {
  if (!(await hasFocus(target))) return target.evaluate(lookOf);
  await target.evaluate((element) => (element as HTMLElement).blur());
  const look = await target.evaluate(lookOf);
  await target.evaluate((element) => (element as HTMLElement).focus());
  return look;
}

/** The focused thing is in sight, covered by nothing, and looks otherwise than without the focus. */
async function seenFocus(page: Page, before: string): Promise<void> {
  const focused = page.locator(':focus');
  const look = await focused.evaluate(lookOf);
  const sight = await focused.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    const isInSight = there !== null && (element.contains(there) || there.contains(element));
    return { isInSight, html: element.outerHTML.slice(0, 160) };
  });
  if (!sight.isInSight) throw new Error(`the focus is out of sight or covered: ${sight.html}`);
  if (look === before) throw new Error(`nothing shows that this has the focus: ${sight.html}`);
}

/** What a focus may change of a thing and of the frame around it: the lines and the ground. */
function lookOf(element: Element): string {
  const frames = [element, element.parentElement, element.parentElement?.parentElement];
  return frames
    .map((frame) => {
      if (frame === null || frame === undefined) return '';
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } =
        getComputedStyle(frame);
      const outline = outlineStyle === 'none' ? '' : `${outlineStyle} ${outlineWidth} ${outlineColor}`;
      return [outline, boxShadow, borderColor, backgroundColor].join('|');
    })
    .join('\n');
}
