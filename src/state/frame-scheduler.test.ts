import { beforeEach, describe, expect, it } from 'vitest';
import { FrameScheduler } from './frame-scheduler.ts';

let frames: (() => void)[] = [];
let reported: unknown[] = [];
let scheduler: FrameScheduler;

function nextFrame(): void {
  for (const frame of frames.splice(0)) frame();
}

beforeEach(() => {
  frames = [];
  reported = [];
  scheduler = new FrameScheduler(
    (callback) => frames.push(callback),
    (error) => reported.push(error),
  );
});

describe('a frame scheduler', () => {
  it('draws once in a frame, however often something changes', () => {
    let drawn = 0;
    const drawing = scheduler.register(() => drawn++);
    for (let change = 0; change < 100; change++) drawing.markDirty();
    expect(frames).toHaveLength(1);
    nextFrame();
    expect(drawn).toBe(1);
    drawing.markDirty();
    nextFrame();
    expect(drawn).toBe(2);
  });

  it('asks for no frame while nothing changes', () => {
    scheduler.register(() => undefined);
    nextFrame();
    expect(frames).toHaveLength(0);
  });

  it('calls back only after everything dirty is drawn, and once', () => {
    const order: string[] = [];
    scheduler.afterDraw(() => order.push('acknowledged'));
    scheduler.register(() => order.push('drawn'));
    nextFrame();
    scheduler.register(() => order.push('drawn again'));
    nextFrame();
    expect(order).toEqual(['drawn', 'acknowledged', 'drawn again']);
  });

  it('draws the others and acknowledges when one draw function throws', () => {
    const order: string[] = [];
    scheduler.register(() => {
      throw new Error('broken');
    });
    scheduler.register(() => order.push('other'));
    scheduler.afterDraw(() => order.push('acknowledged'));
    nextFrame();
    expect(order).toEqual(['other', 'acknowledged']);
    expect(reported).toHaveLength(1);
  });

  it('never draws what was disposed', () => {
    let drawn = 0;
    const drawing = scheduler.register(() => drawn++);
    drawing.dispose();
    drawing.markDirty();
    nextFrame();
    expect(drawn).toBe(0);
  });
});
