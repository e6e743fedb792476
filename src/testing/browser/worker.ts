/** The entry of the test page's worker. */
import { handOver } from '../../worker/hand-over.ts';

await handOver(() => import('./thread.ts'));
