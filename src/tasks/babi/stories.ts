/**
 * A story for each kind of question. A builder draws statements and then asks what they decide; it gives up (null) where the
 * statements happen to decide nothing, and is called again.
 */
import type { RandomStream } from '../../foundation/random.ts';
import { animals, colours, directions, kinds, numbers, oppositeOf, stepOf } from './words.ts';
import type { Direction, QuestionKind } from './words.ts';
import { World, pick } from './world.ts';
import type { Cast, Statement } from './world.ts';

export interface Question {
  /** With the question mark, where the answer is asked. */
  readonly words: readonly string[];
  readonly answer: string;
}

export interface Story {
  readonly statements: readonly Statement[];
  readonly questions: readonly Question[];
}

export interface StoryOptions extends Cast {
  /** Number of statements, at least 3. */
  readonly statements: number;
  readonly questions: number;
}

type Builder = (random: RandomStream, options: StoryOptions) => Story | null;

/** As many questions as wanted, each drawn by itself; null where there is nothing to ask. */
function story<Subject>(
  random: RandomStream,
  { questions }: StoryOptions,
  statements: readonly Statement[],
  subjects: readonly Subject[],
  ask: (subject: Subject) => Question,
): Story | null {
  if (subjects.length === 0) return null;
  return { statements, questions: Array.from({ length: questions }, () => ask(pick(random, subjects))) };
}

function times<Item>(count: number, make: () => Item): Item[] {
  return Array.from({ length: count }, make);
}

const oneFact: Builder = (random, options) => {
  const world = new World(options, random);
  const statements = times(options.statements, () => world.go());
  return story(random, options, statements, [...world.placeOf], ([person, place]) => ({
    words: ['where', 'is', person, '?'],
    answer: place,
  }));
};

const twoFacts: Builder = (random, options) => {
  const world = new World(options, random);
  const statements = times(options.statements, () => world.act());
  return story(random, options, statements, [...world.trailOf], ([object, trail]) => ({
    words: ['where', 'is', 'the', object, '?'],
    answer: trail.at(-1)!,
  }));
};

/** Only places where the object has been once can be asked about, so that “before” means one thing. */
const threeFacts: Builder = (random, options) => {
  const world = new World(options, random);
  const statements = times(options.statements, () => world.act());
  const moves = [...world.trailOf].flatMap(([object, trail]) =>
    trail
      .map((place, i) => ({ object, place, before: trail[i - 1] }))
      .filter(
        ({ place, before }) => before !== undefined && trail.indexOf(place) === trail.lastIndexOf(place),
      ),
  );
  return story(random, options, statements, moves, ({ object, place, before }) => ({
    words: ['where', 'was', 'the', object, 'before', 'the', place, '?'],
    answer: before!,
  }));
};

const yesNo: Builder = (random, options) => {
  const world = new World(options, random);
  const statements = times(options.statements, () => world.go());
  return story(random, options, statements, [...world.placeOf], ([person, place]) => {
    const elsewhere = options.places.filter((other) => other !== place);
    const yes = random.integer(2) === 1;
    const asked = yes ? place : pick(random, elsewhere);
    return { words: ['is', person, 'in', 'the', asked, '?'], answer: yes ? 'yes' : 'no' };
  });
};

const counting: Builder = (random, options) => {
  const world = new World(options, random);
  const statements = times(options.statements, () => world.act());
  return story(random, options, statements, [...world.placeOf.keys()], (person) => ({
    words: ['how', 'many', 'things', 'does', person, 'carry', '?'],
    answer: numbers[world.carriedBy(person).length]!,
  }));
};

