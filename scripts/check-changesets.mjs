// node scripts/check-changesets.mjs: every changeset can be read, and the first release of each package is 0.1.0.
import getReleasePlan from '@changesets/get-release-plan';

const plan = await (getReleasePlan.default ?? getReleasePlan)(process.cwd());
const wrong = plan.releases.filter(
  ({ type, oldVersion, newVersion }) => type !== 'none' && oldVersion === '0.0.0' && newVersion !== '0.1.0',
);
for (const { name, newVersion } of wrong)
  console.error(`${name} would be released as ${newVersion}, not 0.1.0`);
process.exitCode = wrong.length > 0 ? 1 : 0;
