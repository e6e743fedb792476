/**
 * How often a picture of the memory may be made while training. A picture costs training twice: the forward pass that it
 * shows, and then the page, which draws it on cores that training was using. The second is not told but seen, in the steps
 * right after a picture, and while the page has not drawn it, that took longer than others do.
 */

/** Of the time that training takes: what pictures may cost. */
const share = 0.06;
/** Milliseconds in which a page is busy with one: at least, and after it has told that all is drawn. */
const aftermath = { least: 100, screen: 50 };
/** Milliseconds between two pictures: no eye follows faster, and nobody should wait longer for one that is cheap to make. */
const pause = { least: 50, most: 400, costs: 4 };
/** Steps from which the usual time of one is taken. */
const memory = 31;

export class PicturePace {
  /** Milliseconds of recent steps that no picture disturbed. */
  #undisturbed: number[] = [];
  #takenAt = -Infinity;
  #busyUntil = -Infinity;
  #cost = 0;
  #lost = 0;

  /**
   * @param began time in milliseconds, as `ended`
   * @param drawn whether the page has told that the last picture is drawn
   */
  stepTook(began: number, ended: number, drawn = true): void {
    const time = ended - began;
    if (!drawn) this.#busyUntil = Math.max(this.#busyUntil, ended + aftermath.screen);
    if (began < this.#busyUntil) this.#lost += Math.max(0, time - this.#usual());
    else {
      this.#undisturbed.push(time);
      if (this.#undisturbed.length > memory) this.#undisturbed.shift();
    }
  }

  pictureTook(began: number, ended: number): void {
    this.#takenAt = ended;
    this.#busyUntil = ended + aftermath.least;
    this.#cost = ended - began;
    this.#lost = this.#cost;
  }

  /** Whether a picture may be made now. */
  due(now: number): boolean {
    // Steps must be seen without a picture, to know what one costs.
    if (this.#undisturbed.length === 0) return now >= this.#busyUntil + aftermath.least;
    const wanted = Math.max(pause.least, this.#lost / share);
    return now - this.#takenAt >= Math.min(wanted, Math.max(pause.most, pause.costs * this.#cost));
  }

  /** Median; while nothing is known, nothing was lost. */
  #usual(): number {
    const sorted = this.#undisturbed.toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? Infinity;
  }
}
