/** The entry of the replication page's worker. */
import { handOver } from '../../worker/hand-over.ts';

await handOver(() => import('./thread.ts'));
