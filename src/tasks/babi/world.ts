/** People who walk about, take things and drop them, and what is the case after each of their deeds. */
import type { RandomStream } from '../../foundation/random.ts';

/** The words of a statement, with its full stop. */
export type Statement = readonly string[];

export interface Cast {
  readonly people: readonly string[];
  readonly places: readonly string[];
  readonly objects: readonly string[];
}

export function pick<Item>(random: RandomStream, items: readonly Item[]): Item {
  return items[random.integer(items.length)]!;
}

export class World {
  readonly placeOf = new Map<string, string>();
  readonly holderOf = new Map<string, string>();
  /** Places where each object has been, in order, none twice in a row; the last is where it is. */
  readonly trailOf = new Map<string, string[]>();
  readonly #cast: Cast;
  readonly #random: RandomStream;

  constructor(cast: Cast, random: RandomStream) {
    this.#cast = cast;
    this.#random = random;
  }

  /** Somebody goes somewhere else. */
  go(person = pick(this.#random, this.#cast.people)): Statement {
    const place = pick(
      this.#random,
      this.#cast.places.filter((candidate) => candidate !== this.placeOf.get(person)),
    );
    this.placeOf.set(person, place);
    for (const object of this.carriedBy(person)) this.trailOf.get(object)!.push(place);
    return [person, 'went', 'to', 'the', place, '.'];
  }

  /** Somebody goes, takes or drops: whatever that person can do. */
  act(): Statement {
    const person = pick(this.#random, this.#cast.people);
    const luck = this.#random.uniform();
    const carried = this.carriedBy(person);
    const takeable = this.#takeableBy(person);
    if (luck < 0.3 && takeable.length > 0) return this.#take(person, pick(this.#random, takeable));
    if (luck > 0.8 && carried.length > 0) return this.#drop(person, pick(this.#random, carried));
    return this.go(person);
  }

  carriedBy(person: string): string[] {
    return this.#cast.objects.filter((object) => this.holderOf.get(object) === person);
  }

  /** What lies here, or has not been seen anywhere yet. Somebody whose place is unknown takes nothing. */
  #takeableBy(person: string): string[] {
    const place = this.placeOf.get(person);
    if (place === undefined) return [];
    return this.#cast.objects.filter(
      (object) => !this.holderOf.has(object) && (this.trailOf.get(object)?.at(-1) ?? place) === place,
    );
  }

  #take(person: string, object: string): Statement {
    if (!this.trailOf.has(object)) this.trailOf.set(object, [this.placeOf.get(person)!]);
    this.holderOf.set(object, person);
    return [person, 'took', 'the', object, '.'];
  }

  #drop(person: string, object: string): Statement {
    this.holderOf.delete(object);
    return [person, 'dropped', 'the', object, '.'];
  }
}