/** Animals of one kind have one colour; an animal's own colour is asked when only its kind was told. */
const induction: Builder = (random, options) => {
  const names = random.permutation(animals.length).map((i) => animals[i]!);
  const colourOf = random.permutation(colours.length).map((i) => colours[i]!);
  const room = Math.min(options.statements, 2 * animals.length - 1);
  const exemplars = Math.min(kinds.length, Math.floor((room - 1) / 2));
  const order = random.permutation(kinds.length);
  const facts: Statement[] = [];
  for (let i = 0; i < exemplars; i++) {
    facts.push([names[i]!, 'is', 'a', kinds[order[i]!]!, '.'], [names[i]!, 'is', colourOf[order[i]!]!, '.']);
  }
  const asked = names.slice(exemplars, exemplars + room - 2 * exemplars).map((name) => {
    const kind = order[random.integer(exemplars)]!;
    facts.push([name, 'is', 'a', kinds[kind]!, '.']);
    return { name, colour: colourOf[kind]! };
  });
  const shuffled = random.permutation(facts.length).map((i) => facts[i]!);
  return story(random, options, amongOthers(random, options, shuffled), asked, ({ name, colour }) => ({
    words: ['what', 'colour', 'is', name, '?'],
    answer: colour,
  }));
};

/** Places on a grid, told by neighbours; the way between two that are two steps apart is asked. */
const path: Builder = (random, options) => {
  const names = random.permutation(options.places.length).map((i) => options.places[i]!);
  const cellOf = new Map<string, readonly [number, number]>([[names[0]!, [0, 0]]]);
  const neighbours: { readonly from: string; readonly to: string; readonly way: Direction }[] = [];
  const statements: Statement[] = [];
  for (const name of names.slice(1, options.statements + 1)) {
    const free = [...cellOf].flatMap(([place, cell]) =>
      directions
        .map((way) => ({ place, way, cell: moved(cell, way) }))
        .filter((spot) => ![...cellOf.values()].some((taken) => sameCell(taken, spot.cell))),
    );
    const { place, way, cell } = pick(random, free);
    cellOf.set(name, cell);
    neighbours.push({ from: place, to: name, way }, { from: name, to: place, way: oppositeOf[way] });
    // Either may be told from the other.
    const [subject, side, object] =
      random.integer(2) === 1 ? [name, way, place] : [place, oppositeOf[way], name];
    statements.push(['the', subject, 'is', side, 'of', 'the', object, '.']);
  }
  const ways = neighbours.flatMap((first) =>
    neighbours
      .filter((second) => second.from === first.to && second.to !== first.from)
      .map((second) => ({ from: first.from, to: second.to, first: first.way, second: second.way }))
      // Not where the other way round the corner would lead through a place too.
      .filter(
        (way) => way.first === way.second || !isTaken(cellOf, moved(cellOf.get(way.from)!, way.second)),
      ),
  );
  const shuffled = random.permutation(statements.length).map((i) => statements[i]!);
  return story(random, options, amongOthers(random, options, shuffled), ways, (way) => ({
    words: ['how', 'do', 'you', 'go', 'from', 'the', way.from, 'to', 'the', way.to, '?'],
    answer: `${way.first},${way.second}`,
  }));
};

function moved([column, row]: readonly [number, number], way: Direction): readonly [number, number] {
  const [east, north] = stepOf[way];
  return [column + east, row + north];
}

function sameCell(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function isTaken(
  cells: ReadonlyMap<string, readonly [number, number]>,
  cell: readonly [number, number],
): boolean {
  return [...cells.values()].some((taken) => sameCell(taken, cell));
}

/** Fills a story up to its number of statements with people who walk about and do not matter. */
function amongOthers(random: RandomStream, options: StoryOptions, facts: readonly Statement[]): Statement[] {
  const world = new World(options, random);
  const isFact = Array.from({ length: options.statements }, () => false);
  for (const place of random.permutation(options.statements).slice(0, facts.length)) isFact[place] = true;
  let next = 0;
  return isFact.map((fact) => (fact ? facts[next++]! : world.go()));
}

export const builders: Readonly<Record<QuestionKind, Builder>> = {
  oneFact,
  twoFacts,
  threeFacts,
  yesNo,
  counting,
  induction,
  path,
};
