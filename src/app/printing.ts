/**
 * What is printed is what would be shown on light paper: before the browser lays the pages out, every picture is drawn anew in
 * the light theme, those out of view too; afterwards the screen is as it was. How the pages look is in the style sheets.
 */
import { frames } from '../state/drawing.ts';
import { setPrinting } from '../state/theme-store.ts';

export function preparePrinting(): void {
  const print = (printing: boolean) => (): void => {
    setPrinting(printing);
    // The browser does not wait for an animation frame.
    frames.drawAll();
  };
  addEventListener('beforeprint', print(true));
  addEventListener('afterprint', print(false));
}
