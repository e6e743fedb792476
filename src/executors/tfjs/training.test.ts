/** Training on tfjs keeps the contract of all executors. */
import { describeTraining } from '../../testing/training-contract.ts';
import { openTfjs } from './index.ts';

describeTraining(await openTfjs('tfjs-cpu'), { steps: 40 });
