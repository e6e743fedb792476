/** What axe finds on a page. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Rules that count however mild axe calls them: what somebody who hears the page finds their way by. */
const always = new Set(['region', 'landmark-one-main', 'heading-order']);

/**
 * Serious and critical violations, each with the places where it is found.
 * @param within a selector: only this part is looked at, which is far quicker
 */
export async function seriousViolations(page: Page, within = 'html'): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).include(within).analyze();
  return (
    violations
      // A border between two landmarks belongs to neither.
      .map(({ id, impact, nodes }) => ({
        ...{ id, impact },
        nodes: nodes.filter(({ html }) => id !== 'region' || !html.includes('role="separator"')),
      }))
      .filter(
        ({ id, impact, nodes }) =>
          nodes.length > 0 && (impact === 'serious' || impact === 'critical' || always.has(id)),
      )
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
  );
}
