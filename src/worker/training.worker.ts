/** The training worker's entry. */
import { handOver } from './hand-over.ts';

await handOver(() => import('./thread.ts'));
