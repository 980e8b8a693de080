import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';
import { MANY } from './layout.js';
import { type Box, boxOf, type Layout } from './shapes.js';

/** The part that is drawn is so much larger than the one that is looked at, on each side; it is drawn anew when that part has been left. */
const MARGIN_PX = 400;

/** Returns the part of a large graph that is drawn, which follows its scrolling; undefined for one that is drawn as a whole. */
export function useDrawnPart(box: RefObject<HTMLElement | null>, { nodes }: Layout): Box | undefined {
  const isLarge = nodes.length > MANY;
  const [part, setPart] = useState<Box>({ left: 0, top: 0, right: 2 * MARGIN_PX, bottom: 2 * MARGIN_PX });
  useLayoutEffect(() => {
    const element = box.current;
    if (!isLarge || !element) return;
    const look = () => {
      const { scrollLeft: left, scrollTop: top, clientWidth, clientHeight } = element;
      const [right, bottom] = [left + clientWidth, top + clientHeight];
      const isDrawn = (now: Box) => now.left <= left && now.top <= top && now.right >= right && now.bottom >= bottom;
      const around = (at: number) => Math.max(0, at - MARGIN_PX);
      setPart((now) =>
        isDrawn(now)
          ? now
          : { left: around(left), top: around(top), right: right + MARGIN_PX, bottom: bottom + MARGIN_PX },
      );
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      sizes.disconnect();
    };
  }, [box, isLarge]);
  return isLarge ? part : undefined;
}

/** Scrolls a large graph, and nothing around it, to the step that was chosen elsewhere. */
export function useShownStep(box: RefObject<HTMLElement | null>, layout: Layout, step: string | undefined): void {
  useEffect(() => {
    const element = box.current;
    const placed = layout.nodes.length > MANY && layout.nodes.find(({ node }) => node.name === step);
    if (!element || !placed) return;
    const { left, right, top, bottom } = boxOf(placed);
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = element;
    const isSeen =
      left >= scrollLeft && right <= scrollLeft + clientWidth && top >= scrollTop && bottom <= scrollTop + clientHeight;
    if (!isSeen) element.scrollTo({ left: left - clientWidth / 3, top: top - clientHeight / 3 });
  }, [box, layout, step]);
}
