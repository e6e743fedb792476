/** Time in the worker: letting messages in between two units of work, and how fast training goes. */

/** After this long without a break a click on Pause would be felt. */
const breathAfter = 15;
/** A step may take seconds; the answer to a click on Pause must not wait as long again. */
const longestRest = 500;

/**
 * Lets the thread's message queue run. A promise alone does not, and timers are clamped to 4 ms; a message to oneself is
 * queued behind those that wait, and takes microseconds.
 */
export class Breather {
  readonly #channel = new MessageChannel();
  readonly #waiting: (() => void)[] = [];
  #last = performance.now();
  /** Of the time that may be worked, above 0 and up to 1; the rest is left to other threads. */
  share = 1;

  constructor() {
    this.#channel.port1.onmessage = () => {
      this.#last = performance.now();
      for (const resolve of this.#waiting.splice(0)) resolve();
    };
  }

  /** Returns at once unless 15 ms have passed since the queue last ran; rests then, where others come first. */
  async breathe(): Promise<void> {
    const worked = performance.now() - this.#last;
    if (worked < breathAfter) return;
    if (this.share < 1) {
      const rest = Math.min(longestRest, worked * (1 / this.share - 1));
      await new Promise<void>((resolve) => setTimeout(resolve, rest));
      this.#last = performance.now();
      return;
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#channel.port2.postMessage(null);
    });
  }

  dispose(): void {
    this.#channel.port1.close();
  }
}

/** Steps per second over the last two seconds, or over the last two steps where they take longer. */
export class RateMeter {
  #marks: { readonly time: number; readonly step: number }[] = [];

  /** @param time in milliseconds */
  mark(time: number, step: number): void {
    this.#marks.push({ time, step });
    while (this.#marks.length > 2 && this.#marks[1]!.time <= time - 2000) this.#marks.shift();
  }

  /** 0 until two marks were made. */
  get perSecond(): number {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (!first || !last || last.time === first.time) return 0;
    return ((last.step - first.step) * 1000) / (last.time - first.time);
  }

  clear(): void {
    this.#marks = [];
  }
}
