import { describe, expect, it } from 'vitest';
import { PicturePace } from './picture-pace.ts';

/** Ten seconds of training with pictures as often as they may be; times in milliseconds. */
function train({ step, picture, disturbed = 0 }: { step: number; picture: number; disturbed?: number }) {
  const pace = new PicturePace();
  let now = 0;
  let pictures = 0;
  let steps = 0;
  let drawnAt = -Infinity;
  while (now < 10_000) {
    if (pace.due(now)) {
      pace.pictureTook(now, now + picture);
      now += picture;
      drawnAt = now;
      pictures++;
    } else {
      // The page draws for 40 ms after each picture, and a step takes longer meanwhile.
      const time = now < drawnAt + 40 ? step + disturbed : step;
      pace.stepTook(now, now + time);
      now += time;
      steps++;
    }
  }
  return { perSecond: pictures / (now / 1000), slowdown: 1 - (steps * step) / now };
}

describe('the pace of pictures', () => {
  it('makes twenty a second when they cost nothing', () => {
    const { perSecond, slowdown } = train({ step: 2, picture: 0.5 });
    expect(perSecond).toBeGreaterThan(18);
    expect(perSecond).toBeLessThanOrEqual(20.2);
    expect(slowdown).toBeLessThan(0.02);
  });

  it('makes fewer when the forward pass is long', () => {
    const { perSecond, slowdown } = train({ step: 8, picture: 10 });
    expect(perSecond).toBeGreaterThan(4);
    expect(slowdown).toBeLessThan(0.08);
  });

  it('makes fewer when drawing takes the time of training', () => {
    const { perSecond, slowdown } = train({ step: 2, picture: 1, disturbed: 2 });
    expect(perSecond).toBeGreaterThan(2);
    expect(slowdown).toBeLessThan(0.1);
  });

  it('keeps showing something when both take long', () => {
    expect(train({ step: 500, picture: 300 }).perSecond).toBeGreaterThan(0.5);
  });

  it('shows the first at once', () => {
    expect(new PicturePace().due(0)).toBe(true);
  });
});
