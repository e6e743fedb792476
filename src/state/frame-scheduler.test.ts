import { beforeEach, describe, expect, it } from 'vitest';
import { FrameScheduler } from './frame-scheduler.ts';

let frames: (() => void)[] = [];
let reported: unknown[] = [];
let scheduler: FrameScheduler;
let time = 0;

function nextFrame(): void {
  for (const frame of frames.splice(0)) frame();
}

beforeEach(() => {
  frames = [];
  reported = [];
  scheduler = new FrameScheduler(
    (callback) => frames.push(callback),
    (error) => reported.push(error),
    () => time,
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

  it('draws everything at once where nobody waits for a frame, but nothing that has gone', () => {
    const drawn: string[] = [];
    scheduler.register(() => drawn.push('resting'));
    nextFrame();
    scheduler.register(() => {
      throw new Error('broken');
    });
    scheduler.register(() => drawn.push('due'));
    scheduler.register(() => drawn.push('gone')).dispose();
    scheduler.drawAll();
    expect(drawn).toEqual(['resting', 'resting', 'due']);
    expect(reported).toHaveLength(1);
    nextFrame();
    expect(drawn).toHaveLength(3);
  });

  it('asks for no frame while nothing changes', () => {
    scheduler.register(() => undefined);
    nextFrame();
    expect(frames).toHaveLength(0);
  });

  it('calls back only after what was dirty is drawn, and once', () => {
    const order: string[] = [];
    scheduler.register(() => order.push('drawn'));
    scheduler.afterDraw(() => order.push('acknowledged'));
    nextFrame();
    scheduler.register(() => order.push('drawn again'));
    nextFrame();
    expect(order).toEqual(['drawn', 'acknowledged', 'drawn again']);
  });

  it('draws in the next frame what does not fit into one, and acknowledges then', () => {
    const order: string[] = [];
    const slow = (name: string) => () => {
      time += 6;
      order.push(name);
    };
    const first = scheduler.register(slow('first'));
    scheduler.register(slow('second'));
    scheduler.register(slow('third'));
    scheduler.afterDraw(() => order.push('acknowledged'));
    nextFrame();
    expect(order).toEqual(['first', 'second']);
    first.markDirty();
    nextFrame();
    expect(order).toEqual(['first', 'second', 'third', 'acknowledged']);
    nextFrame();
    expect(order.slice(4)).toEqual(['first']);
    expect(frames).toHaveLength(0);
  });

  it('does not begin what is known to take longer than the frame has left, except at its start', () => {
    const order: string[] = [];
    const lasting = (name: string, milliseconds: number) =>
      scheduler.register(() => {
        time += milliseconds;
        order.push(name);
      });
    const quick = lasting('quick', 2);
    nextFrame();
    const long = lasting('long', 30);
    nextFrame();
    order.length = 0;
    quick.markDirty();
    long.markDirty();
    nextFrame();
    expect(order).toEqual(['quick']);
    nextFrame();
    expect(order).toEqual(['quick', 'long']);
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
