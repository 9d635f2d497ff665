import { describeAllParts } from './all-parts.js';
import { leaveOut } from './thoroughly.js';

describeAllParts(leaveOut);
