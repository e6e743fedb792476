/** The person's own text: a file of 100 kB is learned; what is no text gets a sentence and changes nothing. */
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

const words =
  'the memory holds a key and its value while the query asks for what was written before it was lost'.split(
    ' ',
  );

/** Sentences of a small vocabulary from a linear congruential generator. */
function text(bytes: number): string {
  let seed = 7;
  const draw = (limit: number): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % limit;
  let result = '';
  while (result.length < bytes) {
    const sentence = Array.from({ length: 4 + draw(6) }, () => words[draw(words.length)]).join(' ');
    result += `${sentence}.\n`;
  }
  return result.slice(0, bytes);
}

/** Perplexity on the last tenth of a model that only knows how often each character comes in the rest. */
function unigramPerplexity(content: string): number {
  const cut = Math.floor(content.length * 0.9);
  const counts = new Map<string, number>();
  for (const character of content.slice(0, cut)) counts.set(character, (counts.get(character) ?? 0) + 1);
  const heldOut = content.slice(cut);
  let bits = 0;
  for (const character of heldOut) bits -= Math.log(counts.get(character)! / cut);
  return Math.exp(bits / heldOut.length);
}

async function give(page: Page, name: string, content: Buffer): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page
    .getByRole('button', { name: /^(Open|Choose) a? ?(text|file)/i })
    .first()
    .click();
  await (await chooser).setFiles({ name, mimeType: 'text/plain', buffer: content });
}

test('a text of 100 kB is learned better than its letter frequencies tell', async ({ page }) => {
  const content = text(100_000);
  const playground = new PlaygroundPage(page);
  await playground.goTo({
    preset: 'memnet-text',
    'training.batchSize': 16,
    'training.evaluationInterval': 100,
    'training.evaluationSamples': 16,
    'model.hiddenSize': 32,
  });
  await give(page, 'sentences.txt', Buffer.from(content));
  await expect(page.getByText('sentences.txt').first()).toBeVisible({ timeout: 30_000 });
  await playground.ready();
  await expect.poll(() => playground.step()).toBe(0);
  await playground.train();
  await playground.reaches(200, 170_000);
  await playground.pause();
  const saved = await playground.savedAt(await playground.step());
  const heldOut = saved.evaluations.filter((evaluation) => evaluation.split === 'heldOut').at(-1)!;
  expect(heldOut.perplexity).toBeLessThan(unigramPerplexity(content) * 0.8);
  expect(playground.problems).toEqual([]);
});

test('an empty, binary, broken or huge file gets a sentence and leaves the run as it was', async ({
  page,
}) => {
  const playground = new PlaygroundPage(page);
  await playground.open();
  await playground.trainSteps(1);
  const saved = await playground.savedAt(1);
  const refused: readonly [string, Buffer, RegExp][] = [
    ['empty.txt', Buffer.alloc(0), /empty/i],
    ['picture.txt', Buffer.from(Array.from({ length: 4096 }, (_, i) => i % 7)), /not.*text|binary/i],
    [
      'latin1.txt',
      Buffer.concat([Buffer.from('caf'), Buffer.from([0xe9]), Buffer.from(' au lait '.repeat(200))]),
      /UTF-8/,
    ],
    ['huge.txt', Buffer.alloc(50_000_000, 'memory '), /50.*MB|too large/i],
  ];
  await page.getByRole('combobox', { name: 'Task' }).selectOption('text');
  for (const [name, content, sentence] of refused) {
    await give(page, name, content);
    await expect(page.getByRole('alert').filter({ hasText: sentence }).first()).toBeVisible({
      timeout: 30_000,
    });
    expect(await playground.step()).toBe(1);
  }
  expect((await playground.saved())!.weights).toEqual(saved.weights);
  expect(playground.problems).toEqual([]);
});
