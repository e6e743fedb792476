/**
 * What `npm run replicate` has recorded, and what we made of it: files of docs/results, each loaded when it is first looked at.
 * The build takes them as they are, so the page cannot say anything else than the documents.
 */
import type { ExperimentReport as Recorded } from '../../training/experiments/report.ts';

export type { Recorded };

const reports = import.meta.glob<Recorded>('../../../docs/results/*.json', { import: 'default' });
const readme = import.meta.glob<string>('../../../docs/results/README.md', {
  query: '?raw',
  import: 'default',
});

/** null where nothing was recorded. */
export async function recordedReport(id: string): Promise<Recorded | null> {
  return (await reports[`../../../docs/results/${id}.json`]?.()) ?? null;
}

/** How a recorded result compares with the paper. */
export interface Finding {
  /** e.g. "Chaotic series: disagrees" */
  readonly title: string;
  readonly paragraphs: readonly string[];
}

/** The section of an experiment in docs/results/README.md; null where there is none. */
export async function recordedFinding(id: string): Promise<Finding | null> {
  const [load] = Object.values(readme);
  return load ? findingOf(await load(), id) : null;
}

/** Sections are headed `### Title: verdict (`id`)`. */
export function findingOf(markdown: string, id: string): Finding | null {
  const [, ...sections] = markdown.split(/^### /mu);
  for (const section of sections) {
    const [, title, found, text] = /^(.*) \(`([\w-]+)`\)\n([^]*)$/u.exec(section) ?? [];
    if (found !== id || title === undefined || text === undefined) continue;
    const paragraphs = text.replaceAll('`', '').split(/\n{2,}/u);
    return {
      title,
      paragraphs: paragraphs.map((lines) => lines.trim().replaceAll('\n', ' ')).filter(Boolean),
    };
  }
  return null;
}
