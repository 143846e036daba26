import type { Page } from 'playwright-core';

/**
 * What is wrong with how the page lies at this moment, one sentence each: parts beyond the window's
 * edge, controls that lie over each other, text that is cut without an ellipsis.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    // A panel that is still sliding in is not where it will be; spinners never end.
    const moving = document.getAnimations().filter(each => {
      return each.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY;
    });
    await Promise.allSettled(moving.map(animation => animation.finished));

    const faults: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > window.innerWidth || root.scrollHeight > window.innerHeight) {
      faults.push(
        `the page is ${root.scrollWidth} x ${root.scrollHeight} in a window of ${window.innerWidth} x ${window.innerHeight}`,
      );
    }

    const describe = (element: Element) => {
      const text = element.getAttribute('aria-label') ?? element.textContent ?? '';
      return `${element.tagName.toLowerCase()} "${text.trim().replace(/\s+/g, ' ').slice(0, 60)}"`;
    };
    const isShown = (element: Element) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      element.closest('[inert], [aria-hidden=true]') === null;
    /** What of an element is inside of everything that clips it. */
    const visibleBox = (element: Element) => {
      let { left, top, right, bottom } = element.getBoundingClientRect();
      for (let around = element.parentElement; around !== null; around = around.parentElement) {
        if (getComputedStyle(around).overflow === 'visible') continue;
        const clip = around.getBoundingClientRect();
        left = Math.max(left, clip.left);
        top = Math.max(top, clip.top);
        right = Math.min(right, clip.right);
        bottom = Math.min(bottom, clip.bottom);
      }
      return { left, top, right, bottom, empty: right - left < 1 || bottom - top < 1 };
    };

    const dialog = [...document.querySelectorAll('[role=dialog]')].filter(isShown).at(-1);
    const controls = [
      ...(dialog ?? document).querySelectorAll(
        'button, a[href], textarea, select, input:not([type=range]), summary, [role=combobox]',
      ),
    ]
      .filter(isShown)
      .map(element => ({ element, box: visibleBox(element) }))
      .filter(({ box }) => !box.empty);

    /** Whether it can be brought into view by scrolling sideways a part of the page. */
    const scrollsIntoView = (element: Element) => {
      for (let around = element.parentElement; around !== null; around = around.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(around).overflowX)) return true;
      }
      return false;
    };

    for (const { element, box } of controls) {
      const { left, right } = element.getBoundingClientRect();
      const isOutside = left < -0.5 || right > window.innerWidth + 0.5;
      if (isOutside && !scrollsIntoView(element)) {
        faults.push(`${describe(element)} reaches beyond the window`);
      }
      for (const other of controls) {
        if (other.element === element) break;
        if (element.contains(other.element) || other.element.contains(element)) continue;
        const width = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const height = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (width > 1 && height > 1) {
          faults.push(`${describe(element)} lies over ${describe(other.element)}`);
        }
      }
    }

    for (const element of (dialog ?? document.body).querySelectorAll('*')) {
      if (!(element instanceof HTMLElement) || !isShown(element)) continue;
      const ownText = [...element.childNodes].some(
        node => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
      );
      const isField = element instanceof HTMLInputElement && element.value === '';
      const style = getComputedStyle(element);
      const ellipsis = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
      // Text for screen readers alone is a box of one pixel on purpose.
      // What is clipped on purpose has a button beside it that shows the rest.
      if (element.dataset.clipped === 'true') continue;
      if (!(ownText || isField) || ellipsis || element.clientWidth <= 1) continue;
      const cut =
        (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) ||
        (style.overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 1);
      if (cut) faults.push(`${describe(element)} is cut`);
    }
    return faults;
  });
}
