import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Nearer to the end than this counts as being there. CSS pixels. */
const tolerance = 32;

export interface StickToBottom {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The one child of the scroller, whose growth is followed. */
  readonly content: RefObject<HTMLDivElement | null>;
  readonly atBottom: boolean;
  jump(): void;
}

/**
 * Follows growing content as long as its end is in view, and leaves the place alone once the user
 * has scrolled up.
 *
 * @param last message of the branch; where it becomes another one and is not about to grow, another
 * branch is looked at: what is in view stays there
 * @param running answer; a new one brings the end into view, since the user has just asked for it
 */
export function useStickToBottom(last: string | undefined, running: string | null): StickToBottom {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [atBottom, setAtBottom] = useState(true);

  useEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (box === null || inner === null) return;
    let lastTop = box.scrollTop;
    const isNear = () => box.scrollHeight - box.scrollTop - box.clientHeight < tolerance;
    const toEnd = () => {
      if (!sticks.current) return setAtBottom(isNear());
      box.scrollTop = box.scrollHeight;
      lastTop = box.scrollTop;
    };
    const scrolled = () => {
      const near = isNear();
      // The end also goes away when the box shrinks (a long draft, a smaller window) or a turn turns
      // out longer than it was taken for. Only who scrolls up wants to leave it.
      const left = box.scrollTop < lastTop;
      lastTop = box.scrollTop;
      if (!near && sticks.current && !left) return toEnd();
      sticks.current = near;
      setAtBottom(near);
    };
    const observer = new ResizeObserver(toEnd);
    observer.observe(inner);
    observer.observe(box);
    box.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', scrolled);
    };
  }, []);

  const jump = () => {
    sticks.current = true;
    setAtBottom(true);
    const box = scroller.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
  };

  const shownLast = useRef(last);
  useLayoutEffect(() => {
    if (shownLast.current !== last) sticks.current = false;
    shownLast.current = last;
  }, [last]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs because another answer runs
  useLayoutEffect(() => {
    if (running !== null || sticks.current) jump();
  }, [running]);

  return { scroller, content, atBottom, jump };
}
