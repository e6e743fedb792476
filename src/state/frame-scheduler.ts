/**
 * Animation frames for all drawing. Instruments register a draw function and mark it dirty when what it shows has changed;
 * however many changes arrive, each waits at most once, and a hidden page draws nothing. Work that must wait for the picture,
 * such as acknowledging a snapshot to the worker, goes into `afterDraw`. What does not fit into one frame is drawn in the
 * next, so that many open instruments never keep the page from answering.
 */
export interface Drawing {
  /** Draw in the next frame. */
  markDirty(): void;
  /** No draw after this. */
  dispose(): void;
}

/** Milliseconds of a frame after which the rest waits for the next one: a click is then answered within two frames. */
const budget = 10;

export class FrameScheduler {
  readonly #requestFrame: (callback: () => void) => void;
  readonly #report: (error: unknown) => void;
  readonly #now: () => number;
  /** In the order in which it became due. */
  readonly #work = new Set<() => void>();
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
        this.#work.delete(draw);
      },
    };
    drawing.markDirty();
    return drawing;
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
    for (const work of [...this.#work]) {
      if (!this.#work.delete(work)) continue; // disposed meanwhile
      try {
        work();
      } catch (error) {
        this.#report(error);
      }
      if (this.#now() - began >= budget) break;
    }
    if (this.#work.size > 0) this.#request();
  }
}
