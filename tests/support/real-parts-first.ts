// The order of test files: those with processes, browsers and speech come first. They wait more than they compute, so the others
// fill their cores meanwhile; one of them at the end leaves the cores idle.

import { sep } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const FOLDERS = ['voice', 'console', 'packages', 'cli', 'calls', 'examples', 'contract', 'compat', 'docs', 'mcp'];
const PATHS = FOLDERS.map((folder) => `${sep}tests${sep}${folder}${sep}`);

const usesRealParts = ({ moduleId }: TestSpecification) => PATHS.some((path) => moduleId.includes(path));

export class RealPartsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(usesRealParts), ...sorted.filter((file) => !usesRealParts(file))];
  }
}
