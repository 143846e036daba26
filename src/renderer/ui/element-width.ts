import { useEffect, useState } from 'react';

/** The content width of an element in whole CSS pixels; 0 until it is known. */
export function useElementWidth(element: HTMLElement | null): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element === null) return;
    const observer = new ResizeObserver(([observed]) => {
      setWidth(Math.floor(observed?.contentRect.width ?? 0));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
