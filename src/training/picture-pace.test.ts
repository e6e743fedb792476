import { describe, expect, it } from 'vitest';
import { PicturePace } from './picture-pace.ts';

/** Ten seconds of training with pictures as often as they may be; times in milliseconds. */
interface Costs {
  readonly step: number;
  readonly picture: number;
  /** How much longer a step takes while the page draws. */
  readonly disturbed?: number;
  /** How long the page draws each picture. */
  readonly drawing?: number;
}

function train({ step, picture, disturbed = 0, drawing = 40 }: Costs) {
  const pace = new PicturePace();
  let now = 0;
  let pictures = 0;
  let steps = 0;
  let takenAt = -Infinity;
  while (now < 10_000) {
    // The next picture is made when the page has drawn the one before.
    if (now >= takenAt + drawing && pace.due(now)) {
      pace.pictureTook(now, now + picture);
      now += picture;
      takenAt = now;
      pictures++;
    } else {
      const drawn = now >= takenAt + drawing;
      const time = drawn ? step : step + disturbed;
      pace.stepTook(now, now + time, drawn);
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

  it('counts what drawing takes for as long as it lasts', () => {
    const { perSecond, slowdown } = train({ step: 2, picture: 1, disturbed: 1, drawing: 300 });
    expect(perSecond).toBeGreaterThan(2);
    expect(perSecond).toBeLessThan(3);
    expect(slowdown).toBeLessThan(0.3);
  });

  it('keeps showing something when both take long', () => {
    expect(train({ step: 500, picture: 300 }).perSecond).toBeGreaterThan(0.5);
  });

  it('shows the first at once', () => {
    expect(new PicturePace().due(0)).toBe(true);
  });
});
