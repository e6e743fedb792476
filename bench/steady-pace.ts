/**
 * What `npm run soak` puts in the place of the page's own pace: a picture every 50 ms, whatever it costs, as soon as the page has
 * drawn the one before. The page itself takes them that often only where they cost next to nothing.
 */
import type { PicturePace as OwnPace } from '../src/training/picture-pace.ts';

const period = 50;

export class PicturePace implements Pick<OwnPace, keyof OwnPace> {
  #begunAt = -Infinity;

  stepTook(): void {
    // What steps lose to pictures does not matter here.
  }

  pictureTook(began: number): void {
    this.#begunAt = began;
  }

  due(now: number): boolean {
    return now - this.#begunAt >= period;
  }
}
