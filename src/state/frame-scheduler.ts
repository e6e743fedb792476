/**
 * Animation frames for all drawing. Instruments register a draw function and mark it dirty when what it shows has changed;
 * however many changes arrive, each waits at most once, and a hidden page draws nothing. Work that must wait for the picture,
 * such as acknowledging a snapshot to the worker, goes into `afterDraw`. What is known not to fit into a frame any more is
 * drawn in the next, so that many open instruments never keep the page from answering.
 */
export interface Drawing {
  /** Draw in the next frame. */
  markDirty(): void;
  /** No draw after this. */
  dispose(): void;
}

/**
 * Milliseconds of a frame that may be drawn in. The browser needs about as long again to put on the screen what was drawn, and
 * on a machine that trains on all its cores everything takes twice as long as alone.
 */
const budget = 8;

export class FrameScheduler {
  readonly #requestFrame: (callback: () => void) => void;
  readonly #report: (error: unknown) => void;
  readonly #now: () => number;
  /** In the order in which it became due. */
  readonly #work = new Set<() => void>();
  readonly #registered = new Set<() => void>();
  /** Milliseconds that each took lately. */
  readonly #costs = new WeakMap<() => void, number>();
  #requested = false;

  /**
   * @param requestFrame calls back once, before the next paint
   * @param report is told what a draw function threw; the other instruments are drawn all the same
   * @param now the time in milliseconds
   */
  constructor(
    requestFrame: (callback: () => void) => void,
    report: (error: unknown) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#requestFrame = requestFrame;
    this.#report = report;
    this.#now = now;
  }

  /** Registers a draw function; it is drawn in the next frame. */
  register(draw: () => void): Drawing {
    let disposed = false;
    const drawing: Drawing = {
      markDirty: () => {
        if (disposed) return;
        this.#work.add(draw);
        this.#request();
      },
      dispose: () => {
        disposed = true;
        this.#registered.delete(draw);
        this.#work.delete(draw);
      },
    };
    this.#registered.add(draw);
    drawing.markDirty();
    return drawing;
  }

  /** Draws everything at once, however long it takes: what follows does not wait for a frame, as printing does not. */
  drawAll(): void {
    for (const draw of this.#registered) {
      this.#work.delete(draw);
      this.#draw(draw, this.#now());
    }
  }

  /** Calls back once, after everything that is dirty by now has been drawn. */
  afterDraw(callback: () => void): void {
    this.#work.add(() => callback());
    this.#request();
  }

  #request(): void {
    if (this.#requested) return;
    this.#requested = true;
    this.#requestFrame(() => this.#flush());
  }

  #flush(): void {
    this.#requested = false;
    const began = this.#now();
    let elapsed = 0;
    for (const work of [...this.#work]) {
      if (!this.#work.has(work)) continue; // disposed meanwhile
      // The first of a frame is drawn however long it takes.
      if (elapsed > 0 && elapsed + (this.#costs.get(work) ?? 0) > budget) break;
      this.#work.delete(work);
      this.#draw(work, began + elapsed);
      elapsed = this.#now() - began;
    }
    if (this.#work.size > 0) this.#request();
  }

  #draw(work: () => void, began: number): void {
    try {
      work();
    } catch (error) {
      this.#report(error);
    }
    // One slow time is forgotten slowly.
    this.#costs.set(work, Math.max(this.#now() - began, 0.9 * (this.#costs.get(work) ?? 0)));
  }
}
